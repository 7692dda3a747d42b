/**
 * When a terminal's viewer that is behind continues from its screen as it is now, in place of everything in between
 * (docs/protocol/rules.md, C-37). Otherwise a program that floods puts its viewer seconds behind, and Ctrl-C seems dead.
 */
import type { Timers } from "./timers.ts"

/**
 * Bytes that wait for a consumer which is behind. The hub has at most 1 MiB unacknowledged; of that up to 64 KiB may be consumed, the
 * consumer has a record in its hands, and the next frame may not fit: with this many there is more in the log than here.
 */
export const SKIP_BYTES = 640 * 1024

/** Least time between two skips, in milliseconds: a snapshot is work for the hub. */
export const SKIP_EVERY = 1000

/** Decides for one attachment. */
export class Skipping {
  readonly #timers: Timers
  readonly #most: number | undefined
  #at = -Infinity

  /** `most`: bytes that may wait, up to `SKIP_BYTES`; `undefined` never skips. */
  constructor(timers: Timers, most: number | undefined) {
    this.#timers = timers
    this.#most = most === undefined ? undefined : Math.min(most, SKIP_BYTES)
  }

  /** Whether events of a session of this kind may be skipped at all: a snapshot of a screen stands for them. */
  may(kind: string | undefined): boolean {
    return this.#most !== undefined && kind === "terminal"
  }

  /** Whether to skip while this many bytes wait; true at most once in `SKIP_EVERY`. */
  isDue(bytes: number, kind: string | undefined): boolean {
    if (this.#most === undefined || bytes <= this.#most || !this.may(kind)) return false
    const now = this.#timers.now()
    if (now - this.#at < SKIP_EVERY) return false
    this.#at = now
    return true
  }
}
