/** The RPC door of a hub in a process of its own: the guard, cuts, kills, and the ready client that returns by itself. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Stream from "effect/Stream"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import WebSocket from "ws"
import { Chat, type ChatOptions } from "@holdfast/client/effect"
import { type Accumulator, emptyMessage } from "@holdfast/core/agent/accumulator"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { RPC_PROTOCOL, type SessionEvent } from "@holdfast/protocol/chat"
import type { ViewersReport } from "@holdfast/protocol/http-bodies"
import { messagesOf, openAgent as openPaced, sendText, settledAgent } from "../src/agent-session.ts"
import { eventually } from "../src/eventually.ts"
import { startFaultProxy, type FaultProxy } from "../src/fault-proxy.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { StockClient } from "../src/hub/rpc-house.ts"
import { Watch } from "../src/hub/Watch.ts"

/** Longest message from a client, in bytes. */
const FRAME_MAX = 1024 * 1024

let hub: HubProcess
let proxy: FaultProxy
const closers: Array<() => Promise<unknown>> = []

beforeAll(async () => {
  hub = await startHub({ settings: { HOLDFAST_SOCKET_MAX_FRAME: String(FRAME_MAX) } })
  proxy = await startFaultProxy(() => hub.port())
})
afterAll(async () => {
  await proxy.stop()
  await hub.stop()
})
/** Sessions that something is attached to. */
const attached = async () => (await hub.call<ViewersReport>("GET", "/api/viewers")).body.sessions.length

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
  await eventually("nothing is attached any more", 10_000, async () => (await attached()) === 0)
})

/** An agent session that asks for nothing and speaks without pauses, unless its message says otherwise. */
const openAgent = () => openPaced(hub, { options: { permissions: "allow", pace: 0 } })

/** A page's client; through the proxy, where the hub must be named by its own address. */
const page = (options: Partial<ChatOptions> = {}, through = true) => {
  const webSocket: ChatOptions["webSocket"] = (url, protocols) =>
    new WebSocket(url, [...protocols], { headers: { host: `127.0.0.1:${hub.port()}` } }) as never
  // It would name the proxy as the host, which the guard refuses.
  const fetch = () => Promise.reject(new Error("not through the proxy"))
  const origin = through ? `http://127.0.0.1:${proxy.port}` : hub.url()
  const runtime = ManagedRuntime.make(
    Chat.layer({ origin, token: hub.token, ...(through ? { webSocket, fetch } : {}), maxDelay: "200 millis", ...options }),
  )
  closers.push(() => runtime.dispose())
  return runtime
}

/** What a subscription of a page hears. */
const hear = (runtime: ReturnType<typeof page>, session: string, after?: number) => {
  const events: Array<SessionEvent> = []
  const watch = new Watch()
  const hearing = Effect.flatMap(Chat, (chat) =>
    Stream.runForEach(chat.subscribe(session, after === undefined ? undefined : { after }), (event) =>
      Effect.sync(() => {
        events.push(event)
        watch.wake()
      }),
    ),
  )
  const fiber = runtime.runFork(hearing)
  const has = (tag: SessionEvent["_tag"], count = 1): boolean => events.filter(({ _tag }) => _tag === tag).length >= count
  return {
    events,
    has,
    until: (what: string, condition: () => boolean) =>
      watch.until(what, condition, 30_000, () => JSON.stringify(events.slice(-3)).slice(0, 500)),
    end: () => Effect.runPromise(Fiber.interrupt(fiber)),
    ended: Effect.runPromise(Fiber.await(fiber)),
  }
}

/** What a page shows at the end: steps, replaced by the message that is stored. */
const shown = (events: ReadonlyArray<SessionEvent>): ReadonlyArray<unknown> => {
  const messages = new Map<string, unknown>()
  let live: Accumulator | undefined
  for (const event of events) {
    if (event._tag === "InitialState") for (const message of event.messages) messages.set(message.id, message)
    else if (event._tag === "StreamEvent") {
      if (live?.turn !== event.turn) live = emptyMessage(event.turn, 0)
      live.tell(event.event as AgentChunk)
    } else if (event._tag === "UserMessage" || event._tag === "AssistantMessage") messages.set(event.message.id, event.message)
  }
  return [...messages.values()]
}

const expectDense = (events: ReadonlyArray<SessionEvent>): void => {
  let last = 0
  for (const event of events) {
    if ("from" in event) expect([event._tag, event.from]).toEqual([event._tag, last + 1])
    last = event.seq
  }
}

