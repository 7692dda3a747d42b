/**
 * Time and chance, passed in: tests use their own, browsers and Node the platform's.
 */

/** Clock, timers and randomness of a connection. */
export interface Timers {
  /** Milliseconds from a clock that never goes back. */
  readonly now: () => number
  /** Calls `f` once after `ms`; gives the function that cancels it. */
  readonly after: (ms: number, f: () => void) => () => void
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number
}

/** The platform's own clock and timers. */
export const platformTimers: Timers = {
  now: () => performance.now(),
  after: (ms, f) => {
    const timer = setTimeout(f, ms)
    return () => clearTimeout(timer)
  },
  random: Math.random,
}

/** Waits between attempts: from `first` doubling up to `most`, each shortened by up to half at random. */
export interface Backoff {
  readonly first: number
  readonly most: number
}

/** 100 ms, 200 ms, … up to 10 s. */
export const defaultBackoff: Backoff = { first: 100, most: 10_000 }

/** Milliseconds to wait before attempt `attempt`, counted from 1. */
export function backoffDelay(backoff: Backoff, attempt: number, random: number): number {
  const whole = Math.min(backoff.most, backoff.first * 2 ** Math.min(attempt - 1, 30))
  return whole * (0.5 + random / 2)
}

/** Waits, until the signal is aborted at the latest. */
export function pause(timers: Timers, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve()
    const done = (): void => {
      cancel()
      signal?.removeEventListener("abort", done)
      resolve()
    }
    const cancel = timers.after(milliseconds, done)
    signal?.addEventListener("abort", done)
  })
}
