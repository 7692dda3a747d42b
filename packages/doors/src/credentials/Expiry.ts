/** When tokens end by themselves: one timer for the next of them (docs/protocol/rules.md, X-21). */

/** Longest time that a timer can be set to, in milliseconds. */
const TIMER_MAX = 2 ** 31 - 1

/** What has a time to end. */
export class Expiry {
  readonly #times = new Map<string, number>()
  readonly #now: () => number
  readonly #ended: (ids: ReadonlyArray<string>) => void
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `now` gives epoch milliseconds; `ended` is called with the ids whose time has come, once for each. */
  constructor(now: () => number, ended: (ids: ReadonlyArray<string>) => void) {
    this.#now = now
    this.#ended = ended
  }

  /** Adds one that ends at a time, or gives it another time. */
  add(id: string, time: number): void {
    this.#times.set(id, time)
    this.#set()
  }

  /** Forgets one: it ended otherwise. */
  remove(id: string): void {
    if (this.#times.delete(id)) this.#set()
  }

  #set(): void {
    clearTimeout(this.#timer)
    if (this.#times.size === 0) return
    const next = Math.min(...this.#times.values())
    this.#timer = setTimeout(this.#due, Math.min(Math.max(0, next - this.#now()), TIMER_MAX))
    this.#timer.unref()
  }

  readonly #due = (): void => {
    const ids = [...this.#times].flatMap(([id, time]) => (time <= this.#now() ? [id] : []))
    for (const id of ids) this.#times.delete(id)
    this.#set()
    if (ids.length > 0) this.#ended(ids)
  }
}
