/** Bounds how much of a kind of work is done at one moment, over all sessions; first come, first served. */

/** A counted gate: at most `limit` holders, the others wait in order. One entry for each that waits. */
export class Gate {
  #free: number
  readonly #queue: Array<() => void> = []

  constructor(limit: number) {
    this.#free = limit
  }

  /** Calls `go` as soon as there is room, at once or later; it must `leave` exactly once. */
  enter(go: () => void): void {
    if (this.#free > 0) {
      this.#free--
      go()
    } else this.#queue.push(go)
  }

  /** Makes room for the next. */
  leave(): void {
    const next = this.#queue.shift()
    if (next === undefined) this.#free++
    else next()
  }
}
