/** The policies of examples/effect, by a clock of the test's own. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, it } from "vitest"
import { makeBreaker, Outbox, Sessions, type TestOutbox, TestSessions } from "@holdfast/client/effect"
import { createOrOffline, isOffline } from "../../examples/effect/create-or-offline.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Sessions | TestSessions | Outbox | TestOutbox>): Promise<A> =>
  Effect.runPromise(effect.pipe(Effect.provide([Sessions.layerTest, Outbox.layerTest, TestClock.layer()])))

const request = { kind: "agent", label: "mine" } as const

/** Begins a creation. */
const begin = Effect.scoped(Effect.flatMap(makeBreaker({ name: "hub" }), (breaker) => createOrOffline(request, breaker)))

describe("the example with Effect", () => {
  it("F-4 creates the session after retries, once", () =>
    run(
      Effect.gen(function* () {
        const test = yield* TestSessions
        yield* test.fail(3)
        const creating = yield* Effect.forkChild(begin)
        yield* TestClock.adjust("15 seconds")
        const session = yield* Fiber.join(creating)
        expect(isOffline(session)).toBe(false)
        expect(yield* test.calls).toBe(4)
        expect((yield* (yield* Sessions).query()).total).toBe(1)
      }),
    ))

  it("F-4 F-6 gives an offline session when no retry helps, and nothing before", () =>
    run(
      Effect.gen(function* () {
        yield* (yield* TestSessions).fail(100)
        const creating = yield* Effect.forkChild(begin)
        yield* TestClock.adjust("5 seconds")
        expect(creating.pollUnsafe()).toBeUndefined()
        yield* TestClock.adjust("10 seconds")
        const session = yield* Fiber.join(creating)
        expect(session).toMatchObject({ label: "mine", status: "offline", syncPending: true })
        expect((yield* (yield* Outbox).state).items).toMatchObject([{ operation: "sessions.create", status: "pending" }])
      }),
    ))

  it("F-4 fails at once where the hub refuses", () =>
    run(
      Effect.gen(function* () {
        const test = yield* TestSessions
        yield* test.fail(1, "AgentUnknown", "there is no such agent")
        expect(yield* Effect.flip(begin)).toMatchObject({ _tag: "SessionCreationError", reason: "AgentUnknown" })
        expect(yield* test.calls).toBe(1)
        expect((yield* (yield* Outbox).state).items).toEqual([])
      }),
    ))
})
