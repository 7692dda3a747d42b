/**
 * Starts on their way to a runner: a few at a time, the others wait here in order.
 *
 * A runner starts one child after the other. What is under way there is enough to keep it busy; each answer brings the next, so
 * that many starts leave the hub room for everything else. A start that nobody waits for lets creations go first, for a
 * moment: whoever makes many sessions has all of them before their processes compete for the processor.
 */

/** Starts under way at one moment. */
const UNDER_WAY = 4
/** Milliseconds without a creation after which starts that nobody waits for begin. */
const QUIET_MILLIS = 2
/** Milliseconds that such a start waits at most. */
const PATIENCE_MILLIS = 100

/** The starts for one runner. */
export class StartLine {
  private underWay = 0
  private creations = 0
  private createdAt = 0
  private readonly line: Array<() => void> = []
  private readonly patient: Array<{ readonly since: number; readonly release: () => void }> = []
  private looking = false

  /** Starts that wait for their turn. */
  get waiting(): number {
    return this.line.length + this.patient.length
  }

  /** A creation begins; the returned function says that it is over. */
  creation(): () => void {
    this.creations++
    let over = false
    return () => {
      if (over) return
      over = true
      this.creations--
      this.createdAt = performance.now()
    }
  }

  /** Begins `start` when it is its turn; settles as it does. `awaited`: somebody waits for it, so that it goes before others. */
  async add<A>(start: () => Promise<A>, awaited: boolean): Promise<A> {
    if (!awaited) await this.quiet()
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

  private quiet(): Promise<void> {
    return new Promise((release) => {
      this.patient.push({ since: performance.now(), release })
      if (this.looking) return
      this.looking = true
      setTimeout(this.look, QUIET_MILLIS)
    })
  }

  private readonly look = (): void => {
    const now = performance.now()
    const quiet = this.creations === 0 && now - this.createdAt >= QUIET_MILLIS
    const until = quiet ? Number.POSITIVE_INFINITY : now - PATIENCE_MILLIS
    const waits = this.patient.findIndex(({ since }) => since > until)
    for (const { release } of this.patient.splice(0, waits < 0 ? this.patient.length : waits)) release()
    this.looking = this.patient.length > 0
    if (this.looking) setTimeout(this.look, QUIET_MILLIS)
  }
}
