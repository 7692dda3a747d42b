/** One hub, one browser and the bundled pages for all tests of React and Svelte, and what they do with a page. */
import { once } from "node:events"
import { createServer } from "node:http"
import { createRequire } from "node:module"
import type { AddressInfo } from "node:net"
import { fileURLToPath, pathToFileURL } from "node:url"
import { afterAll, afterEach, beforeAll, expect } from "vitest"
import type { Plugin } from "vite"
import type { Message } from "@holdfast/protocol/agent/message"
import { messagesOf, settledAgent } from "@holdfast/testkit/agent-session"
import { type FaultProxy, startFaultProxy } from "@holdfast/testkit/fault-proxy"
import { startHub, type HubProcess } from "@holdfast/testkit/hub-process"
import { isAlive } from "@holdfast/testkit/processes"
import { launchBrowser, type Browser, type Context, type Page } from "../chromium.ts"
import { bundle, type Bundle } from "./bundle.ts"
import { withDocuments } from "./document-pages.ts"

const PAGE = fileURLToPath(new URL("page.ts", import.meta.url))
const SVELTE = fileURLToPath(new URL("../../../examples/svelte/src/main.ts", import.meta.url))

/** How long a condition may take that nothing but a slow machine delays. */
export const WITHIN = { timeout: 60_000, interval: 20 }

/** How a page is mounted. */
export interface Mounted {
  /** Name of its outbox; without one it has none. */
  readonly box?: string
  /** Most sessions that stay attached although no one shows them. */
  readonly hidden?: number
  /** Milliseconds from the last one who shows something to its end. */
  readonly linger?: number
  /** A tab beside others, which shares their storage. */
  readonly context?: Context
}

