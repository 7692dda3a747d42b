/** The Effect surface against a hub in a process of its own. */
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as Stream from "effect/Stream"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { openOutbox, sendOverHttp } from "@holdfast/client/outbox"
import {
  advanceCursor,
  type AllCursor,
  type AllItem,
  type AllOptions,
  Outbox,
  Sessions,
  type StreamItem,
} from "@holdfast/client/effect"
import type { Event } from "@holdfast/protocol/event"
import type { ViewersReport } from "@holdfast/protocol/http-bodies"
import { messagesOf, openAgent as openPaced, sendText, settledAgent } from "../src/agent-session.ts"
import { eventually } from "../src/eventually.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { Watch } from "../src/hub/Watch.ts"
import { wholeLog } from "../src/logs.ts"

let hub: HubProcess
beforeAll(async () => {
  hub = await startHub()
})
afterAll(async () => {
  await hub.stop()
})

const run = <A, E>(effect: Effect.Effect<A, E, Sessions>, token = hub.token): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, Sessions.layer({ origin: hub.url(), token, name: "test", client: "effect-test" })))

/** An agent session that asks for nothing and speaks without pauses, unless its message says otherwise. */
const openAgent = () => openPaced(hub, { options: { permissions: "allow", pace: 0 } })

/** Fibers of streams that run now. */
const fibers = (): number =>
  Metric.snapshotUnsafe(Context.empty()).reduce(
    (sum, one) => (one.id === "child_fibers_active" && one.type === "Gauge" ? sum + Number(one.state.value) : sum),
    0,
  )

/** What a stream hands out, kept, until it is left. */
function keep<A, E>(stream: Stream.Stream<A, E, Sessions>) {
  const items: Array<A> = []
  const watch = new Watch()
  const reading = Stream.runForEach(stream, (item) =>
    Effect.sync(() => {
      items.push(item)
      watch.wake()
    }),
  )
  const live = Sessions.layer({ origin: hub.url(), token: () => Promise.resolve(hub.token), client: "effect-test" })
  const fiber = Effect.runFork(Metric.enableRuntimeMetrics(Effect.provide(reading, live)))
  return {
    items,
    until: (what: string, condition: () => boolean) =>
      watch.until(what, condition, 30_000, () => JSON.stringify(items.slice(-3)).slice(0, 500)),
    leave: () => Effect.runPromise(Fiber.interrupt(fiber)),
  }
}

const all = (options?: AllOptions) => keep(Stream.unwrap(Effect.map(Sessions, (sessions) => sessions.streamAll(options))))
const eventsOf = (items: ReadonlyArray<AllItem>, session: string): ReadonlyArray<Event> =>
  items.flatMap((item) => (item._tag === "Events" && item.session.id === session ? item.events : []))
const seqsOf = (events: ReadonlyArray<Event>): ReadonlyArray<number> => events.map(({ seq }) => seq)

