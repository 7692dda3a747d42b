/** The outbox as a service, over a box in memory. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { Outbox, OutboxError, TestOutbox } from "../../src/effect/index.ts"
import { MemoryOutbox } from "../../src/effect/MemoryOutbox.ts"
import { HoldfastError } from "../../src/errors.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Outbox | TestOutbox>): Promise<A> =>
  Effect.runPromise(effect.pipe(Effect.provide(Outbox.layerTest)))

describe("the outbox of the Effect surface", () => {
  it("F-6 shows a session that is to be created at once; other commands name it, and its answer can be waited for", () =>
    run(
      Effect.gen(function* () {
        const [outbox, test] = [yield* Outbox, yield* TestOutbox]
        const offline = yield* outbox.createSession({ kind: "agent", label: "later" })
        expect(offline).toMatchObject({ kind: "agent", label: "later", status: "offline", syncPending: true })
        const message = yield* outbox.send(offline.id, { text: "hello" })
        expect(yield* outbox.state).toMatchObject({
          items: [
            { id: offline.key, operation: "sessions.create", status: "pending" },
            { id: message, operation: "messages.send", session: offline.id, status: "pending" },
          ],
          counts: { pending: 2 },
        })
        const waiting = yield* Effect.forkChild(outbox.answer(offline.key), { startImmediately: true })
        test.complete(offline.key, { id: "real" })
        expect(yield* Fiber.join(waiting)).toEqual({ id: "real" })
        expect(yield* outbox.answer(offline.key)).toEqual({ id: "real" })
        expect((yield* outbox.state).counts).toMatchObject({ pending: 1, completed: 1 })
      }),
    ))

  it("F-6 reports each change; what failed is tried again or cleared, and what waits is taken back", () =>
    run(
      Effect.gen(function* () {
        const [outbox, test] = [yield* Outbox, yield* TestOutbox]
        const id = yield* outbox.add("sessions.archive", { session: "s" })
        const failed = yield* Effect.forkChild(
          Stream.runHead(Stream.filter(outbox.changes, ({ counts }) => counts.failed === 1)),
          { startImmediately: true },
        )
        const waiting = yield* Effect.forkChild(Effect.flip(outbox.answer(id)), { startImmediately: true })
        test.refuse(id, "SessionNotFound", "there is none")
        expect((yield* Fiber.join(failed))._tag).toBe("Some")
        expect(yield* Fiber.join(waiting)).toBeInstanceOf(OutboxError)
        expect(yield* Effect.flip(outbox.answer(id))).toMatchObject({ reason: "SessionNotFound" })
        expect(yield* Effect.flip(outbox.answer("none"))).toMatchObject({ reason: "Settled" })
        expect([yield* outbox.retryFailed(), yield* outbox.retryFailed()]).toEqual([1, 0])
        expect(yield* outbox.cancel(id)).toBe("cancelled")
        const other = yield* outbox.add("sessions.archive", { session: "s" })
        test.refuse(other, "Busy", "later")
        expect([yield* outbox.clearFailed(other), (yield* outbox.state).items.length]).toEqual([1, 0])
      }),
    ))

  it("F-7 who waits for an answer and is interrupted takes nothing back", () =>
    run(
      Effect.gen(function* () {
        const [outbox, test] = [yield* Outbox, yield* TestOutbox]
        const id = yield* outbox.send("s", { text: "hello" })
        const waiting = yield* Effect.forkChild(outbox.answer(id), { startImmediately: true })
        yield* Fiber.interrupt(waiting)
        expect((yield* outbox.state).counts.pending).toBe(1)
        test.complete(id, "sent")
        expect(yield* outbox.answer(id)).toBe("sent")
      }),
    ))

  it("F-6 what the storage refuses to change fails with a typed error", () => {
    const refuses = (): Promise<never> => Promise.reject(new HoldfastError("OutboxNotStored", "the disk is full"))
    const open = () => Promise.resolve(Object.assign(new MemoryOutbox(), { retry: refuses, clear: refuses, cancel: refuses }))
    const failures = Effect.gen(function* () {
      const outbox = yield* Outbox
      const [retried, cleared] = [yield* Effect.flip(outbox.retryFailed()), yield* Effect.flip(outbox.clearFailed())]
      return [retried, cleared, yield* Effect.flip(outbox.cancel("one"))]
    })
    return Effect.runPromise(failures.pipe(Effect.provide(Outbox.layer(open)))).then((errors) => {
      expect(errors.map(({ reason }) => reason)).toEqual(["OutboxNotStored", "OutboxNotStored", "OutboxNotStored"])
    })
  })
})