/** What tests of pages use. Everything is there while a test runs. */
export class World {
  hub!: HubProcess
  proxy!: FaultProxy
  browser!: Browser
  react!: Bundle
  svelte!: Bundle
  /** What a page threw and did not catch. */
  readonly errors: Array<string> = []
  readonly #contexts: Array<Context> = []
  /** The page that one test after the other uses, so that the browser need not start a process for each. */
  #page: Page | undefined
  /** Serves the scripts, and empty pages as a product does: unlike the hub's own, a browser may keep them. */
  readonly #site = createServer(({ url }, response) => {
    const script = url === "/react.js" ? this.react.script : url === "/svelte.js" ? this.svelte.script : undefined
    response.setHeader("content-type", script === undefined ? "text/html" : "text/javascript")
    response.setHeader("access-control-allow-origin", "*")
    response.end(script ?? "<!doctype html>")
  })

  async start(): Promise<void> {
    const bundles = Promise.all([bundle(...withDocuments(PAGE)), sveltePlugin().then((plugins) => bundle(SVELTE, {}, plugins))])
    this.proxy = await startFaultProxy(() => this.hub.port())
    await once(this.#site.listen(0, "127.0.0.1"), "listening")
    // Pages come through the proxy, so that their connections can be cut.
    ;[this.hub, this.browser, [this.react, this.svelte]] = await Promise.all([
      startHub({ settings: { HOLDFAST_TRUST_PROXY: this.url, HOLDFAST_CORS_ORIGINS: this.site } }),
      launchBrowser(),
      bundles,
    ])
  }

  /** A test that fails may leave the hub dead, the network cut or a page halted; none may leave a page at work. */
  async tidy(isFailed: boolean): Promise<void> {
    this.proxy.allow()
    const page = this.#page
    if (isFailed && page !== undefined) {
      this.#page = undefined
      this.#contexts.push(page.context())
    }
    await Promise.all([this.#page?.goto("about:blank"), ...this.#contexts.splice(0).map((context) => context.close())])
    if (!isAlive(this.hub.pid())) await this.hub.start()
  }

  async stop(): Promise<void> {
    await this.browser.close()
    await this.hub.stop()
    await this.proxy.stop()
    this.#site.closeAllConnections()
    this.#site.close()
  }

  /** Origin of a product's own pages, which the hub lets in. */
  get site(): string {
    return `http://127.0.0.1:${(this.#site.address() as AddressInfo).port}`
  }

  get url(): string {
    return `http://127.0.0.1:${this.proxy.port}`
  }

  /** Storage of its own, as of another person; what is opened in it goes with it. */
  async context(): Promise<Context> {
    const context = await this.browser.newContext({ bypassCSP: true })
    this.#contexts.push(context)
    return context
  }

  /** An empty page, of the hub unless it is said otherwise; without a context the one that tests share. */
  async blank(context?: Context, url = `${this.url}/health/ready`): Promise<Page> {
    const page = context === undefined ? (this.#page ??= await this.#made()) : await this.#made(context)
    await page.goto(url)
    return page
  }

  async #made(context?: Context): Promise<Page> {
    const page = await (context ?? (await this.browser.newContext({ bypassCSP: true }))).newPage()
    page.on("pageerror", (error) => this.errors.push(error.message))
    return page
  }

  /** An empty page of the hub's own, which has a key as one that a link signed in. */
  async signedIn(): Promise<Page> {
    const page = await this.blank()
    await page.evaluate(`localStorage.setItem("holdfast-key", ${JSON.stringify(this.hub.token)})`)
    return page
  }

  /** A page that shows a session in one way. */
  async open(kind: string, session: string, { context, ...how }: Mounted = {}): Promise<Page> {
    const page = await this.blank(context)
    await this.mount(page, kind, session, how)
    return page
  }

  /** Empties a page and loads a bundle into it; what it exports is `test` there. */
  async load(page: Seen, name: "react" | "svelte"): Promise<void> {
    await page.evaluate(`(async () => {
      document.body.innerHTML = '<div id="app"></div>'
      document.head.append(Object.assign(document.createElement("style"), { textContent: ${JSON.stringify(this[name].style)} }))
      window.test = await import(${JSON.stringify(`${this.site}/${name}.js`)})
    })()`)
  }

  /** Shows a session in an empty page. */
  async mount(page: Seen, kind: string, session: string, how: Omit<Mounted, "context"> = {}): Promise<void> {
    await this.load(page, "react")
    await page.evaluate(`(() => {
      window.app = window.test.mount(${JSON.stringify(this.url)}, ${JSON.stringify(this.hub.token)}, ${JSON.stringify(how)})
      window.app.show(${JSON.stringify(kind)}, ${JSON.stringify(session)})
    })()`)
  }

  /** What the page shows of the messages is what the hub has stored, message by message. */
  async shownIsStored(page: Page, session: string): Promise<ReadonlyArray<Message>> {
    await settledAgent(this.hub, session)
    const stored = await messagesOf(this.hub, session)
    await expect.poll(() => now(page, "messages"), WITHIN).toEqual(stored)
    return stored
  }
}

/** A page or a frame. */
type Seen = Pick<Page, "evaluate">

/** A world for the tests of a file; a test leaves no page, and a hub that is alive. */
export function startWorld(): World {
  const world = new World()
  beforeAll(() => world.start())
  afterEach(({ task }) => world.tidy(task.result?.state === "fail"))
  afterAll(async () => {
    await world.stop()
    expect(world.errors).toEqual([])
  })
  return world
}

/** What is expected of a value in time. */
type Polled = ReturnType<typeof expect.poll>

/** Waits for the value of an expression in a page. */
export function until(page: Seen, expression: string): Polled {
  return expect.poll(() => page.evaluate(expression), WITHIN)
}

/** What a hook last gave in a page, as JSON. */
export function now(page: Seen, name: string): Promise<unknown> {
  return page.evaluate(`JSON.parse(JSON.stringify(window.test.now[${JSON.stringify(name)}] ?? null))`)
}

/** Types a message into a chat's composer, and Enter. */
export async function compose(page: Seen, message: string): Promise<void> {
  await write(page, message)
  await page.evaluate(
    `document.querySelector("textarea").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }))`,
  )
}

/** Writes into the field of a page, in place of what is there. */
export async function write(page: Seen, message: string): Promise<void> {
  await until(page, `document.querySelector("textarea")?.readOnly`).toBe(false)
  await page.evaluate(`(() => {
    const field = document.querySelector("textarea")
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, ${JSON.stringify(message)})
    field.dispatchEvent(new Event("input", { bubbles: true }))
  })()`)
}

/** The plugin as the Svelte example uses it; it is installed with what only tests need. */
async function sveltePlugin(): Promise<ReadonlyArray<Plugin>> {
  const path = createRequire(new URL("../../heavy/package.json", import.meta.url)).resolve("@sveltejs/vite-plugin-svelte")
  const { svelte }: { readonly svelte: (options: object) => ReadonlyArray<Plugin> } = await import(pathToFileURL(path).href)
  return svelte({ configFile: false })
}
