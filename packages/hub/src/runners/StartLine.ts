/**
 * Starts on their way to a runner: a few at a time, the others wait here in order.
 *
 * A runner starts one child after the other. What is under way there is enough to keep it busy; each answer brings the next, so
 * that many starts leave the hub room for everything else, creations above all.
 */

/** Starts under way at one moment. */
const UNDER_WAY = 4

/** The starts for one runner. */
export class StartLine {
  private underWay = 0
  private readonly line: Array<() => void> = []

  /** Starts that wait for their turn. */
  get waiting(): number {
    return this.line.length
  }

  /** Begins `start` when it is its turn; settles as it does. */
  async add<A>(start: () => Promise<A>): Promise<A> {
    if (this.underWay >= UNDER_WAY) await new Promise<void>((resolve) => this.line.push(resolve))
    else this.underWay++
    try {
      return await start()
    } finally {
      const next = this.line.shift()
      if (next === undefined) this.underWay--
      else next()
    }
  }
}
