/** The official client of Socket.IO in a page: its credential travels in a header and in a subprotocol. */
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { startHub, type HubProcess } from "@holdfast/testkit/hub-process"
import { openTerminal } from "@holdfast/testkit/terminal-session"
import { launchBrowser, type Browser, type Page } from "./chromium.ts"

const CLIENT = readFileSync(new URL("../../node_modules/socket.io-client/dist/socket.io.esm.min.js", import.meta.url), "utf8")

const LOAD = `import(URL.createObjectURL(new Blob([${JSON.stringify(CLIENT)}], { type: "text/javascript" })))
  .then(({ io }) => void Object.assign(window, { io }))`

/** Follows a session in the page from the last seq that it has; `window.seen` has the output and what became of the connection. */
const FOLLOW = (url: string, key: string, run: string, options: string) => `(async () => {
  const key = ${JSON.stringify(key)}
  window.seen = { output: "", seqs: [], problems: [] }
  const socket = (window.socket = window.io(${JSON.stringify(url)}, {
    extraHeaders: { authorization: "Bearer " + key },
    protocols: ["holdfast", "holdfast.key." + key],
    reconnectionDelay: 50,
    reconnectionDelayMax: 200,
    ...${options},
  }))
  socket.on("run:event", ({ channel, name, seq, data }) => {
    if (name !== "synced") window.seen.seqs.push(seq)
    if (channel === "pty:stdout") window.seen.output += data.text
  })
  socket.on("connect_error", (error) => window.seen.problems.push(error.message))
  socket.on("connect", () => socket.emit("run:attach", { runId: ${JSON.stringify(run)}, after: window.seen.seqs.at(-1) ?? 0 }, () => {}))
})()`

describe("Socket.IO in a page", () => {
  let browser: Browser
  let hub: HubProcess
  const foreign = createServer((_, response) => response.end("<!doctype html><title>another origin</title>"))

  beforeAll(async () => {
    foreign.listen(0, "127.0.0.1")
    ;[hub, browser] = await Promise.all([startHub(), launchBrowser(), once(foreign, "listening")])
  })
  afterAll(async () => {
    await browser.close()
    await hub.stop()
    foreign.closeAllConnections()
    foreign.close()
  })

  const open = async (url: string): Promise<Page> => {
    const page = await browser.newPage({ bypassCSP: true })
    await page.goto(url)
    await page.evaluate(LOAD)
    return page
  }
  const secret = async (): Promise<string> =>
    (await hub.call<{ readonly secret: string }>("POST", "/api/tokens", { name: "page", scope: "all" })).body.secret
  const cat = (): Promise<Session> => openTerminal(hub, { command: "cat" })
  const type = (text: string, key: string, run: string): string =>
    `window.socket.emitWithAck("run:input", ${JSON.stringify({ runId: run, key, data: text })})`

  it.each([
    ["a WebSocket", '{ transports: ["websocket"] }'],
    ["polling", '{ transports: ["polling"] }'],
    ["polling, then a WebSocket", "{}"],
  ])("K-2 G-16 follows and types over %s, and continues after a kill of the hub", async (_, options) => {
    const page = await open(hub.url())
    const { id } = await cat()
    await page.evaluate(FOLLOW(hub.url(), await secret(), id, options))
    const times = (text: string): Promise<unknown> => page.evaluate(`window.seen.output.split("${text}").length - 1`)
    expect(await page.evaluate(type("hello\r", "typed-1", id))).toMatchObject({ seq: expect.any(Number) })
    await expect.poll(() => times("hello")).toBe(2)
    await hub.kill("SIGKILL")
    await hub.start()
    expect(await page.evaluate(type("again\r", "typed-2", id))).toMatchObject({ seq: expect.any(Number) })
    await expect.poll(() => times("again")).toBe(2)
    const seqs = (await page.evaluate("window.seen.seqs")) as ReadonlyArray<number>
    expect(seqs).toEqual(seqs.map((_seq, at) => at + 1))
    await page.evaluate("void window.socket.disconnect()")
  })

  it("G-3 is refused to a page of another origin, even with a credential", async () => {
    const page = await open(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`)
    const { id } = await cat()
    for (const transport of ["websocket", "polling"]) {
      await page.evaluate(FOLLOW(hub.url(), await secret(), id, `{ transports: ["${transport}"], reconnection: false }`))
      await expect.poll(() => page.evaluate("window.seen.problems.length")).toBe(1)
      expect(await page.evaluate("window.seen.seqs")).toEqual([])
    }
  })
})
