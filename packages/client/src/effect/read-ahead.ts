/** Streams that share a connection, each read at once whatever its reader does: one that stops holds up no other (docs/protocol/rules.md, F-5). */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"

type NonEmpty<A> = readonly [A, ...Array<A>]

/** The source was left as its reader has enough to take. */
const FULL = Symbol("full")

/**
 * Reads a source at once. While its reader has `most` arrays to take the source is left; after that it is begun again, and must
 * continue from where it was.
 */
export function readAhead<A, E>(source: Stream.Stream<A, E>, most: number): Stream.Stream<A, E> {
  return Stream.callback<NonEmpty<A>, E>(
    (queue) =>
      Effect.gen(function* () {
        for (;;) {
          let rest: NonEmpty<A> | undefined
          yield* Stream.runForEachArray(source, (values) => {
            if (Queue.offerUnsafe(queue, values)) return Effect.void
            rest = values
            return Effect.fail(FULL)
          }).pipe(
            Effect.catchIf(
              (error): error is typeof FULL => error === FULL,
              () => Effect.void,
            ),
          )
          if (rest === undefined) return yield* Queue.end(queue)
          // Its reader takes all at once: then there is room again.
          yield* Queue.offer(queue, rest)
        }
      }),
    { bufferSize: most, strategy: "suspend" },
  ).pipe(Stream.flattenArray)
}
