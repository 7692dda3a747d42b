/** The AI SDK's own `useChat` in a browser, with StrictMode on: over the stock transports, ours, and bound to its session. */
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { messagesOf, openAgent, recordOf, sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { bundled } from "@holdfast/testkit/bundled"
import { type FaultProxy, startFaultProxy } from "@holdfast/testkit/fault-proxy"
import { gatedTurn } from "@holdfast/testkit/gated-turn"
import { startHub, type HubProcess } from "@holdfast/testkit/hub-process"
import { launchBrowser, type Browser, type Page } from "./chromium.ts"

const HEAVY = fileURLToPath(new URL("../heavy/node_modules", import.meta.url))
const STOCK = ["http", "socket"] as const
const UNBOUND = [...STOCK, "own"] as const
const KINDS = [...UNBOUND, "bound"] as const
type Kind = (typeof KINDS)[number]

/** What a chat shows. */
interface Shown {
  readonly status: string
  readonly error?: string
  readonly messages: ReadonlyArray<ShownMessage>
}
interface ShownMessage {
  readonly id: string
  readonly key?: string
  readonly role: string
  readonly parts: ReadonlyArray<unknown>
}

let browser: Browser
let hub: HubProcess
let proxy: FaultProxy
let bundle = ""
let here: Tab
let there: Tab
const errors: Array<string> = []

beforeAll(async () => {
  proxy = await startFaultProxy(() => hub.port())
  const [started, launched, built] = await Promise.all([
    // The page comes through the proxy, so that its connections can be cut.
    startHub({ settings: { HOLDFAST_TRUST_PROXY: `http://127.0.0.1:${proxy.port}` } }),
    launchBrowser(),
    bundled(
      fileURLToPath(new URL("./use-chat-page.mjs", import.meta.url)),
      {
        // One React and one AI SDK, whatever else is installed for packages of the repository.
        resolve: {
          modules: ["node_modules", HEAVY],
          alias: Object.fromEntries(["react", "react-dom", "ai"].map((name) => [name, join(HEAVY, name)])),
        },
        transform: { define: { "process.env.NODE_ENV": '"development"' } },
      },
      { minify: true },
    ),
  ])
  hub = started
  browser = launched
  bundle = built
  ;[here, there] = await Promise.all([openTab(), openTab()])
})
afterEach(() => expect(errors.splice(0)).toEqual([]))
afterAll(async () => {
  await browser.close()
  await hub.stop()
  await proxy.stop()
})

/** A tab, in which chats are mounted. */
async function openTab() {
  const page = await browser.newPage({ bypassCSP: true })
  page.on("pageerror", (error) => errors.push(error.message))
  const load = async (): Promise<void> => {
    await page.goto(`http://127.0.0.1:${proxy.port}/docs`)
    await page.evaluate(`import(URL.createObjectURL(new Blob([${JSON.stringify(bundle)}], { type: "text/javascript" })))`)
  }
  await load()
  return { page, load }
}
type Tab = { readonly page: Page; readonly load: () => Promise<void> }

let mounted = 0
/** Mounts a chat of a session in a tab. */
async function mount({ page }: Tab, id: string, kind: Kind, resume = false, box?: string) {
  const name = `${kind}-${mounted++}`
  const call = (what: string, ...args: ReadonlyArray<unknown>): Promise<unknown> =>
    page.evaluate(`window.page.${what}(...${JSON.stringify([name, ...args])})`)
  const again = (): Promise<unknown> => call("mount", { id, kind, resume, key: hub.token, box })
  await again()
  const shown = async (): Promise<Shown> => (await call("shown")) as Shown
  return {
    id,
    kind,
    call,
    again,
    shown,
    send: (text: string) => call("send", text),
    /** Waits until the chat shows a text in one of its messages. */
    sees: (text: string) =>
      expect.poll(async () => JSON.stringify((await shown())?.messages), { timeout: 20_000 }).toContain(text),
    is: (status: string) => expect.poll(async () => (await shown()).status, { timeout: 20_000 }).toBe(status),
  }
}
type Mounted = Awaited<ReturnType<typeof mount>>

/** What is compared: in a chat, the key of a message from there is its id. */
const seen = (messages: ReadonlyArray<ShownMessage>, isStored = false): unknown =>
  messages.map(({ id, key, parts, role }) => ({
    id: (isStored && role === "user" ? key : undefined) ?? id,
    role,
    parts: JSON.parse(JSON.stringify(parts)) as unknown,
  }))

/** The session has stored so many messages, and the chat shows them, message by message, from the `from`th on. */
async function showsAll({ id, is, shown }: Mounted, count: number, from = 0): Promise<void> {
  await expect.poll(async () => (await messagesOf(hub, id)).length, { timeout: 30_000 }).toBe(count)
  const stored = seen((await messagesOf(hub, id)).slice(from), true)
  await expect.poll(async () => seen((await shown()).messages), { timeout: 20_000 }).toEqual(stored)
  await is("ready")
}

/** Tries each kind of chat, at the same time; a failure says which it was. */
const withEach = <K extends Kind, A>(kinds: ReadonlyArray<K>, run: (kind: K) => Promise<A>): Promise<ReadonlyArray<A>> =>
  Promise.all(
    kinds.map(async (kind) => {
      try {
        return await run(kind)
      } catch (cause) {
        throw new Error(`${kind}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
      }
    }),
  )

describe("useChat in a browser", () => {
  it("I-1 I-3 I-7 sends, and two messages at once", () =>
    withEach(KINDS, async (kind) => {
      const { id } = await openAgent(hub, { options: { permissions: "allow" } })
      const one = await mount(here, id, kind)
      await one.send("[[think hard]] [[say Hello]] [[bash echo one]] [[say there]]")
      await showsAll(one, 2)
      await one.send("[[slow 10 20]]")
      await one.send("[[say second]]")
      await expect.poll(async () => (await messagesOf(hub, id)).length, { timeout: 30_000 }).toBe(6)
      const answers = (await messagesOf(hub, id)).filter(({ role }) => role === "assistant")
      const shownAnswers = async () => seen((await one.shown()).messages.filter(({ role }) => role === "assistant"))
      await expect.poll(shownAnswers, { timeout: 20_000 }).toEqual(seen(answers))
    }))

  it("I-1 I-4 I-7 I-8 a second tab resumes, and so do a chat that is mounted again and a page that is reloaded in mid-turn", async () => {
    const running = await withEach(KINDS, async (kind) => {
      const { id } = await openAgent(hub, { options: { permissions: "allow" } })
      const one = await mount(here, id, kind)
      const turn = gatedTurn(hub)
      await one.send(turn.text)
      await one.sees("word9")
      const second = await mount(there, id, kind, true)
      await second.sees("word9")
      // Unmounting stops reading; the turn continues, and the chat that is mounted again has it from its start.
      await second.call("unmount")
      expect((await recordOf(hub, id)).turn.status).toBe("streaming")
      await second.again()
      await second.sees("word9")
      return { kind, second, turn }
    })
    await here.load()
    await withEach(KINDS, async (kind) => {
      const own = running.find((one) => one.kind === kind)
      if (own === undefined) throw new Error("it did not run")
      const reloaded = await mount(here, own.second.id, kind, true)
      await reloaded.sees("word9")
      own.turn.open()
      for (const chat of [own.second, reloaded]) await showsAll(chat, 2, kind === "bound" ? 0 : 1)
    })
  })

  it("I-5 I-8 an approval is given here, and elsewhere", () =>
    withEach(KINDS, async (kind) => {
      const { id } = await openAgent(hub)
      const one = await mount(here, id, kind)
      await one.send("[[say first]] [[bash echo allowed]] [[bash echo refused]] [[say last]]")
      const answered = new Set<unknown>()
      const asked = async (chat: Mounted): Promise<unknown> => {
        let request: unknown
        const look = async (): Promise<unknown> => {
          request = await chat.call("asking")
          // Unbound, a chat sends an answer once its stream has ended.
          return (kind === "bound" || (await chat.shown()).status === "ready") && !answered.has(request) ? request : undefined
        }
        await expect.poll(look, { timeout: 20_000 }).toBeTypeOf("string")
        answered.add(request)
        return request
      }
      await one.call("answer", await asked(one), true)
      if (kind === "bound") {
        const other = await mount(there, id, kind)
        await other.call("answer", await asked(other), false)
        await showsAll(other, 2)
      } else {
        // Its stream has ended where the agent asks: what follows an answer from elsewhere it has to ask for.
        const request = String(await asked(one))
        await hub.call("POST", `/api/sessions/${id}/permissions/${request}`, { optionId: "reject" })
        await settledAgent(hub, id)
        await one.call("answer", request, true)
      }
      await showsAll(one, 2)
    }))

  it("I-8 a bound chat shows what was before, what others send, and stops a turn", async () => {
    const { id } = await openAgent(hub)
    await sendText(hub, id, "[[say before]]")
    await settledAgent(hub, id)
    const one = await mount(here, id, "bound")
    await one.sees("before")
    await sendText(hub, id, "[[slow 30 10]]")
    await one.sees("word5 ")
    await showsAll(one, 4)
    await one.send("[[slow 5000 20]]")
    await one.is("streaming")
    await one.call("stop")
    await showsAll(one, 6)
  })

  it("I-11 a message that was sent while the hub was away is there once after the page is loaded again", async () => {
    const { id } = await openAgent(hub)
    const tab = await openTab()
    const one = await mount(tab, id, "bound", false, "kept")
    await one.send("[[say before]]")
    await showsAll(one, 2)
    proxy.refuse()
    proxy.cut("rst")
    await one.send("[[say kept]]")
    await expect.poll(() => one.call("unsent"), { timeout: 20_000 }).toEqual(["offline"])
    await tab.page.goto("about:blank")
    proxy.allow()
    await tab.load()
    const again = await mount(tab, id, "bound", false, "kept")
    await showsAll(again, 4)
    expect(await again.call("unsent")).toEqual([])
    await tab.page.close()
  })

  it("I-4 I-7 I-8 a cut, a kill of the hub and a frozen tab lose nothing and double nothing", async () => {
    const { id } = await openAgent(hub, { options: { permissions: "allow" } })
    const turn = gatedTurn(hub)
    const own = await mount(here, id, "own")
    await own.send(turn.text)
    await own.sees("word5 ")
    const bound = await mount(there, id, "bound")
    const stock = await Promise.all(STOCK.map((kind) => mount(here, id, kind, true)))
    for (const chat of [...stock, bound]) await chat.sees("word9")
    const devtools = await there.page.context().newCDPSession(there.page)
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" })
    for (const lose of [() => Promise.resolve(proxy.cut("rst")), () => hub.kill("SIGKILL").then(() => hub.start())]) {
      await lose()
      // A torn stream is an error, after which the chat resumes; ours comes back by itself.
      for (const chat of stock) {
        await chat.is("error")
        await chat.call("resume")
        await chat.is("streaming")
      }
    }
    turn.open()
    await own.sees("the end")
    await devtools.send("Page.setWebLifecycleState", { state: "active" })
    for (const chat of [own, bound]) await showsAll(chat, 2)
    for (const chat of stock) await showsAll(chat, 2, 1)
  })
})
