/** The AI SDK's own `useChat` in a browser, with StrictMode on: over the stock transports, ours, and bound to its session. */
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { messagesOf, openAgent, sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { type FaultProxy, startFaultProxy } from "@holdfast/testkit/fault-proxy"
import { startHub, type HubProcess } from "@holdfast/testkit/hub-process"
import { launchBrowser, type Browser, type Page } from "./chromium.ts"

const HEAVY = fileURLToPath(new URL("../heavy/node_modules", import.meta.url))
const KINDS = ["http", "socket", "own", "bound"] as const
type Kind = (typeof KINDS)[number]

/** What a chat shows. */
interface Shown {
  readonly status: string
  readonly error?: string
  readonly messages: ReadonlyArray<{ readonly id: string; readonly role: string; readonly parts: ReadonlyArray<unknown> }>
}

let browser: Browser
let hub: HubProcess
let proxy: FaultProxy
let bundle = ""
const pages: Array<Page> = []
const errors: Array<string> = []

beforeAll(async () => {
  proxy = await startFaultProxy(() => hub.port())
  ;[hub, browser] = await Promise.all([
    // The page comes through the proxy, so that its connections can be cut.
    startHub({ settings: { HOLDFAST_TRUST_PROXY: `http://127.0.0.1:${proxy.port}` } }),
    launchBrowser(),
  ])
  const built = await build({
    entryPoints: [fileURLToPath(new URL("./use-chat-page.mjs", import.meta.url))],
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    nodePaths: [HEAVY],
    define: { "process.env.NODE_ENV": '"development"' },
    logLevel: "error",
  })
  bundle = built.outputFiles[0]?.text ?? ""
})
afterEach(async () => {
  for (const page of pages.splice(0)) await page.evaluate(`location.replace("about:blank")`)
  expect(errors.splice(0)).toEqual([])
})
afterAll(async () => {
  await browser.close()
  await hub.stop()
  await proxy.stop()
})

/** A tab with a chat of its own. */
async function tab(id: string, kind: Kind, resume = false) {
  const page = await browser.newPage({ bypassCSP: true })
  pages.push(page)
  page.on("pageerror", (error) => errors.push(error.message))
  await page.goto(`http://127.0.0.1:${proxy.port}/docs`)
  await page.evaluate(`import(URL.createObjectURL(new Blob([${JSON.stringify(bundle)}], { type: "text/javascript" })))`)
  const call = (name: string, ...args: ReadonlyArray<unknown>): Promise<unknown> =>
    page.evaluate(`window.page.${name}(...${JSON.stringify(args)})`)
  const mount = (name: string): Promise<unknown> => call("mount", name, { id, kind, resume, key: hub.token })
  await mount("chat")
  const shown = async (name = "chat"): Promise<Shown> => (await call("shown", name)) as Shown
  return {
    page,
    call,
    mount,
    shown,
    send: (text: string) => call("send", "chat", text),
    /** Waits until the chat shows a text in one of its messages. */
    sees: (text: string, name = "chat") =>
      expect.poll(async () => JSON.stringify((await shown(name)).messages), { timeout: 20_000 }).toContain(text),
  }
}
type Tab = Awaited<ReturnType<typeof tab>>

const seen = (messages: ReadonlyArray<{ readonly role: string; readonly parts: ReadonlyArray<unknown> }>): unknown =>
  messages.map(({ parts, role }) => ({ role, parts: JSON.parse(JSON.stringify(parts)) as unknown }))

/** The session has stored so many messages, and the chat shows them, part by part, from the `from`th on. */
async function showsAll({ shown }: Tab, id: string, count: number, from = 0, name = "chat"): Promise<void> {
  await expect.poll(async () => (await messagesOf(hub, id)).length, { timeout: 30_000 }).toBe(count)
  const stored = seen((await messagesOf(hub, id)).slice(from))
  await expect.poll(async () => seen((await shown(name)).messages), { timeout: 20_000 }).toEqual(stored)
  await expect.poll(async () => (await shown(name)).status).toBe("ready")
}

/** Tries each kind of chat, at the same time; a failure says which it was. */
const withEach = (kinds: ReadonlyArray<Kind>, run: (kind: Kind) => Promise<void>): Promise<unknown> =>
  Promise.all(
    kinds.map(async (kind) => {
      try {
        await run(kind)
      } catch (cause) {
        throw new Error(`${kind}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
      }
    }),
  )

describe("useChat in a browser", () => {
  it("I-1 I-3 I-7 sends, and two messages at once", () =>
    withEach(KINDS, async (kind) => {
      const { id } = await openAgent(hub, { options: { permissions: "allow" } })
      const one = await tab(id, kind)
      await one.send("[[think hard]] [[say Hello]] [[bash echo one]] [[say there]]")
      await showsAll(one, id, 2)
      await one.send("[[slow 10 20]]")
      await one.send("[[say second]]")
      await expect.poll(async () => (await messagesOf(hub, id)).length, { timeout: 30_000 }).toBe(6)
      const answers = (await messagesOf(hub, id)).filter(({ role }) => role === "assistant")
      const shownAnswers = async () => seen((await one.shown()).messages.filter(({ role }) => role === "assistant"))
      await expect.poll(shownAnswers, { timeout: 20_000 }).toEqual(seen(answers))
    }))

  it("I-1 I-4 I-7 a second tab resumes, and so does one that left in the middle, whose turn continued", () =>
    withEach(["http", "socket", "own"], async (kind) => {
      const { id } = await openAgent(hub)
      const first = await tab(id, kind)
      await first.send("[[slow 180 25]]")
      await first.sees("word5 ")
      const second = await tab(id, kind, true)
      // Unmounting stops reading; a chat that is mounted again has the turn from its start.
      await first.call("unmount", "chat")
      await second.sees("word15 ")
      const again = await tab(id, kind, true)
      for (const one of [second, again]) await showsAll(one, id, 2, 1)
    }))

  it("I-5 I-8 an approval is answered, here and elsewhere", () =>
    withEach(KINDS, async (kind) => {
      const { id } = await openAgent(hub)
      const one = await tab(id, kind)
      await one.send("[[say first]] [[bash echo allowed]] [[bash echo refused]] [[say last]]")
      const answered = new Set<unknown>()
      const answer = async (there: Tab, approved: boolean): Promise<void> => {
        const asked = async (): Promise<unknown> => {
          const request = await there.call("asking", "chat")
          // Unbound, a chat sends an answer once its stream has ended.
          const sends = kind === "bound" || (await there.shown()).status === "ready"
          return sends && !answered.has(request) ? request : undefined
        }
        let request: unknown
        await expect.poll(async () => (request = await asked()), { timeout: 20_000 }).toBeTypeOf("string")
        answered.add(request)
        await there.call("answer", "chat", request, approved)
      }
      await answer(one, true)
      const other = kind === "bound" ? await tab(id, kind) : one
      await answer(other, false)
      await showsAll(other, id, 2)
      await showsAll(one, id, 2)
    }))

  it("I-8 a bound chat shows what was before, what others send, and stops a turn", async () => {
    const { id } = await openAgent(hub)
    await sendText(hub, id, "[[say before]]")
    await settledAgent(hub, id)
    const one = await tab(id, "bound")
    await one.sees("before")
    await sendText(hub, id, "[[slow 30 25]]")
    await one.sees("word5 ")
    await showsAll(one, id, 4)
    await one.send("[[slow 500 20]]")
    await expect.poll(async () => (await one.shown()).status).toBe("streaming")
    await one.call("stop", "chat")
    await showsAll(one, id, 6)
  })

  it("I-7 I-8 a cut, a kill of the hub and a frozen tab lose nothing and double nothing", async () => {
    const { id } = await openAgent(hub)
    const [own, bound] = [await tab(id, "own"), await tab(id, "bound")]
    await own.send("[[slow 120 25]]")
    await own.sees("word5 ")
    proxy.cut("rst")
    await bound.sees("word20 ")
    const session = await bound.page.context().newCDPSession(bound.page)
    await session.send("Page.setWebLifecycleState", { state: "frozen" })
    await own.sees("word40 ")
    await hub.kill("SIGKILL")
    await hub.start()
    await own.sees("word60 ")
    await session.send("Page.setWebLifecycleState", { state: "active" })
    await own.sees("word119")
    for (const one of [own, bound]) await showsAll(one, id, 2)
  })
})
