/**
 * Waiting for a condition in tests, with a bound.
 */
import { setTimeout as pause } from "node:timers/promises"

/** Thrown by an `ask` to say that waiting longer is of no use. */
export class Hopeless extends Error {}

/** What is waited for: the answer, or `undefined` or `false` as long as it is not there. */
export type Ask<A> = () => Promise<A | undefined | false> | A | undefined | false

/** How many times the time of a free machine a wait may take before it counts as hopeless: a limit ends a test, it measures nothing. */
const PATIENCE = 5

/**
 * Asks again and again until `ask` gives something other than `undefined` or `false`, and gives that.
 * Throws, naming `what` and the last failure, after five times `within` milliseconds; `within` is what a free machine may take.
 */
export function eventually<A>(what: string, within: number, ask: Ask<A>): Promise<A> {
  return promptly(what, within * PATIENCE, ask)
}

/** The same with a limit that is part of what is tested: exactly `within` milliseconds. */
export async function promptly<A>(what: string, within: number, ask: Ask<A>): Promise<A> {
  const end = performance.now() + within
  let last: unknown = "no answer yet"
  for (;;) {
    try {
      const answer = await ask()
      if (answer !== undefined && answer !== false) return answer
      last = "not so"
    } catch (error) {
      if (error instanceof Hopeless) throw error
      last = error
    }
    if (performance.now() > end) throw new Error(`${what}: not within ${within} ms (${String(last)})`, { cause: last })
    await pause(10)
  }
}
