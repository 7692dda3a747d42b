/** The RPC door as a stock client of Effect RPC sees it, against a real hub. */
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type Accumulator, emptyMessage } from "@holdfast/core/agent/accumulator"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { SessionEvent } from "@holdfast/protocol/chat"
import { createAgent, messages, named, send, turnsEnded } from "@holdfast/testkit/hub/agent-house"
import { createTerminal, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { openRpc, type RpcHouse, StockClient } from "@holdfast/testkit/hub/rpc-house"

type Tag = SessionEvent["_tag"]
type Of<T extends Tag> = Extract<SessionEvent, { readonly _tag: T }>

let directory: Awaited<ReturnType<typeof testDirectory>>
let house: House
let rpc: RpcHouse
let client: StockClient

beforeEach(async () => {
  directory = await testDirectory()
  house = await openHouse({ directory: directory.path })
  rpc = await openRpc(house)
  client = await StockClient.open(rpc.url)
})
afterEach(async () => {
  await client.close()
  await rpc.close()
  await house.close()
  await directory.remove()
})

const of = <T extends Tag>(events: ReadonlyArray<SessionEvent>, tag: T): ReadonlyArray<Of<T>> =>
  events.filter((event): event is Of<T> => event._tag === tag)

const stopped = (events: ReadonlyArray<SessionEvent>): boolean => of(events, "SessionStopped").length > 0

/** Every place is told of once and in order. */
const expectDense = (events: ReadonlyArray<SessionEvent>, after: number): void => {
  let last = after
  for (const event of events) {
    if (event._tag === "InitialState" || event._tag === "Synced") last = event.seq
    else {
      expect([event._tag, event.from]).toEqual([event._tag, last + 1])
      expect(event.seq).toBeGreaterThanOrEqual(event.from)
      last = event.seq
    }
  }
}

/** What an accumulator shows that was told the steps of a subscription. */
const shown = (turn: string, events: ReadonlyArray<SessionEvent>): unknown => {
  const accumulator: Accumulator = emptyMessage(turn, 0)
  for (const event of events) {
    if (event._tag === "InitialState") for (const chunk of event.buffer) accumulator.tell(chunk as AgentChunk)
    else if (event._tag === "StreamEvent" && event.turn === turn) accumulator.tell(event.event as AgentChunk)
  }
  return JSON.parse(JSON.stringify(accumulator.ended("completed").parts))
}

describe("chat over RPC", () => {
  it("J-1 J-3 a turn from its message to its end, in order, with the message that is stored", async () => {
    const { id: session } = await createAgent(house)
    const heard = client.subscribe({ session })
    await heard.until("it is synced", (events) => of(events, "Synced").length === 1)
    expect(heard.events[0]).toMatchObject({
      _tag: "InitialState",
      reason: "fresh",
      session,
      activeTurnId: null,
      buffer: [],
      queue: [],
    })
    const sent = await client.run(client.calls["chat.send"]({ session, text: "hello there", key: "k-1" }))
    expect(sent).toMatchObject({ status: "started" })
    await heard.until("the turn ended", stopped)
    const { events } = heard
    expectDense(events, 0)
    const tags = events.map(({ _tag }) => _tag)
    for (const [one, other] of [
      ["MessageQueued", "SessionStarted"],
      ["SessionStarted", "MessageSent"],
      ["MessageSent", "UserMessage"],
      ["UserMessage", "StreamEvent"],
      ["StreamEvent", "AssistantMessage"],
      ["AssistantMessage", "SessionStopped"],
    ] as const)
      expect([one, tags.indexOf(one) < tags.indexOf(other)]).toEqual([one, true])
    const [{ turn }] = of(events, "SessionStarted") as [Of<"SessionStarted">]
    expect(of(events, "MessageQueued")).toMatchObject([{ message: { id: sent.messageId, key: "k-1", status: "waiting" } }])
    expect(of(events, "MessageSent")).toMatchObject([{ messageId: sent.messageId, turn }])
    expect(of(events, "MessageDequeued")).toMatchObject([{ messageId: sent.messageId, reason: "taken", turn }])
    expect(of(events, "SessionStopped")).toMatchObject([{ turn, reason: "completed" }])
    const stored = await messages(house, session)
    expect(of(events, "UserMessage").map(({ message }) => message)).toEqual([stored[0]])
    expect(of(events, "AssistantMessage").map(({ message }) => message)).toEqual([stored[1]])
    expect(shown(turn, events)).toEqual(JSON.parse(JSON.stringify(stored[1]?.parts)))
  })

  it("J-4 who comes in mid-turn gets the steps so far, and with what follows shows the whole message (fault:N55)", async () => {
    const { id: session, reader } = await createAgent(house)
    await send(house, session, "[[think a b]] one [[read x.txt]] two [[slow 60 4]]")
    await reader.until("it streams", (seen) => seen.list.filter(({ type }) => type === "text-delta").length > 20)
    const heard = client.subscribe({ session })
    await heard.until("the turn ended", stopped)
    const [first] = heard.events as [Of<"InitialState">]
    expect(first._tag).toBe("InitialState")
    expect(first.activeTurnId).toBe(of(heard.events, "SessionStopped")[0]?.turn)
    expect(first.buffer[0]).toEqual({ type: "start", messageId: first.activeTurnId })
    expectDense(heard.events, 0)
    const stored = (await messages(house, session)).at(-1)
    expect(shown(first.activeTurnId ?? "", heard.events)).toEqual(JSON.parse(JSON.stringify(stored?.parts)))
  })

  it("J-5 returning after any event misses nothing and repeats nothing, also across a fold", async () => {
    const { id: session, reader } = await createAgent(house)
    const whole = client.subscribe({ session, after: 0 })
    await send(house, session, "first [[read x.txt]]")
    await send(house, session, "second")
    await turnsEnded(reader, 2)
    await reader.until("both are folded", (seen) => named(seen, "turn/ended").length === 2)
    await whole.until("both ended", (events) => of(events, "SessionStopped").length === 2)
    const live = whole.events.filter(({ _tag }) => _tag !== "Synced")
    const head = live.at(-1)?.seq ?? 0
    const log = of(whole.events, "Synced")[0]?.log ?? ""
    for (const [at, cut] of live.entries()) {
      if (at % 7 !== 0) continue
      const again = client.subscribe({ session, after: cut.seq, log })
      await again.until("it is synced", (events) => of(events, "Synced").some(({ seq }) => seq >= head))
      expectDense(again.events, cut.seq)
      const kept = (events: ReadonlyArray<SessionEvent>) =>
        events.filter(({ _tag }) => _tag !== "StreamEvent" && _tag !== "Synced").map((event) => ({ ...event, from: 0 }))
      expect(kept(again.events)).toEqual(kept(live.slice(at + 1)))
      await again.interrupt()
    }
  }, 20_000)

  it("J-5 a cursor of another log, or beyond the head, begins again with the state and says why", async () => {
    const { id: session } = await createAgent(house)
    for (const payload of [
      { session, after: 1, log: "another" },
      { session, after: 1_000_000 },
    ]) {
      const heard = client.subscribe(payload)
      await heard.until("it is synced", (events) => of(events, "Synced").length === 1)
      expect(heard.events[0]).toMatchObject({ _tag: "InitialState", reason: "reset" })
      await heard.interrupt()
    }
  })

  it("J-1 dequeues, interrupts and shows the state; a repeated send with its key sends nothing again", async () => {
    const { id: session, reader } = await createAgent(house)
    const heard = client.subscribe({ session })
    const { calls } = client
    await client.run(calls["chat.send"]({ session, text: "[[slow 1000 20]]" }))
    await reader.until("it streams", (seen) => seen.list.some(({ type }) => type === "text-delta"))
    const waiting = await client.run(calls["chat.send"]({ session, text: "later", key: "k-2" }))
    expect(waiting.status).toBe("queued")
    expect(await client.run(calls["chat.send"]({ session, text: "later", key: "k-2" }))).toEqual(waiting)
    const state = await client.run(calls["chat.getState"]({ session }))
    expect(state).toMatchObject({ session, queue: [{ id: waiting.messageId, key: "k-2" }], history: null })
    expect(state.activeTurnId).toBe(of(heard.events, "SessionStarted")[0]?.turn)
    expect(state.buffer.length).toBeGreaterThan(1)
    const { messageId } = waiting
    expect(await client.run(calls["chat.dequeue"]({ session, messageId }))).toEqual({ seq: expect.any(Number) })
    expect(await client.failure(calls["chat.dequeue"]({ session, messageId }))).toMatchObject({
      _tag: "MessageNotQueued",
      messageId,
    })
    expect(await client.run(calls["chat.interrupt"]({ session }))).toEqual({ interrupted: true })
    await heard.until("it stopped", stopped)
    expect(of(heard.events, "MessageDequeued").at(-1)).toMatchObject({ messageId, reason: "removed" })
    expect(of(heard.events, "SessionStopping")).toMatchObject([{ reason: "person" }])
    expect(of(heard.events, "SessionStopped")).toMatchObject([{ reason: "interrupted" }])
    expect(await client.run(calls["chat.interrupt"]({ session }))).toEqual({ interrupted: false })
  })

  it("J-1 the state leads back through the history page by page", async () => {
    const { id: session, reader } = await createAgent(house)
    for (const text of ["a", "b", "c"]) await send(house, session, text)
    await turnsEnded(reader, 3)
    const found: Array<string> = []
    let page = await client.run(client.calls["chat.getState"]({ session, limit: 2 }))
    for (;;) {
      expect(page.messages.length).toBeLessThanOrEqual(2)
      found.unshift(...page.messages.map(({ id }) => id))
      if (page.history === null) break
      page = await client.run(client.calls["chat.getState"]({ session, history: page.history, limit: 2 }))
    }
    expect(found).toEqual((await messages(house, session)).map(({ id }) => id))
  })

  it("J-6 tells of permission requests, names, the archive and the trash", async () => {
    const { id: session } = await createAgent(house, { options: { permissions: "ask" }, cwd: directory.path })
    const heard = client.subscribe({ session })
    await client.run(client.calls["chat.send"]({ session, text: "[[write note.txt hello]]" }))
    await heard.until("it asks", (events) => of(events, "PermissionAsked").length === 1)
    const [{ request }] = of(heard.events, "PermissionAsked") as [Of<"PermissionAsked">]
    expect((await client.run(client.calls["chat.getState"]({ session }))).permissions).toMatchObject([{ id: request.id }])
    const optionId = request.options.find(({ kind }) => kind === "reject_once")?.id ?? ""
    await house.run(house.agents.answer(session, request.id, { optionId }, OWNER))
    await heard.until("the turn ended", stopped)
    expect(of(heard.events, "PermissionSettled")).toMatchObject([
      { requestId: request.id, outcome: "answered", decision: { allow: false } },
    ])
    await house.run(house.hub.update(session, { label: "renamed" }, OWNER))
    await house.run(house.hub.archive(session, undefined, OWNER))
    await house.run(house.hub.restore(session, undefined, OWNER))
    await house.run(house.hub.remove(session, undefined, OWNER))
    await heard.until("it is in the trash", (events) => of(events, "SessionDeleted").length === 1)
    expect(of(heard.events, "SessionRenamed").at(-1)).toMatchObject({ label: "renamed" })
    expect(heard.events.map(({ _tag }) => _tag)).toEqual(expect.arrayContaining(["SessionArchived", "SessionRestored"]))
    expectDense(heard.events, 0)
  })

  it("J-2 what is wrong is a typed error on every call, and the calls beside it continue", async () => {
    const { id: session } = await createAgent(house)
    const { id: terminal } = await createTerminal(house)
    const { calls } = client
    const missing = "01998c1e-7d5a-7c3e-9b1a-5d2f8e4a6b70"
    const fails = async <A, E>(call: Effect.Effect<A, E>) => ((await client.failure(call)) as { readonly _tag: string })._tag
    for (const wrong of ["", "x", session.slice(0, 8), `${session} `, missing]) {
      expect(await fails(calls["chat.send"]({ session: wrong, text: "x" }))).toMatch(/^(SessionNotFound|Unprocessable)$/)
      expect(await fails(calls["chat.interrupt"]({ session: wrong }))).toMatch(/^(SessionNotFound|Unprocessable)$/)
      expect(await fails(calls["chat.getState"]({ session: wrong }))).toMatch(/^(SessionNotFound|Unprocessable)$/)
      const exit = await client.subscribe({ session: wrong }).ended
      expect(JSON.stringify(exit)).toMatch(/SessionNotFound|Unprocessable/)
    }
    expect(await fails(calls["chat.send"]({ session }))).toBe("Unprocessable")
    expect(await fails(calls["chat.send"]({ session, text: "x", key: "no blanks" }))).toBe("Unprocessable")
    expect(await fails(calls["chat.dequeue"]({ session, messageId: "" }))).toMatch(/Unprocessable|MessageNotQueued/)
    expect(await fails(calls["chat.getState"]({ session, limit: 0 }))).toBe("Unprocessable")
    expect(await fails(calls["chat.getState"]({ session, history: { before: -1 } }))).toBe("Unprocessable")
    expect(await fails(calls["chat.getState"]({ session: terminal }))).toBe("Unprocessable")
    for (const after of [-1, 1.5, 2 ** 60]) {
      const exit = await client.subscribe({ session, after }).ended
      expect([after, Exit.isFailure(exit) && /CursorInvalid|BadRequest/.test(JSON.stringify(exit))]).toEqual([after, true])
    }
    expect(JSON.stringify(await client.subscribe({ session: terminal }).ended)).toContain("chat is for agents")
    expect(await client.run(calls["chat.getState"]({ session }))).toMatchObject({ session })
  })
})
