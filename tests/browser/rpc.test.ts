/** The RPC door from a page: the stock client of Effect RPC, and the client that returns by itself. */
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { messagesOf, openAgent, settledAgent } from "@holdfast/testkit/agent-session"
import { bundled, fromMemory } from "@holdfast/testkit/bundled"
import { eventually } from "@holdfast/testkit/eventually"
import { startHub, type HubProcess } from "@holdfast/testkit/hub-process"
import { type Browser, launchBrowser, type Page } from "./chromium.ts"

const PAGE = fileURLToPath(new URL("rpc-page.js", import.meta.url))
/** What the page loads, as `window.program`: subscriptions keep what they hear in `window.heard`. */
const PROGRAM = `
import { Effect, Fiber, Layer, ManagedRuntime, Stream } from "effect"
import { RpcClient, RpcSerialization } from "effect/rpc"
import { Socket } from "effect/socket"
import { ChatRpcs, RPC_PROTOCOL } from "@holdfast/protocol/chat"
import { Chat } from "@holdfast/client/effect"

export const heard = []
const keep = (events) => Stream.runForEach(events, (event) => Effect.sync(() => void heard.push(event)))

export const stock = (key, session, text) => {
  const protocol = RpcClient.layerProtocolSocket().pipe(
    Layer.provide([
      RpcSerialization.layerNdjson,
      Socket.layerWebSocket(location.origin.replace("http", "ws") + "/ws", { protocols: [RPC_PROTOCOL, "holdfast.key." + key] }).pipe(
        Layer.provide(Socket.layerWebSocketConstructorGlobal),
      ),
    ]),
  )
  const program = Effect.gen(function* () {
    const client = yield* RpcClient.make(ChatRpcs)
    yield* client["chat.send"]({ session, text, key: "from-the-page" })
    const wrong = yield* Effect.flip(client["chat.getState"]({ session: "none" }))
    yield* keep(Stream.takeUntil(client["chat.subscribe"]({ session, after: 0 }), ({ _tag }) => _tag === "SessionStopped"))
    return wrong._tag
  })
  return Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(protocol)))
}

let runtime
let reading
export const ready = (key, session) => {
  runtime = ManagedRuntime.make(Chat.layer({ origin: "", token: key, maxDelay: "200 millis" }))
  reading = runtime.runFork(Effect.flatMap(Chat, (chat) => keep(chat.subscribe(session))))
}
export const send = (session, text) => runtime.runPromise(Effect.flatMap(Chat, (chat) => chat.send(session, { text })))
export const interrupt = (session) => runtime.runPromise(Effect.flatMap(Chat, (chat) => chat.interrupt(session)))
export const leave = () => Effect.runPromise(Fiber.interrupt(reading)).then(() => runtime.dispose())
`

interface Heard {
  readonly _tag: string
  readonly seq: number
  readonly from?: number
  readonly reason?: string
  readonly message?: unknown
}

describe("chat over RPC in a page", () => {
  let browser: Browser
  let hub: HubProcess
  let program: string

  beforeAll(async () => {
    const bundling = bundled(PAGE, { plugins: [fromMemory(PAGE, PROGRAM)], transform: { target: "es2024" } })
    ;[hub, browser] = await Promise.all([startHub(), launchBrowser()])
    program = await bundling
  })
  afterAll(async () => {
    await browser.close()
    await hub.stop()
  })

  const open = async (): Promise<Page> => {
    const page = await browser.newPage({ bypassCSP: true })
    await page.goto(hub.url())
    await page.evaluate(`import(URL.createObjectURL(new Blob([${JSON.stringify(program)}], { type: "text/javascript" })))
      .then((program) => void Object.assign(window, { program }))`)
    return page
  }
  const call = (page: Page, name: string, ...given: ReadonlyArray<string>): Promise<unknown> =>
    page.evaluate(`window.program.${name}(${given.map((one) => JSON.stringify(one)).join(", ")})`)
  const heard = async (page: Page): Promise<ReadonlyArray<Heard>> =>
    JSON.parse(String(await page.evaluate("JSON.stringify(window.program.heard)"))) as ReadonlyArray<Heard>
  const until = (page: Page, what: string, tag: string, count = 1) =>
    eventually(what, 30_000, async () => (await heard(page)).filter(({ _tag }) => _tag === tag).length >= count)

  const expectDense = (events: ReadonlyArray<Heard>, after: number): void => {
    let last = after
    for (const { _tag, from, seq } of events) {
      if (from !== undefined) expect([_tag, from]).toEqual([_tag, last + 1])
      last = seq
    }
  }
  const said = (events: ReadonlyArray<Heard>): ReadonlyArray<unknown> =>
    events.flatMap(({ _tag, message }) => (_tag === "UserMessage" || _tag === "AssistantMessage" ? [message] : []))

  it("J-1 J-3 G-16 the stock client in Chromium sends, and sees the turn as it is stored", async () => {
    const { id } = await openAgent(hub, { options: { pace: 0 } })
    const page = await open()
    expect(await call(page, "stock", hub.token, id, "hello from a page")).toBe("SessionNotFound")
    const events = await heard(page)
    expectDense(events, 0)
    expect(events.at(-1)).toMatchObject({ _tag: "SessionStopped", reason: "completed" })
    await settledAgent(hub, id)
    expect(said(events)).toEqual(await messagesOf(hub, id))
  })

  it("F-5 the ready client in Chromium sees a turn once and whole through a lost network and a kill of the hub", async () => {
    const { id } = await openAgent(hub, { options: { pace: 0 } })
    const page = await open()
    await call(page, "ready", hub.token, id)
    await until(page, "the state", "Synced")
    await call(page, "send", id, "[[slow 120 10]] end")
    await until(page, "some steps", "StreamEvent", 20)
    await page.context().setOffline(true)
    await hub.kill("SIGKILL")
    await hub.start()
    await page.context().setOffline(false)
    await until(page, "the end", "SessionStopped")
    await settledAgent(hub, id)
    const events = await heard(page)
    expectDense(events, 0)
    expect(events.filter(({ _tag }) => _tag === "SessionStopped")).toMatchObject([{ reason: "completed" }])
    expect(said(events)).toEqual(await messagesOf(hub, id))
  })

  it("J-8 leaving a subscription stops no turn; interrupting does", async () => {
    const { id } = await openAgent(hub, { options: { pace: 0 } })
    const page = await open()
    await call(page, "ready", hub.token, id)
    await until(page, "the state", "Synced")
    await call(page, "send", id, "[[slow 20 10]] done")
    await until(page, "some steps", "StreamEvent", 5)
    await call(page, "leave")
    await settledAgent(hub, id)
    expect((await messagesOf(hub, id)).at(-1)).toMatchObject({ role: "assistant", outcome: "completed" })
    await call(page, "ready", hub.token, id)
    await call(page, "send", id, "[[slow 4000 10]]")
    await until(page, "it streams again", "StreamEvent", 40)
    expect(await call(page, "interrupt", id)).toMatchObject({ interrupted: true })
    await settledAgent(hub, id)
    expect((await messagesOf(hub, id)).at(-1)).toMatchObject({ role: "assistant", outcome: "interrupted" })
  })
})
