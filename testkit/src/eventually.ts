/**
 * Waiting for a condition in tests, with a bound.
 */
import { setTimeout as pause } from "node:timers/promises"

/** Thrown by an `ask` to say that waiting longer is of no use. */
export class Hopeless extends Error {}

/**
 * Asks again and again until `ask` gives something other than `undefined` or `false`, and gives that.
 * Throws, naming `what` and the last failure, after `within` milliseconds.
 */
export async function eventually<A>(
  what: string,
  within: number,
  ask: () => Promise<A | undefined | false> | A | undefined | false,
): Promise<A> {
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
