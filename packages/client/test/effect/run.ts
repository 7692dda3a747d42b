/** Runs an effect on a clock that stands still until the test moves it. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"

/** The value of an effect, by the test's clock. */
export function onTestClock<A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> {
  return Effect.runPromise(Effect.scoped(effect).pipe(Effect.provide(TestClock.layer())))
}
