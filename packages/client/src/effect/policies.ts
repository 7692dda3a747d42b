/**
 * What a program does when a call fails, from Effect's own parts (docs/protocol/rules.md, F-4).
 *
 * | policy | made of |
 * |---|---|
 * | `withRetry` | `Effect.retry`, `Schedule.exponential`, `Schedule.jittered`, `Schedule.upTo`, `Effect.timeoutOrElse` |
 * | `withCircuitBreaker` | `CircuitBreaker` of `effect/persistence`, its store in memory |
 * | `withFallback` | `Effect.catchIf` |
 * | `gracefulDegradation` | `Effect.catch`, level by level |
 *
 * Each records when it stepped in, in `policyUses` and on the current span.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { isRetryable } from "./errors.ts"
import { recordUse } from "./policy-record.ts"

/** Everything that a policy was given was tried, within this time. */
export class RetryTimeoutError extends Schema.TaggedError<RetryTimeoutError>()("RetryTimeoutError", {
  message: Schema.String,
  /** Milliseconds. */
  timeout: Schema.Finite,
}) {}

/** How a call is tried again. */
export interface RetryOptions {
  /** Tries after the first; 3. */
  readonly maxRetries?: number
  /** Before the first of them; it doubles each time, with jitter. 1 s. */
  readonly baseDelay?: Duration.Input
  /** For all tries together; 60 s. */
  readonly timeout?: Duration.Input
  /** Which errors are worth another try; those that pass by themselves when absent. */
  readonly while?: (error: unknown) => boolean
}

/** Tries an effect again while its error is one that passes. Fails with its last error, or with `RetryTimeoutError`. */
export function withRetry(
  options: RetryOptions = {},
): <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | RetryTimeoutError, R> {
  const { maxRetries = 3, baseDelay = "1 second", timeout = "60 seconds", while: isWorthIt = isRetryable } = options
  const schedule = Schedule.exponential(baseDelay).pipe(Schedule.jittered, Schedule.upTo({ times: maxRetries }))
  return (effect) =>
    Effect.suspend(() => {
      let tries = 0
      const tried = Effect.suspend(() => (tries++ === 0 ? effect : Effect.andThen(recordUse("retry", "retried"), effect)))
      return tried.pipe(
        Effect.retry({ schedule, while: (error) => isWorthIt(error) }),
        Effect.tapError((error) => (isWorthIt(error) ? recordUse("retry", "gave-up") : Effect.void)),
        Effect.timeoutOrElse({
          duration: timeout,
          orElse: () => Effect.andThen(recordUse("retry", "timed-out"), Effect.fail(timedOut(timeout))),
        }),
      )
    })
}

const timedOut = (duration: Duration.Input): RetryTimeoutError => {
  const timeout = Duration.toMillis(Duration.fromInputUnsafe(duration))
  return new RetryTimeoutError({ message: `there was no answer within ${timeout / 1000} s`, timeout })
}

/** The breaker is open: the call was not made. */
export class CircuitBreakerOpenError extends Schema.TaggedError<CircuitBreakerOpenError>()("CircuitBreakerOpenError", {
  message: Schema.String,
  /** Its name. */
  breaker: Schema.String,
  /** Milliseconds until it lets a call through; 0 while one is being tried. */
  retryAfter: Schema.Finite,
}) {}

/** When a breaker opens. */
export interface BreakerOptions {
  /** Names it in errors. */
  readonly name: string
  /** Failures in a row; 5. */
  readonly failures?: number
  /** How long it stays open; 30 s. Then one call is let through, which closes it or opens it again. */
  readonly openFor?: Duration.Input
  /** Which errors count; those that pass by themselves when absent: a refusal says nothing about the hub. */
  readonly counts?: (error: unknown) => boolean
}

/** Guards effects with one breaker: make it once, and share it. */
export interface Breaker {
  readonly name: string
  readonly guard: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | CircuitBreakerOpenError, R>
  readonly state: Effect.Effect<CircuitBreaker.State>
}

