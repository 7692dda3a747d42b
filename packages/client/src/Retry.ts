/** Tries again later, after waits that grow until something succeeded. */
import { backoffDelay, defaultBackoff } from "./timers.ts"
import type { Timers } from "./timers.ts"

/** The attempts at one thing. */
export class Retry {
  readonly #timers: Timers
  readonly #again: () => void
  #attempts = 0
  #cancel: () => void = () => undefined

  constructor(timers: Timers, again: () => void) {
    this.#timers = timers
    this.#again = again
  }

  /** Tries again after the next wait. */
  later(): void {
    this.#attempts += 1
    this.#cancel = this.#timers.after(backoffDelay(defaultBackoff, this.#attempts, this.#timers.random()), this.#again)
  }

  /** It succeeded: the next wait is short again. */
  done(): void {
    this.#attempts = 0
  }

  /** Waits no longer. */
  stop(): void {
    this.#cancel()
  }
}
