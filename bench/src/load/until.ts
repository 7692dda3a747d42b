/**
 * Waiting for what a callback reports.
 */
import { within } from "../process/within.ts"

/** Something that is waited for: `check` is called after each change and resolves `reached` once it is true. */
export interface Awaited {
  readonly check: () => void
  readonly reached: Promise<void>
}

/** Waits for a condition that `check` looks at; rejects after `milliseconds`, naming `what`, or with what the condition throws. */
export function until(what: string, milliseconds: number, condition: () => boolean): Awaited {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  return {
    check: () => {
      try {
        if (condition()) resolve()
      } catch (error) {
        reject(error)
      }
    },
    reached: within(what, milliseconds, promise),
  }
}
