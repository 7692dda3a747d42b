/** A source that is read at once, and left while its reader does not keep up. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { readAhead } from "../../src/effect/read-ahead.ts"

/** Numbers from where it was left on, in arrays of three, and what became of it. */
const numbers = (end: number) => {
  const seen = { begun: 0, left: 0, passed: 0 }
  const source = Stream.suspend(() => {
    seen.begun++
    const arrays = Array.from({ length: (end - seen.passed) / 3 }, (_, at) => {
      const first = seen.passed + at * 3 + 1
      return [first, first + 1, first + 2] as const
    })
    return Stream.fromIterable(arrays).pipe(
      Stream.rechunk(1),
      Stream.tap(([, , last]) => Effect.sync(() => (seen.passed = last))),
      Stream.flattenArray,
      Stream.ensuring(Effect.sync(() => seen.left++)),
    )
  })
  return { seen, source }
}

describe("reading ahead", () => {
  it("F-5 leaves the source when its reader has enough to take, and continues where it was, with nothing missing or doubled", () =>
    Effect.runPromise(
      Effect.gen(function* () {
        const { seen, source } = numbers(300)
        const latch = yield* Latch.make()
        const got: Array<number> = []
        const reading = Stream.runForEach(readAhead(source, 4), (one) =>
          Effect.andThen(
            Effect.sync(() => got.push(one)),
            latch.await,
          ),
        )
        const fiber = yield* Effect.forkChild(reading)
        yield* Effect.promise(() => expect.poll(() => seen.left > 0 && seen.left === seen.begun && got.length).toBe(1))
        expect(seen.passed).toBeLessThan(60)
        yield* latch.open
        yield* Fiber.join(fiber)
        expect(got).toEqual(Array.from({ length: 300 }, (_, at) => at + 1))
        expect(seen.begun).toBeGreaterThan(2)
      }),
    ))

  it("F-5 passes on what the source fails with, behind what it had, and leaves it with its reader", () =>
    Effect.runPromise(
      Effect.gen(function* () {
        const { source } = numbers(6)
        const got: Array<number> = []
        const failing = readAhead(Stream.concat(source, Stream.fail("refused")), 4)
        const taking = Stream.runForEach(failing, (one) => Effect.sync(() => got.push(one)))
        expect(yield* Effect.flip(taking)).toBe("refused")
        expect(got).toEqual([1, 2, 3, 4, 5, 6])
        const { seen, source: endless } = numbers(3)
        const first = Stream.take(readAhead(Stream.concat(endless, Stream.never), 4), 1)
        expect(yield* Stream.runCollect(first)).toEqual([1])
        expect(seen.left).toBe(1)
      }),
    ))
})
