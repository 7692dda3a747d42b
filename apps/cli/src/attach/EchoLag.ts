/**
 * How far what is drawn lies behind what happens.
 *
 * A terminal may be slower than a session that floods it; the log is not. Someone who presses a key then wants to see
 * what comes of it, not the seconds before. The hub's clock need not be ours: the shortest way an event ever had counts
 * as none.
 */

/** Milliseconds behind from which a key makes the viewer go to what is on the screen now. */
export const FAR_BEHIND = 300

/** The lag of one viewer. */
export class EchoLag {
  #shortest = Number.POSITIVE_INFINITY
  #latest = 0

  /** An event that happened at `time` by the hub's clock is drawn at `now` by ours. */
  drawn(time: number, now: number): void {
    this.#latest = now - time
    this.#shortest = Math.min(this.#shortest, this.#latest)
  }

  /** The next event says again how far behind it is. */
  reset(): void {
    this.#latest = this.#shortest
  }

  /** Whether the viewer is so far behind that a key should bring it forward. */
  get far(): boolean {
    return this.#latest - this.#shortest > FAR_BEHIND
  }
}