describe("the RPC door of a hub", () => {
  it("J-1 G-1 G-16 lets a stock client in with its key at both paths, and no one without", async () => {
    const { id: session } = await openAgent()
    const ws = hub.url().replace("http", "ws")
    for (const path of ["/rpc", "/ws"]) {
      const stock = await StockClient.open(`${ws}${path}`, [RPC_PROTOCOL, `holdfast.key.${hub.token}`])
      closers.push(() => stock.close())
      expect(await stock.run(stock.calls["chat.getState"]({ session }))).toMatchObject({ session })
      const status = await new Promise((resolve) => {
        new WebSocket(`${ws}${path}`, [RPC_PROTOCOL, "holdfast.key.wrong"]).on("unexpected-response", (_, { statusCode }) =>
          resolve(statusCode),
        )
      })
      expect(status).toBe(401)
      expect((await hub.call<{ error: { tag: string } }>("GET", path)).body.error.tag).toBe("BadRequest")
    }
  })

  it("G-8 a token that may only read subscribes, and sends nothing", async () => {
    const { id: session } = await openAgent()
    const made = await hub.call<{ readonly secret: string; readonly id: string }>("POST", "/api/tokens", {
      name: "eyes",
      scope: "read",
    })
    const reader = page({ token: made.body.secret }, false)
    const heard = hear(reader, session)
    await heard.until("the state", () => heard.has("Synced"))
    const error = await reader.runPromise(Effect.flip(Effect.flatMap(Chat, (chat) => chat.send(session, { text: "no" }))))
    expect(error).toMatchObject({ _tag: "SessionPermissionError", session, user: "eyes", action: "messages.send" })
    await hub.call("DELETE", `/api/tokens/${made.body.id}`)
    expect(JSON.stringify(await heard.ended)).toContain("Unauthorized")
  })

  it("F-5 J-5 a page sees a turn whole and once through cuts of every kind and a kill of the hub", async () => {
    const { id: session } = await openAgent()
    const runtime = page()
    const heard = hear(runtime, session)
    await heard.until("the state", () => heard.has("Synced"))
    const chat = await runtime.runPromise(Effect.map(Chat, (one) => one))
    await runtime.runPromise(chat.send(session, { text: "[[slow 150 8]] [[bash echo hi]] the end" }))
    let steps = 0
    for (const cut of ["rst", "fin", "rst"] as const) {
      await heard.until("more steps", () => heard.events.length > steps + 10)
      steps = heard.events.length
      proxy.cut(cut)
    }
    await heard.until("more steps", () => heard.events.length > steps + 10)
    await hub.kill("SIGKILL")
    await hub.start()
    await heard.until("the turn ended", () => heard.has("SessionStopped"))
    expectDense(heard.events)
    expect(heard.events.filter(({ _tag }) => _tag === "InitialState").length).toBe(1)
    expect(heard.events.filter(({ _tag }) => _tag === "SessionStopped")).toMatchObject([{ reason: "completed" }])
    await settledAgent(hub, session)
    expect(shown(heard.events)).toEqual(await messagesOf(hub, session))
    await heard.end()
  })

  it("F-5 a page that was away for whole turns has every message once, though their steps have folded", async () => {
    const { id: session } = await openAgent()
    const runtime = page()
    const heard = hear(runtime, session)
    await heard.until("the state", () => heard.has("Synced"))
    proxy.refuse()
    proxy.cut("rst")
    for (const text of ["one", "two", "three"]) await sendText(hub, session, text)
    await settledAgent(hub, session)
    proxy.allow()
    await heard.until("all turns", () => heard.has("SessionStopped", 3))
    expectDense(heard.events)
    expect(shown(heard.events)).toEqual(await messagesOf(hub, session))
  })

  it("F-5 a send whose answer is lost is repeated under its key: the message is there once", async () => {
    const { id: session } = await openAgent()
    const runtime = page()
    const chat = await runtime.runPromise(Effect.map(Chat, (one) => one))
    await runtime.runPromise(chat.getState(session))
    const sending = Array.from({ length: 5 }, (_, at) => runtime.runPromise(chat.send(session, { text: `message ${at}` })))
    proxy.cut("rst")
    await Promise.all(sending)
    await settledAgent(hub, session)
    const texts = (await messagesOf(hub, session)).flatMap(({ role, parts }) => (role === "user" ? [JSON.stringify(parts)] : []))
    expect(texts.length).toBe(5)
    expect(new Set(texts).size).toBe(5)
  })

  it("F-5 J-7 a reader that stops holds up no other and no call, one that is slow misses nothing, and leaving stops no turn", async () => {
    const { id: session } = await openAgent()
    const runtime = page({ ahead: 1 }, false)
    const chat = await runtime.runPromise(Effect.map(Chat, (one) => one))
    const stuck = runtime.runFork(Stream.runForEach(chat.subscribe(session), () => Effect.never))
    const heard = hear(runtime, session)
    await heard.until("the state", () => heard.has("Synced"))
    const until = Promise.withResolvers<void>()
    const late: Array<SessionEvent> = []
    const taking = Stream.tap(chat.subscribe(session), () => Effect.promise(() => until.promise))
    const slow = runtime.runFork(Stream.runForEach(taking, (event) => Effect.sync(() => late.push(event))))
    await runtime.runPromise(chat.send(session, { text: "[[slow 20000 0]] [[slow 400 5]]" }))
    await heard.until("it streams", () => heard.has("StreamEvent", 50))
    expect(await runtime.runPromise(chat.interrupt(session))).toMatchObject({ interrupted: true })
    await heard.until("the other reader sees the end", () => heard.has("SessionStopped"))
    until.resolve()
    await eventually("the slow reader sees the end", 10_000, () => late.some(({ _tag }) => _tag === "SessionStopped"))
    expectDense(late)
    expect(shown(late)).toEqual(shown(heard.events))
    for (const fiber of [stuck, slow]) await Effect.runPromise(Fiber.interrupt(fiber))
    await heard.end()
    await settledAgent(hub, session)
    const again = hear(runtime, session)
    await runtime.runPromise(chat.send(session, { text: "[[slow 20 10]] done" }))
    await again.until("it streams", () => again.has("StreamEvent", 5))
    await again.end()
    await settledAgent(hub, session)
    expect((await messagesOf(hub, session)).at(-1)).toMatchObject({ role: "assistant", outcome: "completed" })
  })

  it("F-7 interrupting a call stops nothing that the hub has begun", async () => {
    const { id: session } = await openAgent()
    const runtime = page({}, false)
    const chat = await runtime.runPromise(Effect.map(Chat, (one) => one))
    await runtime.runPromise(chat.getState(session))
    const heard = hear(runtime, session)
    await heard.until("the state", () => heard.has("Synced"))
    expect(await attached()).toBe(1)
    const sending = runtime.runFork(chat.send(session, { text: "[[slow 20 10]] done", key: "given-up" }))
    await heard.until("it is sent", () => heard.has("MessageQueued"))
    await Effect.runPromise(Fiber.interrupt(sending))
    await heard.until("the turn ended", () => heard.has("SessionStopped"))
    expect(heard.events.at(-1)).toMatchObject({ reason: "completed" })
    const again = await runtime.runPromise(chat.send(session, { text: "[[slow 20 10]] done", key: "given-up" }))
    expect(again.messageId).toBe((await messagesOf(hub, session))[0]?.id)
  })

  it("F-5 J-9 a message that is longer than the hub reads at once fails, and the others are sent", async () => {
    const { id: session } = await openAgent()
    const runtime = page({}, false)
    const chat = await runtime.runPromise(Effect.map(Chat, (one) => one))
    const file = (bytes: number) => ({
      type: "file" as const,
      mediaType: "image/png",
      url: `data:image/png;base64,${"A".repeat(bytes)}`,
    })
    const sendFile = (bytes: number) => chat.send(session, { parts: [file(bytes)] })
    for (const bytes of [FRAME_MAX + 1, 9 * 1024 * 1024])
      expect(await runtime.runPromise(Effect.flip(sendFile(bytes)))).toMatchObject({ _tag: "TooLarge" })
    expect(await runtime.runPromise(chat.send(session, { text: "still there" }))).toMatchObject({ status: "started" })
    await settledAgent(hub, session)
  })

  it("F-5 a wrong token and a session that is not there end with what the hub says", async () => {
    const { id: session } = await openAgent()
    const stranger = page({ token: "wrong-token-of-some-length" }, false)
    expect(JSON.stringify(await hear(stranger, session).ended)).toContain("Unauthorized")
    const call = Effect.flatMap(Chat, (chat) => chat.getState(session))
    expect(await stranger.runPromise(Effect.flip(call))).toMatchObject({ _tag: "Unauthorized" })
    const missing = await hear(page({}, false), "01998c1e-7d5a-7c3e-9b1a-5d2f8e4a6b70").ended
    expect(Exit.isFailure(missing) && JSON.stringify(missing)).toContain("SessionNotFound")
  })

  it("F-5 a call that no hub answers fails in time, and says so", async () => {
    const alone = page({ origin: "http://127.0.0.1:9", timeout: "300 millis" }, false)
    const call = Effect.flatMap(Chat, (chat) => chat.interrupt("x"))
    expect(await alone.runPromise(Effect.flip(call))).toMatchObject({ _tag: "ChatUnreachable" })
  })
})
