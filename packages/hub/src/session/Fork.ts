/**
 * The bridges between the loop, which is plain callbacks, and effects: `Fork` runs an effect for the loop, `fromCallback` makes
 * an effect of what the loop answers. There are no others.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"

/** Starts an effect and hands its exit to `done`, which must not throw; gives the fiber, which may be over. */
export type Fork = <A, E>(effect: Effect.Effect<A, E>, done: (exit: Exit.Exit<A, E>) => void) => Fiber.Fiber<A, E>

/** A `Fork` whose effects see the services and references of the caller. */
export const makeFork: Effect.Effect<Fork> = Effect.map(Effect.context<never>(), (context): Fork => {
  const run = Effect.runForkWith(context)
  return (effect, done) => {
    const fiber = run(effect)
    fiber.addObserver(done)
    return fiber
  }
})

/** What a call of the loop answers with: a value or an error as it is, or either as an exit. */
type Answered<A, E> = A | E | Exit.Exit<A, E>

/** The effect of a call that answers once. Interrupting it only stops the waiting. */
export function fromCallback<A, E extends Error = never>(
  call: (answer: (result: Answered<A, E>) => void) => void,
): Effect.Effect<A, E> {
  return Effect.callback<A, E>((resume) =>
    call((result) => {
      if (Exit.isExit(result)) resume(result)
      else resume(result instanceof Error ? Effect.fail(result as E) : Effect.succeed(result as A))
    }),
  )
}

/** Runs an effect for code that waits for files or runners; rejects with its error. */
export function forkPromise<A, E>(fork: Fork, effect: Effect.Effect<A, E>): Promise<A> {
  return new Promise((resolve, reject) => {
    fork(effect, (exit) => {
      if (Exit.isSuccess(exit)) return resolve(exit.value)
      const error = Exit.findErrorOption(exit)
      reject(error._tag === "Some" ? error.value : new Error(String(exit.cause)))
    })
  })
}
