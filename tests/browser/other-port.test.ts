import { createServer, type IncomingHttpHeaders } from "node:http"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startHub, type HubProcess } from "@holdfast/testkit/hub-process"
import { launchBrowser, type Browser } from "./chromium.ts"

/** Status of a call with what the page keeps, or without. */
const STATUS = (credential: string) => `fetch("/api/sessions", { headers: ${credential} }).then(({ status }) => status)`
const KEY = `{ authorization: "Bearer " + localStorage.getItem("holdfast-key") }`

/** What the page of another port tries on the hub; gives what it got. */
const ATTACK = (hub: string) => `(async () => {
  const got = {}
  const text = (promise) => promise.then(async (answer) => answer.type + " " + (await answer.text()), () => "refused")
  got.read = await text(fetch("${hub}/api/sessions", { credentials: "include" }))
  got.blind = await text(fetch("${hub}/api/sessions", { credentials: "include", mode: "no-cors" }))
  got.page = await text(fetch("${hub}/", { credentials: "include" }))
  got.post = await text(fetch("${hub}/api/sessions", { method: "POST", mode: "no-cors", body: '{"kind":"terminal"}', headers: { "content-type": "text/plain" } }))
  got.socket = await new Promise((resolve) => {
    const socket = new WebSocket("${hub.replace("http", "ws")}/api/socket", "holdfast.1")
    socket.onopen = () => resolve("open")
    socket.onclose = () => resolve("refused")
  })
  got.events = await new Promise((resolve) => {
    const events = new EventSource("${hub}/api/sessions/stream", { withCredentials: true })
    events.onopen = () => resolve("open")
    events.onerror = () => { events.close(); resolve("refused") }
  })
  got.frame = await new Promise((resolve) => {
    const frame = document.createElement("iframe")
    frame.onload = () => { try { resolve(String(frame.contentWindow.localStorage.length)) } catch { resolve("refused") } }
    frame.src = "${hub}/"
    document.body.append(frame)
  })
  got.storage = localStorage.length
  got.cookies = document.cookie
  return got
})()`

/** What a page of a named origin does; gives what it got. */
const CALLS = (hub: string, secret: string) => `(async () => {
  const authorization = "Bearer ${secret}"
  const status = (promise, more = () => "") => promise.then((answer) => answer.status + more(answer), () => "refused")
  const make = { method: "POST", body: '{"kind":"agent","agent":"scripted"}', headers: { authorization, "content-type": "application/json", "idempotency-key": "page-1" } }
  const got = {}
  got.made = await status(fetch("${hub}/api/sessions", make), (answer) => " " + answer.headers.get("holdfast-version"))
  got.again = await status(fetch("${hub}/api/sessions", make))
  got.without = await status(fetch("${hub}/api/sessions"))
  got.cookies = await status(fetch("${hub}/api/sessions", { headers: { authorization }, credentials: "include" }))
  const stream = await fetch("${hub}/api/sessions/stream?after=0", { headers: { authorization } }).catch(() => undefined)
  const reader = stream?.body.getReader()
  let text = ""
  while (reader !== undefined && !text.includes("event: session")) text += new TextDecoder().decode((await reader.read()).value)
  got.events = text.includes("event: session")
  got.socket = await new Promise((resolve) => {
    const socket = new WebSocket("${hub.replace("http", "ws")}/api/socket", ["holdfast.1", "holdfast.key.${secret}"])
    socket.onopen = () => resolve("open")
    socket.onclose = () => resolve("refused")
  })
  return got
})()`

describe("other servers under the hub's host name", () => {
  let browser: Browser
  let hub: HubProcess
  const received: Array<IncomingHttpHeaders> = []
  const other = createServer((request, response) => {
    received.push(request.headers)
    const port = hub.port()
    response.writeHead(200, {
      "content-type": "text/html",
      "set-cookie": [
        "holdfast-key=evil",
        `holdfast-${port}=; Max-Age=0`,
        ...Array.from({ length: 20 }, (_, i) => `c${i}=x; Path=/`),
      ],
      ...(request.url === "/clear" ? { "clear-site-data": '"cookies", "storage", "cache"' } : {}),
    })
    response.end("<!doctype html><title>other</title><body></body>")
  })

  const named = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html", "set-cookie": "named=1" })
    response.end("<!doctype html><title>named</title><body></body>")
  })
  const originOf = (server: typeof other): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  beforeAll(async () => {
    for (const server of [other, named]) {
      server.listen(0, "127.0.0.1")
      await once(server, "listening")
    }
    const settings = { HOLDFAST_CORS_ORIGINS: originOf(named) }
    ;[hub, browser] = await Promise.all([startHub({ settings }), launchBrowser()])
  })
  afterAll(async () => {
    for (const server of [other, named]) {
      server.closeAllConnections()
      server.close()
    }
    await browser.close()
    await hub.stop()
  })

  it("G-16 (fault:N49) get nothing that lets them in, cannot use what they get, and cannot sign a user out", async () => {
    const link = await hub.call<{ readonly url: string }>("POST", "/api/links", {})
    const context = await browser.newContext({ bypassCSP: true })
    const page = await context.newPage()
    await page.goto(link.body.url)
    await page.waitForURL(`${hub.url()}/`)
    expect(await page.evaluate(STATUS(KEY))).toBe(200)
    expect(await page.evaluate(STATUS("{}"))).toBe(401)
    expect(await context.cookies()).toEqual([])

    const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`
    const stranger = await context.newPage()
    await stranger.goto(elsewhere)
    await stranger.goto(elsewhere)
    await stranger.goto(`${elsewhere}clear`)
    const got = (await stranger.evaluate(ATTACK(hub.url()))) as Record<string, unknown>
    expect(got).toMatchObject({
      read: "refused",
      blind: "refused",
      page: "refused",
      post: "refused",
      socket: "refused",
      events: "refused",
      frame: "refused",
      storage: 0,
    })
    // Whatever the other server was sent is worth nothing when it sends it on.
    const key = String(await page.evaluate(`localStorage.getItem("holdfast-key")`))
    expect(key).toMatch(/^[\w-]{43}$/)
    expect(JSON.stringify(received)).not.toContain(key)
    for (const { cookie, referer } of received) {
      const replayed = await fetch(`${hub.url()}/api/sessions`, {
        headers: { ...(cookie === undefined ? {} : { cookie }), ...(referer === undefined ? {} : { referer }) },
      })
      expect(replayed.status).toBe(401)
    }
    expect(received.some(({ cookie }) => cookie !== undefined)).toBe(true)
    expect((await hub.call<{ readonly total: number }>("GET", "/api/sessions")).body.total).toBe(0)
    expect(await page.evaluate(STATUS(KEY))).toBe(200)
  })

  it("X-29 a page of a named origin calls, follows and attaches with a token that it sends itself, and with nothing else", async () => {
    const { secret } = (await hub.call<{ secret: string }>("POST", "/api/tokens", { name: "page", scope: "write" })).body
    const page = await (await browser.newContext({ bypassCSP: true })).newPage()
    await page.goto(`${originOf(named)}/`)
    expect(await page.evaluate(CALLS(hub.url(), secret))).toEqual({
      made: "201 1",
      again: "200",
      without: "401",
      cookies: "refused",
      events: true,
      socket: "open",
    })
    const stranger = await (await browser.newContext({ bypassCSP: true })).newPage()
    await stranger.goto(`${originOf(other)}/`)
    expect(await stranger.evaluate(CALLS(hub.url(), secret))).toMatchObject({
      made: "refused",
      without: "refused",
      socket: "refused",
    })
  })
})
