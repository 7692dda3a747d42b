/** The bridge from plain callbacks to effects: the loop is plain, the store's slower operations are effects. */
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"

/** Starts an effect and hands its exit to `done`, which must not throw. */
export type Fork = <A, E>(effect: Effect.Effect<A, E>, done: (exit: Exit.Exit<A, E>) => void) => void

/** A `Fork` whose effects see the services and references of the caller. */
export const makeFork: Effect.Effect<Fork> = Effect.map(Effect.context<never>(), (context): Fork => {
  const run = Effect.runForkWith(context)
  return (effect, done) => {
    run(effect).addObserver(done)
  }
})
