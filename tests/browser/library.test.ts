import { createServer } from "node:http"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startHub, type HubProcess } from "@holdfast/testkit/hub-process"
import { launchBrowser, type Browser, type Page } from "./chromium.ts"

const CLIENT = readFileSync(new URL("../../apps/cli/dist/client.js", import.meta.url), "utf8")

/** Loads the library into the page, as `window.library`. */
const LOAD = `import(URL.createObjectURL(new Blob([${JSON.stringify(CLIENT)}], { type: "text/javascript" })))
  .then((library) => void Object.assign(window, { library }))`

/** How a connection from the page ends up: `Online`, or the tag of the error. */
const CONNECT = (url: string, key: string) => `(async () => {
  const { browserSocket, Connection } = window.library
  window.connection = new Connection({ open: browserSocket(WebSocket, ${url}, ${key}), name: "page", backoff: { first: 20, most: 100 } })
  return window.connection.online(20000).then(() => "Online", (error) => error.tag)
})()`

describe("the client library in a page", () => {
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

  const token = async (): Promise<{ readonly id: string; readonly secret: string }> => {
    const made = await hub.call<{ readonly id: string; readonly secret: string }>("POST", "/api/tokens", {
      name: "page",
      scope: "all",
    })
    expect(made.status).toBe(201)
    return made.body
  }

  it("C-14 (fault:N66) calls the page's own hub with the browser's own fetch, and reports a mistake as one", async () => {
    const page = await open(hub.url())
    const { secret } = await token()
    const tags = (options: string) => `(async () => {
      const api = window.library.makeApi(${options})
      return Promise.all([api.live(), api.list()].map((call) => call.then(() => "done", (error) => error.tag)))
    })()`
    const key = JSON.stringify(secret)
    expect(await page.evaluate(tags(`{ origin: "", fetch, token: ${key} }`))).toEqual(["done", "done"])
    expect(await page.evaluate(tags(`{ origin: "", fetch }`))).toEqual(["done", "Unauthorized"])
    expect(await page.evaluate(tags(`{ origin: "http://[", fetch }`))).toEqual(["InvalidCall", "InvalidCall"])
    expect(await page.evaluate(tags(`{ origin: "", fetch: fetch.bind({}) }`))).toEqual(["InvalidCall", "InvalidCall"])
    expect(await page.evaluate(CONNECT(`window.library.socketUrl("")`, key))).toBe("Online")
  })

  it("C-30 C-31 a page of the hub's own connects with its key, keeps its id over reloads, and types after each", async () => {
    const page = await open(hub.url())
    const { secret } = await token()
    await page.evaluate(`localStorage.setItem("holdfast-key", ${JSON.stringify(secret)})`)
    const CONNECT_HOME = `(async () => {
      window.hub = window.library.connect("", { backoff: { first: 20, most: 100 } })
      await window.hub.connection.online(20000)
      return window.hub.identity
    })()`
    const TYPE = (session: string, text: string) => `(async () => {
      window.text ??= ""
      window.attachment ??= window.hub.attach(${JSON.stringify(session)})
      window.following ??= window.attachment.consume((item) => {
        if (item._tag === "Event" && item.record.time !== undefined) window.text += new TextDecoder().decode(item.record.body)
      })
      await window.attachment.type(new TextEncoder().encode(${JSON.stringify(text)} + "\\n"))
    })()`
    const identity = await page.evaluate(CONNECT_HOME)
    expect(identity).toEqual({ id: expect.stringMatching(/^[0-9a-f]{32}$/), kept: "storage" })
    const made = `window.hub.sessions.create({ kind: "terminal", command: "cat" })`
    const session = (await page.evaluate(made)) as { readonly id: string; readonly createdBy: string }
    expect(session.createdBy).toBe("desktop")
    await page.evaluate(TYPE(session.id, "before the reload"))
    await page.goto(hub.url())
    await page.evaluate(LOAD)
    expect(await page.evaluate(CONNECT_HOME)).toEqual(identity)
    await page.evaluate(TYPE(session.id, "after the reload"))
    await expect.poll(() => page.evaluate(`window.text.split("after the reload").length`)).toBe(3)

    // As if the page came out of the back-forward cache: its socket is dead, and no event says so.
    await page.evaluate(`window.states = []; window.hub.connection.onState(({ _tag }) => window.states.push(_tag))`)
    await page.evaluate(`window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))`)
    await expect.poll(() => page.evaluate("window.states")).toEqual(["Reconnecting", "Online"])
    await page.evaluate(TYPE(session.id, "after the cache"))
    await page.evaluate(`localStorage.removeItem("holdfast-key")`)
    await page.evaluate(`window.hub.connection.renew("signed out")`)
    await expect.poll(() => page.evaluate("window.hub.connection.state.error?.tag")).toBe("Unauthorized")
  })

  it("C-32 a page whose network is back, or that is shown again, does not wait for the next attempt", async () => {
    const page = await open(hub.url())
    const { secret } = await token()
    await page.evaluate(`(async () => {
      const backoff = { first: 3_600_000, most: 3_600_000 }
      window.hub = window.library.connect("", { token: ${JSON.stringify(secret)}, backoff })
      await window.hub.connection.online(20000)
    })()`)
    const state = () => page.evaluate("window.hub.connection.state._tag")
    const lose = async (): Promise<void> => {
      await page.context().setOffline(true)
      await page.evaluate(`window.hub.connection.renew("lost")`)
      // The attempt that this makes at once fails; the next one is an hour away.
      await expect.poll(() => page.evaluate("window.hub.connection.state.reason")).not.toBe("lost")
    }
    await lose()
    await page.context().setOffline(false)
    await expect.poll(state).toBe("Online")
    await lose()
    // Back without a word: then the page is shown.
    await page.evaluate(`window.hub.stopWaking()`)
    await page.context().setOffline(false)
    expect(await state()).toBe("Reconnecting")
    await page.evaluate(`window.library.wakeWithPage(window.hub.connection)`)
    await page.evaluate(`document.dispatchEvent(new Event("visibilitychange"))`)
    await expect.poll(state).toBe("Online")
    await page.close()
  })

  it("C-15 (fault:N68) follows the feed through a kill of the hub", async () => {
    const page = await open(hub.url())
    const { secret } = await token()
    await page.evaluate(`(() => {
      window.seen = []
      const api = window.library.makeApi({ origin: "", fetch, token: ${JSON.stringify(secret)} })
      void (async () => {
        try {
          for await (const { event, data } of api.followSessions(0)) window.seen.push(event === "session" ? JSON.parse(data).label : event)
        } catch (error) {
          window.seen.push(error.tag)
        }
      })()
    })()`)
    const create = (label: string) => hub.call("POST", "/api/sessions", { kind: "terminal", command: "true", label })
    const seen = () => page.evaluate("window.seen")
    await create("first")
    await expect.poll(seen).toContain("first")
    await hub.kill("SIGKILL")
    await hub.start()
    await create("second")
    await expect.poll(seen, { timeout: 30_000 }).toContain("second")
    expect(await seen()).not.toContain("reset")
  })

  it("C-13 (fault:N74) a second attachment to a session on one connection ends, and the first misses nothing", async () => {
    const made = await hub.call<{ readonly id: string }>("POST", "/api/sessions", { kind: "terminal", command: "cat" })
    const page = await open(hub.url())
    const { secret } = await token()
    await page.evaluate(CONNECT(`window.library.socketUrl("")`, JSON.stringify(secret)))
    await page.evaluate(`(() => {
      const { Attachment } = window.library
      const attach = () => new Attachment(window.connection, { session: ${JSON.stringify(made.body.id)}, mode: "interactive", after: 0 })
      window.seen = []
      window.text = ""
      window.first = attach()
      void window.first.consume((item) => {
        if (item._tag === "Event") window.seen.push(item.record.seq)
        if (item._tag === "Event" && item.record.time !== undefined) window.text += new TextDecoder().decode(item.record.body)
      })
      window.second = new Promise((resolve) => attach().consume((item) => void (item._tag === "Ended" && resolve(item.error?.tag))))
    })()`)
    expect(await page.evaluate("window.second")).toBe("AlreadyAttached")
    await page.evaluate(`window.first.type(new TextEncoder().encode("still here\\n"))`)
    await expect.poll(() => page.evaluate(`window.text.split("still here").length`)).toBe(3)
    const seen = (await page.evaluate("window.seen")) as ReadonlyArray<number>
    expect(new Set(seen).size).toBe(seen.length)
    expect(await page.evaluate("window.first.duplicates")).toBe(0)
  })

  it("C-16 (fault:N69) no key and a wrong key are Unauthorized at once, and a revoked one when the connection ends", async () => {
    const page = await open(hub.url())
    const url = `window.library.socketUrl(location.origin)`
    expect(await page.evaluate(CONNECT(url, "undefined"))).toBe("Unauthorized")
    expect(await page.evaluate(CONNECT(url, `"wrong"`))).toBe("Unauthorized")
    expect(await page.evaluate(CONNECT(url, `"two\\nlines"`))).toBe("InvalidCall")
    const { id, secret } = await token()
    expect(await page.evaluate(CONNECT(url, JSON.stringify(secret)))).toBe("Online")
    await hub.call("DELETE", `/api/tokens/${id}`)
    const error = () => page.evaluate("window.connection.state.error?.tag")
    await expect.poll(error, { timeout: 30_000 }).toBe("Unauthorized")
  })

  it("C-16 (fault:N69) a page of another origin learns why it may be unable to connect", async () => {
    const page = await open(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`)
    const { secret } = await token()
    const url = `window.library.socketUrl(${JSON.stringify(hub.url())})`
    await page.evaluate(`void ${CONNECT(url, JSON.stringify(secret))}`)
    const state = () => page.evaluate("window.connection.state")
    await expect.poll(state).toMatchObject({ _tag: "Reconnecting", reason: expect.stringContaining("another origin") })
  })
})
