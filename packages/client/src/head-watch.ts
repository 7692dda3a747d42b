/**
 * Finds a gap in a quiet session (docs/protocol/rules.md, W-8): a heartbeat names a head that the client does not have, nothing
 * waits for the consumer, and a while later it is still so. One heartbeat proves nothing, its events may be under way,
 * and a consumer that holds events back is behind by its own doing.
 */
import type { Timers } from "./timers.ts"

/** Milliseconds for which a head must be missing. */
export const MISSING_MILLISECONDS = 1000

/** Watches the head of one session. */
export class HeadWatch {
  readonly #timers: Timers
  readonly #behind: () => void
  #idle = true
  #missing: { readonly cursor: number } | undefined
  #cancel: () => void = () => undefined

  /** `behind` is called when events are missing. */
  constructor(timers: Timers, behind: () => void) {
    this.#timers = timers
    this.#behind = behind
  }

  /** Whether nothing waits for the consumer; anything that arrives ends a suspicion. */
  idle(idle: boolean): void {
    this.#idle = idle
    if (!idle) this.#forget()
  }

  /** A heartbeat said that the session's last seq is `seq`, while this client has `cursor`. */
  head(seq: number, cursor: number): void {
    if (seq <= cursor || !this.#idle) return this.#forget()
    if (this.#missing?.cursor === cursor) return
    this.#forget()
    this.#missing = { cursor }
    this.#cancel = this.#timers.after(MISSING_MILLISECONDS, () => {
      this.#missing = undefined
      if (this.#idle) this.#behind()
    })
  }

  /** Starts afresh after a loss. */
  reset(): void {
    this.#idle = true
    this.#forget()
  }

  #forget(): void {
    this.#cancel()
    this.#missing = undefined
  }
}
