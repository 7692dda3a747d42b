/** The service of sessions in memory: what a test of a program has instead of a hub. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, it } from "vitest"
import {
  advanceCursor,
  type AllCursor,
  SessionCreationError,
  SessionNotFoundError,
  SessionRequestError,
  Sessions,
  TestSessions,
  withRetry,
} from "../../src/effect/index.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Sessions | TestSessions>): Promise<A> =>
  Effect.runPromise(effect.pipe(Effect.provide([Sessions.layerTest, TestClock.layer()])))

describe("sessions in memory", () => {
  it("F-1 creates once for each key, reads, renames, archives, restores and deletes by the rules of a hub", () =>
    run(
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const made = yield* sessions.create({ kind: "agent", label: "one", key: "k" })
        expect(yield* sessions.create({ kind: "agent", label: "one", key: "k" })).toMatchObject({ id: made.id })
        expect(made).toMatchObject({ kind: "agent", label: "one", status: "active", lastSeq: 1 })
        expect(yield* sessions.update(made.id, { label: "two", tags: ["a"] })).toMatchObject({ label: "two", tags: ["a"] })
        expect(yield* sessions.updateStatus(made.id, "archived")).toMatchObject({ status: "archived" })
        expect(yield* sessions.updateStatus(made.id, "active")).toMatchObject({ status: "active" })
        expect(yield* sessions.delete(made.id)).toMatchObject({ status: "deleted" })
        const refused = yield* Effect.flip(sessions.update(made.id, { label: "three" }))
        expect(refused).toBeInstanceOf(SessionRequestError)
        expect(refused).toMatchObject({ reason: "SessionNotReady" })
        expect(yield* Effect.flip(sessions.get("none"))).toBeInstanceOf(SessionNotFoundError)
      }),
    ))

  it("F-1 a batch has an outcome for each session, and a query its total and what comes next", () =>
    run(
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const ids: Array<string> = []
        for (let at = 0; at < 5; at++) ids.push((yield* sessions.create({ kind: "terminal", label: `s${at}` })).id)
        const outcomes = yield* sessions.batchUpdate([...ids.slice(0, 2), "none"], { status: "archived" }, { concurrency: 2 })
        expect(outcomes).toMatchObject([
          { session: ids[0], changed: true },
          { session: ids[1], changed: true },
          { session: "none", error: { _tag: "SessionNotFoundError" } },
        ])
        const first = yield* sessions.query({ limit: 2 })
        expect([first.sessions.length, first.total, first.more]).toEqual([2, 3, false])
        const second = yield* sessions.query({ limit: 2, cursor: first.next ?? "" })
        expect([second.sessions.length, second.next]).toEqual([1, null])
        expect(yield* Stream.runCollect(sessions.queryAll({ status: "archived" }))).toHaveLength(2)
      }),
    ))

  it("F-1 a create that fails says why, what was asked for, and whether it may succeed later", () =>
    run(
      Effect.gen(function* () {
        const [sessions, test] = [yield* Sessions, yield* TestSessions]
        yield* test.fail(1)
        const error = yield* Effect.flip(sessions.create({ kind: "agent", label: "x", key: "k" }))
        expect(error).toBeInstanceOf(SessionCreationError)
        expect(error).toMatchObject({
          reason: "Unreachable",
          session: { kind: "agent", label: "x" },
          metadata: { key: "k", retryable: true },
        })
        yield* test.fail(2)
        const creating = sessions.create({ kind: "agent" })
        const trying = yield* Effect.forkChild(withRetry()(creating))
        yield* TestClock.adjust("10 seconds")
        const made = yield* Fiber.join(trying)
        expect(yield* test.calls).toBe(4)
        expect(yield* creating).toMatchObject({ id: made.id })
        expect((yield* sessions.query()).total).toBe(1)
      }),
    ))

  it("F-2 a stream has what was there after its cursor, then what comes", () =>
    run(
      Effect.gen(function* () {
        const [sessions, test] = [yield* Sessions, yield* TestSessions]
        const { id } = yield* sessions.create({ kind: "agent", label: "one" })
        yield* sessions.update(id, { label: "two" })
        const reading = yield* Effect.forkChild(Stream.runCollect(Stream.take(sessions.stream(id, { after: 1 }), 3)), {
          startImmediately: true,
        })
        yield* test.append(id, { channel: "turn", type: "started", data: { turn: "t" }, turn: "t" })
        const items = yield* Fiber.join(reading)
        expect(items.map((item) => [item._tag, item.seq])).toEqual([
          ["Event", 2],
          ["Synced", 2],
          ["Event", 3],
        ])
        const [first] = yield* Stream.runCollect(Stream.take(sessions.stream(id), 1))
        expect(first).toMatchObject({ _tag: "Snapshot", reason: "fresh", seq: 3, session: { label: "two" } })
        expect(yield* Effect.flip(Stream.runDrain(sessions.stream("none")))).toBeInstanceOf(SessionNotFoundError)
      }),
    ))

  it("F-3 announcements are those that the test makes", () =>
    run(
      Effect.gen(function* () {
        const [sessions, test] = [yield* Sessions, yield* TestSessions]
        const one = { id: "a", kind: "feature", text: "new", createdAt: 0, by: "owner" } as const
        yield* test.announce([one])
        expect(yield* Stream.runHead(sessions.announcements)).toMatchObject({ value: [one] })
      }),
    ))

  it("F-3 the stream of all sessions is grouped, filtered and resumed by its cursor", () =>
    run(
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const one = yield* sessions.create({ kind: "agent", label: "one" })
        const two = yield* sessions.create({ kind: "terminal", label: "two" })
        let cursor: AllCursor = { sessions: {} }
        const kept = Stream.tap(sessions.streamAll({ filter: { kind: "agent" } }), (item) =>
          Effect.sync(() => {
            cursor = advanceCursor(cursor, item)
          }),
        )
        const reading = yield* Effect.forkChild(Stream.runCollect(Stream.take(kept, 2)), { startImmediately: true })
        yield* sessions.update(two.id, { label: "left out" })
        yield* sessions.update(one.id, { label: "seen" })
        expect((yield* Fiber.join(reading)).map((item) => item._tag)).toEqual(["Started", "Events"])
        yield* sessions.update(one.id, { label: "meanwhile" })
        const three = yield* sessions.create({ kind: "agent", label: "three" })
        const again = yield* Stream.runCollect(Stream.take(sessions.streamAll({ cursor }), 4))
        const groups = again.flatMap((item) =>
          item._tag === "Events" ? [[item.session.id, item.events.map(({ seq }) => seq)]] : [],
        )
        expect(groups).toEqual([
          [one.id, [3]],
          [two.id, [2]],
          [three.id, [1]],
        ])
      }),
    ))
})
