/**
 * Starts on their way to a runner: a few at a time, the others wait here in order.
 *
 * A runner starts one child after the other. What is under way there is enough to keep it busy; each answer brings the next, so
 * that many starts leave the hub room for everything else. A start that no one waits for lets creations go first, for a
 * moment: whoever makes many sessions has all of them before their processes compete for the processor.
 */

/** Starts under way at one moment. */
const UNDER_WAY = 4
/** Milliseconds without a creation after which starts that no one waits for begin. */
const QUIET_MILLIS = 2
/** Milliseconds that such a start waits at most. */
const PATIENCE_MILLIS = 100

/** The starts for one runner. */
export class StartQueue {
  #underWay = 0
  #creations = 0
  #createdAt = 0
  readonly #line: Array<() => void> = []
  readonly #patient: Array<{ readonly since: number; readonly begin: () => void }> = []
  #looking = false

  /** Starts that wait for their turn. */
  get waiting(): number {
    return this.#line.length + this.#patient.length
  }

  /** A creation begins; the returned function says that it is over. */
  creation(): () => void {
    this.#creations++
    let over = false
    return () => {
      if (over) return
      over = true
      this.#creations--
      this.#createdAt = performance.now()
    }
  }

  /** Calls `begin`, which adds a start that no one waits for, after the creations that are under way, or when it has waited enough. */
  patiently(begin: () => void): void {
    this.#patient.push({ since: performance.now(), begin })
    if (this.#looking) return
    this.#looking = true
    setTimeout(this.#look, QUIET_MILLIS)
  }

  /** Begins `start` when it is its turn; settles as it does. */
  async add<A>(start: () => Promise<A>): Promise<A> {
    if (this.#underWay >= UNDER_WAY) await new Promise<void>((resolve) => this.#line.push(resolve))
    else this.#underWay++
    try {
      return await start()
    } finally {
      const next = this.#line.shift()
      if (next === undefined) this.#underWay--
      else next()
    }
  }

  readonly #look = (): void => {
    const now = performance.now()
    const quiet = this.#creations === 0 && now - this.#createdAt >= QUIET_MILLIS
    const until = quiet ? Number.POSITIVE_INFINITY : now - PATIENCE_MILLIS
    const waits = this.#patient.findIndex(({ since }) => since > until)
    for (const { begin } of this.#patient.splice(0, waits < 0 ? this.#patient.length : waits)) begin()
    this.#looking = this.#patient.length > 0
    if (this.#looking) setTimeout(this.#look, QUIET_MILLIS)
  }
}
