/** What a program does when a call fails, by a clock of the test's own. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, it } from "vitest"
import {
  CircuitBreakerOpenError,
  gracefulDegradation,
  makeBreaker,
  policyUses,
  RetryTimeoutError,
  SessionNotFoundError,
  SessionUnavailableError,
  withCircuitBreaker,
  withFallback,
  withRetry,
} from "../../src/effect/index.ts"
import { onTestClock } from "./run.ts"

const away = new SessionUnavailableError({ message: "away", reason: "Unreachable", isUnreachable: true })
const missing = new SessionNotFoundError({ message: "missing", session: "s" })

/** An effect that fails a number of times, and how often it ran. */
const flaky = <E>(times: number, error: E) => {
  const runs: Array<number> = []
  const effect = Effect.flatMap(
    Effect.clockWith((clock) => clock.currentTimeMillis),
    (now) => {
      runs.push(now)
      return runs.length <= times ? Effect.fail(error) : Effect.succeed("done")
    },
  )
  return { effect, runs }
}

describe("policies of the Effect surface", () => {
  it("F-4 a retry waits twice as long each time, with jitter, and gives the last error up after `maxRetries`", () =>
    onTestClock(
      Effect.gen(function* () {
        const { effect, runs } = flaky(9, away)
        const trying = yield* Effect.forkChild(Effect.flip(withRetry()(effect)))
        yield* TestClock.adjust("30 seconds")
        expect(yield* Fiber.join(trying)).toBe(away)
        expect(runs.length).toBe(4)
        const waits = runs.slice(1).map((at, index) => at - (runs[index] ?? 0))
        for (const [at, wait] of waits.entries()) {
          expect(wait).toBeGreaterThanOrEqual(800 * 2 ** at)
          expect(wait).toBeLessThanOrEqual(1200 * 2 ** at)
        }
      }),
    ))

  it("F-4 a retry ends at its first success, and tries nothing again that does not pass by itself", () =>
    onTestClock(
      Effect.gen(function* () {
        const soon = flaky(2, away)
        const trying = yield* Effect.forkChild(withRetry({ maxRetries: 5, baseDelay: "10 millis" })(soon.effect))
        yield* TestClock.adjust("1 second")
        expect([yield* Fiber.join(trying), soon.runs.length]).toEqual(["done", 3])
        const refused = flaky(9, missing)
        expect(yield* Effect.flip(withRetry()(refused.effect))).toBe(missing)
        expect(refused.runs.length).toBe(1)
      }),
    ))

  it("F-4 a retry is over after its time, whatever is under way", () =>
    onTestClock(
      Effect.gen(function* () {
        const trying = yield* Effect.forkChild(Effect.flip(withRetry({ timeout: "60 seconds" })(Effect.never)))
        yield* TestClock.adjust("59 seconds")
        expect(trying.pollUnsafe()).toBeUndefined()
        yield* TestClock.adjust("2 seconds")
        const error = yield* Fiber.join(trying)
        expect(error).toBeInstanceOf(RetryTimeoutError)
        expect(error).toMatchObject({ timeout: 60_000 })
      }),
    ))

  it("F-4 a breaker opens after 5 failures in a row, for 30 s, then lets one call through", () =>
    onTestClock(
      Effect.gen(function* () {
        const breaker = yield* makeBreaker({ name: "hub" })
        const { effect, runs } = flaky(6, away)
        const call = withCircuitBreaker(breaker)(effect)
        for (let at = 0; at < 5; at++) expect(yield* Effect.flip(call)).toBe(away)
        const open = yield* Effect.flip(call)
        expect(open).toBeInstanceOf(CircuitBreakerOpenError)
        expect(open).toMatchObject({ breaker: "hub", retryAfter: 30_000 })
        expect(runs.length).toBe(5)
        yield* TestClock.adjust("31 seconds")
        expect(yield* Effect.flip(call)).toBe(away)
        expect(yield* Effect.flip(call)).toBeInstanceOf(CircuitBreakerOpenError)
        yield* TestClock.adjust("31 seconds")
        expect(yield* call).toBe("done")
        expect(yield* call).toBe("done")
      }),
    ))

  it("F-4 a refusal says nothing about the hub: it opens no breaker", () =>
    onTestClock(
      Effect.gen(function* () {
        const breaker = yield* makeBreaker({ name: "hub", failures: 2 })
        const { effect } = flaky(9, missing)
        for (let at = 0; at < 5; at++) expect(yield* Effect.flip(breaker.guard(effect))).toBe(missing)
      }),
    ))

  it("F-4 what a policy did is counted by policy and outcome, and noted on the span", () =>
    onTestClock(
      Effect.gen(function* () {
        const uses = (policy: string, outcome: string) =>
          Effect.map(Metric.value(Metric.withAttributes(policyUses, { policy, outcome })), ({ count }) => count)
        const all = Effect.all([
          uses("retry", "retried"),
          uses("retry", "gave-up"),
          uses("retry", "timed-out"),
          uses("circuit-breaker", "recorded"),
          uses("fallback", "used"),
          uses("degradation", "copy"),
        ])
        const before = yield* all
        const noted = Effect.fnUntraced(function* <A, E>(effect: Effect.Effect<A, E>) {
          const trying = yield* Effect.forkChild(
            Effect.andThen(Effect.exit(effect), Effect.currentSpan).pipe(Effect.withSpan("call")),
          )
          yield* TestClock.adjust("2 minutes")
          return Object.fromEntries((yield* Fiber.join(trying)).attributes)
        })
        const breaker = yield* makeBreaker({ name: "recorded", failures: 1 })
        const failing = Effect.fail(away)
        expect(yield* noted(withRetry({ maxRetries: 2 })(failing))).toEqual({ "holdfast.retry": "gave-up" })
        expect(yield* noted(withRetry()(Effect.never))).toEqual({ "holdfast.retry": "timed-out" })
        expect(yield* noted(withRetry()(Effect.fail(missing)))).toEqual({})
        yield* Effect.exit(breaker.guard(failing))
        const open = withFallback(() => Effect.succeed("instead"))(breaker.guard(failing))
        expect(yield* noted(open)).toEqual({ "holdfast.circuit-breaker": "recorded", "holdfast.fallback": "used" })
        const levels = [
          { level: "live", effect: failing },
          { level: "copy", effect: Effect.succeed(1) },
        ] as const
        expect(yield* noted(gracefulDegradation<number, SessionUnavailableError, never>(levels))).toEqual({
          "holdfast.degradation": "copy",
        })
        expect((yield* all).map((count, at) => count - (before[at] ?? 0))).toEqual([2, 1, 1, 1, 1, 1])
      }),
    ))

  it("F-4 a fallback gets the error; a degradation says at which level it ended, and why", () =>
    onTestClock(
      Effect.gen(function* () {
        expect(yield* withFallback((error) => Effect.succeed(error))(Effect.fail(away))).toBe(away)
        const live = { level: "live", effect: Effect.fail(away) }
        const cached = { level: "cached", effect: Effect.fail(away) }
        const offline = { level: "offline", effect: Effect.succeed("a copy") }
        expect(yield* gracefulDegradation<string, SessionUnavailableError, never>([live, cached, offline])).toEqual({
          value: "a copy",
          level: "offline",
          failures: [
            { level: "live", error: away },
            { level: "cached", error: away },
          ],
        })
        expect(yield* Effect.flip(gracefulDegradation([live]))).toBe(away)
      }),
    ))
})