/** Makes a breaker. */
export function makeBreaker({
  name,
  failures = 5,
  openFor = "30 seconds",
  counts = isRetryable,
}: BreakerOptions): Effect.Effect<Breaker, never, Scope.Scope> {
  return Effect.gen(function* () {
    const breaker = yield* CircuitBreaker.make({ tripPolicy: CircuitBreaker.consecutive(failures), openDuration: openFor })
    const classify = <A, E>(exit: Exit.Exit<A, E>): CircuitBreaker.Outcome => {
      if (Exit.isSuccess(exit)) return CircuitBreaker.success
      const error = Exit.findErrorOption(exit)
      return error._tag === "Some" && counts(error.value) ? CircuitBreaker.failure() : CircuitBreaker.ignored
    }
    return {
      name,
      guard: (effect) =>
        breaker.execute(effect, { key: name, classify }).pipe(
          Effect.catchIf(
            (error): error is CircuitBreaker.CircuitBreakerError => error instanceof CircuitBreaker.CircuitBreakerError,
            ({ reason }) => Effect.andThen(recordUse("circuit-breaker", name), Effect.fail(openError(name, reason))),
          ),
        ),
      state: Effect.orDie(breaker.state(name)),
    } satisfies Breaker
  }).pipe(Effect.provide(CircuitBreaker.layerStoreMemory()))
}

/** Guards an effect with a breaker. */
export function withCircuitBreaker(
  breaker: Breaker,
): <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | CircuitBreakerOpenError, R> {
  return breaker.guard
}

function openError(breaker: string, reason: CircuitBreaker.CircuitBreakerErrorReason): CircuitBreakerOpenError {
  const retryAfter = reason._tag === "CircuitOpen" ? Duration.toMillis(reason.retryAfter) : 0
  const message = `${breaker} has failed too often; it is tried again ${retryAfter === 0 ? "now" : `in ${Math.ceil(retryAfter / 1000)} s`}`
  return new CircuitBreakerOpenError({ message, breaker, retryAfter })
}

/**
 * Does something else when an effect fails; `fallback` gets the error. With `when`, only for the errors that it takes; others stay.
 * Interruptions and defects are not caught.
 */
export function withFallback<E, B, E2, R2>(
  fallback: (error: E) => Effect.Effect<B, E2, R2>,
): <A, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A | B, E2, R | R2>
export function withFallback<E, B, E2, R2>(
  fallback: (error: E) => Effect.Effect<B, E2, R2>,
  when: (error: NoInfer<E>) => boolean,
): <A, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A | B, E | E2, R | R2>
export function withFallback<E, B, E2, R2>(
  fallback: (error: E) => Effect.Effect<B, E2, R2>,
  when: (error: E) => boolean = () => true,
): <A, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A | B, E | E2, R | R2> {
  return (effect) => effect.pipe(Effect.catchIf(when, (error) => Effect.andThen(recordUse("fallback", "used"), fallback(error))))
}

/** Whether what failed with this error, after all policies, may succeed later: no retry helped, in time or at all. */
export function mayPass(error: unknown): boolean {
  return isRetryable(error) || error instanceof RetryTimeoutError || error instanceof CircuitBreakerOpenError
}

/** One way of several, the best first. */
export interface DegradationLevel<A, E, R> {
  readonly level: string
  readonly effect: Effect.Effect<A, E, R>
}

/** What was done, at which level, and why not at the levels before. */
export interface Degraded<A, E> {
  readonly value: A
  readonly level: string
  readonly failures: ReadonlyArray<{ readonly level: string; readonly error: E }>
}

/** Tries the levels in order and says which one did it; fails with the error of the last. */
export function gracefulDegradation<A, E, R>(
  levels: readonly [DegradationLevel<A, E, R>, ...ReadonlyArray<DegradationLevel<A, E, R>>],
): Effect.Effect<Degraded<A, E>, E, R> {
  const from = (at: number, failures: Degraded<A, E>["failures"]): Effect.Effect<Degraded<A, E>, E, R> => {
    const { level, effect } = levels[at] ?? levels[0]
    const reached = Effect.map(effect, (value) => ({ value, level, failures }))
    const done = at === 0 ? reached : Effect.tap(reached, () => recordUse("degradation", level))
    if (at + 1 >= levels.length) return done
    return done.pipe(Effect.catch((error) => from(at + 1, [...failures, { level, error }])))
  }
  return from(0, [])
}