describe("the Effect surface against a hub", () => {
  it("F-1 creates, changes, queries and deletes, and fails with typed errors", () =>
    run(
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const made = yield* sessions.create({ kind: "agent", agent: "scripted", label: "f-one", tags: ["f"], key: "f-key" })
        expect(
          yield* sessions.create({ kind: "agent", agent: "scripted", label: "f-one", tags: ["f"], key: "f-key" }),
        ).toMatchObject({
          id: made.id,
        })
        expect(yield* sessions.get(made.id)).toMatchObject({ label: "f-one", createdBy: "program" })
        expect(yield* sessions.update(made.id, { label: "f-two" })).toMatchObject({ label: "f-two" })
        const others = yield* Effect.forEach([1, 2, 3], () => sessions.create({ kind: "agent", agent: "scripted", tags: ["f"] }))
        const page = yield* sessions.query({ tag: "f", limit: 3 })
        expect([page.sessions.length, page.total, page.next === null]).toEqual([3, 4, false])
        expect(yield* Stream.runCollect(sessions.queryAll({ tag: "f", limit: 3 }))).toHaveLength(4)
        const ids = others.map(({ id }) => id)
        const outcomes = yield* sessions.batchUpdate([...ids, "no-id"], { status: "archived" }, { concurrency: 2, size: 2 })
        expect(outcomes).toMatchObject([
          ...ids.map((session) => ({ session, changed: true })),
          { session: "no-id", error: { _tag: "SessionNotFoundError" } },
        ])
        expect(yield* sessions.updateStatus(ids[0] ?? "", "active")).toMatchObject({ status: "active" })
        expect(yield* sessions.delete(made.id)).toMatchObject({ status: "deleted" })
        const unknown = { kind: "agent", agent: "none-such" } as const
        expect(yield* Effect.flip(sessions.create(unknown))).toMatchObject({
          _tag: "SessionCreationError",
          reason: "AgentUnknown",
          session: unknown,
          metadata: { retryable: false, fields: { agent: "none-such" } },
        })
        const [first] = yield* Stream.runCollect(Stream.take(sessions.stream(ids[1] ?? ""), 1))
        expect(first).toMatchObject({ _tag: "Snapshot", reason: "fresh" })
        expect(yield* Effect.flip(Stream.runDrain(sessions.stream("no-id")))).toMatchObject({ _tag: "SessionNotFoundError" })
      }),
    ))

  it("F-1 G-8 a credential that may only read learns what it may not do", async () => {
    const { body } = await hub.call<{ readonly secret: string }>("POST", "/api/tokens", { name: "eyes", scope: "read" })
    const { id } = await openAgent()
    const denied = await run(Effect.flip(Effect.flatMap(Sessions, (sessions) => sessions.delete(id))), body.secret)
    expect(denied).toMatchObject({ _tag: "SessionPermissionError", session: id, user: "eyes", action: "sessions.delete" })
  })

  it("F-2 two streams of one session have every event once through a kill of the hub", async () => {
    const { id } = await openAgent()
    const stream = () => keep(Stream.unwrap(Effect.map(Sessions, (sessions) => sessions.stream(id, { after: 0 }))))
    const both = [stream(), stream()]
    await sendText(hub, id, "[[slow 60 10]] end")
    const has = (items: ReadonlyArray<StreamItem>, count: number) => items.filter(({ _tag }) => _tag === "Event").length >= count
    for (const one of both) await one.until("some events", () => has(one.items, 15))
    await hub.kill("SIGKILL")
    await hub.start()
    const ended = (items: ReadonlyArray<StreamItem>) =>
      items.some((item) => item._tag === "Event" && item.event.channel === "turn" && item.event.type === "ended")
    for (const one of both) {
      await one.until("the end", () => ended(one.items))
      const seqs = one.items.flatMap((item) => (item._tag === "Event" ? [item.seq] : []))
      expect(seqs).toEqual(Array.from(seqs, (_, at) => at + 1))
      await one.leave()
    }
  })

  it("F-3 the stream of all sessions has every event once, with fewer attachments than sessions, and resumes by its cursor", async () => {
    const before = await Promise.all(Array.from({ length: 4 }, () => openAgent()))
    const first = all({ live: 2 })
    await first.until("it began", () => first.items.length > 0)
    expect(first.items[0]).toMatchObject({
      _tag: "Started",
      cursor: { sessions: { [before[0]?.id ?? ""]: { seq: expect.any(Number) } } },
    })
    const later = await openAgent()
    const ids = [...before, later].map(({ id }) => id)
    for (const id of ids) await sendText(hub, id, "[[slow 20 5]] one")
    for (const id of ids) {
      await settledAgent(hub, id)
      await first.until(`the turn of ${id} ended`, () => eventsOf(first.items, id).some(({ type }) => type === "ended"))
    }
    await first.leave()
    let cursor: AllCursor = { sessions: {} }
    for (const item of first.items) cursor = advanceCursor(cursor, item)
    for (const id of ids) await sendText(hub, id, "two")
    for (const id of ids) await settledAgent(hub, id)
    const second = all({ live: 2, cursor: JSON.parse(JSON.stringify(cursor)) as AllCursor })
    for (const id of ids)
      await second.until(`the second turn of ${id}`, () => eventsOf(second.items, id).some(({ type }) => type === "ended"))
    for (const id of ids) {
      const seen = [...eventsOf(first.items, id), ...eventsOf(second.items, id)]
      const seqs = seqsOf(seen)
      expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
      const kept = seqsOf(await wholeLog(hub, id)).filter((seq) => seq > (id === later.id ? 0 : seen[0]!.seq - 1))
      expect(kept.filter((seq) => !seqs.includes(seq) && seq <= (seqs.at(-1) ?? 0))).toEqual([])
    }
    await second.leave()
  })

  it("F-6 an offline session is created once when the hub is back, though its create may have got through before", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "holdfast-effect-")), "outbox")
    const open = () =>
      openOutbox({ name: "test", file, send: sendOverHttp({ origin: hub.url(), token: hub.token, fetch: globalThis.fetch }) })
    const request = { kind: "agent", agent: "scripted", label: "f-six", key: "f-six-key" } as const
    const program = Effect.gen(function* () {
      const [sessions, outbox] = [yield* Sessions, yield* Outbox]
      const made = yield* sessions.create(request)
      yield* Effect.promise(() => hub.kill("SIGKILL"))
      expect(yield* Effect.flip(sessions.create(request))).toMatchObject({ metadata: { key: request.key, retryable: true } })
      const offline = yield* outbox.createSession(request)
      expect(offline).toMatchObject({ key: request.key, status: "offline", syncPending: true })
      const message = yield* outbox.send(offline.id, { text: "hello" })
      expect((yield* outbox.state).counts).toMatchObject({ completed: 0 })
      yield* Effect.promise(() => hub.start())
      yield* outbox.wake
      expect(yield* outbox.answer(offline.key)).toMatchObject({ id: made.id })
      yield* outbox.answer(message).pipe(Effect.catch(() => Effect.void))
      expect((yield* sessions.query({ q: "f-six" })).total).toBe(1)
      return made.id
    })
    const live = [Sessions.layer({ origin: hub.url(), token: hub.token }), Outbox.layer(open)] as const
    const id = await Effect.runPromise(program.pipe(Effect.provide([...live])))
    await settledAgent(hub, id)
    rmSync(dirname(file), { recursive: true, force: true })
  })

  it("F-4 F-5 the example runs as its README says", async () => {
    const home = mkdtempSync(join(tmpdir(), "holdfast-example-"))
    const env = { ...process.env, HOME: home, XDG_DATA_HOME: home, HOLDFAST_URL: hub.url(), HOLDFAST_TOKEN: hub.token }
    const path = fileURLToPath(new URL("../../examples/effect/main.ts", import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [path, "[[say all is well]]"], { env, timeout: 60_000 })
    expect(stdout).toContain("all is well")
    rmSync(home, { recursive: true, force: true })
  })

  it("F-3 X-30 announcements arrive at once, later ones find them, and they leave when they end", async () => {
    const stream = () => keep(Stream.unwrap(Effect.map(Sessions, (sessions) => sessions.announcements)))
    const early = stream()
    await early.until("none at first", () => early.items.length > 0)
    const made = await hub.call<{ readonly id: string }>("POST", "/api/announcements", { kind: "maintenance", text: "a restart" })
    const texts = (items: ReadonlyArray<ReadonlyArray<{ readonly text: string }>>) => items.at(-1)?.map(({ text }) => text)
    await early.until("it is announced", () => texts(early.items)?.[0] === "a restart")
    const later = stream()
    await later.until("it is there", () => texts(later.items)?.[0] === "a restart")
    await hub.call("DELETE", `/api/announcements/${made.body.id}`)
    for (const one of [early, later]) {
      await one.until("it is gone", () => texts(one.items)?.length === 0)
      await one.leave()
    }
  })

  it("F-7 F-2 interrupting what reads detaches, leaves nothing behind and stops no turn (trap:5)", async () => {
    const { id } = await openAgent()
    const viewersOf = async () => (await hub.call<ViewersReport>("GET", "/api/viewers")).body.sessions
    const before = fibers()
    const one = keep(Stream.unwrap(Effect.map(Sessions, (sessions) => sessions.stream(id, { after: 0 }))))
    const every = all()
    await every.until("it began", () => every.items.length > 0)
    await sendText(hub, id, "[[slow 60 10]] done")
    await one.until("it streams", () => one.items.length > 15)
    await every.until("it streams", () => eventsOf(every.items, id).length > 5)
    const viewers = (await viewersOf()).find(({ session }) => session === id)?.viewers
    expect(viewers).toMatchObject([{ client: "effect-test" }, { client: "effect-test" }])
    expect(fibers()).toBeGreaterThan(before)
    await Promise.all([one.leave(), every.leave()])
    await eventually("no one is attached", 10_000, async () => (await viewersOf()).length === 0)
    expect(fibers()).toBe(before)
    await settledAgent(hub, id)
    expect((await messagesOf(hub, id)).at(-1)).toMatchObject({ role: "assistant", outcome: "completed" })
  })

  it("F-3 is filtered by session and by event", async () => {
    const [one, two] = [await openAgent(), await openAgent()]
    const filtered = all({ filter: { sessions: [one.id], channel: ["turn"] } })
    await filtered.until("it began", () => filtered.items.length > 0)
    for (const { id } of [two, one]) await sendText(hub, id, "hello")
    await filtered.until("the turn ended", () => eventsOf(filtered.items, one.id).length >= 2)
    await settledAgent(hub, two.id)
    expect(filtered.items.slice(1).every((item) => item._tag === "Events" && item.session.id === one.id)).toBe(true)
    expect(new Set(eventsOf(filtered.items, one.id).map(({ channel }) => channel))).toEqual(new Set(["turn"]))
    await filtered.leave()
  })
})
