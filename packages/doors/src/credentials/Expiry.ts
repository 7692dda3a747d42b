/** When credentials end by themselves: one timer for the next of them (docs/protocol/rules.md, X-21, G-25). */

/** Longest time that a timer can be set to, in milliseconds. */
const TIMER_MAX = 2 ** 31 - 1

/** What has a time to end, by name. */
export class Expiry {
  readonly #times = new Map<string, number>()
  readonly #now: () => number
  readonly #ended: (names: ReadonlyArray<string>) => void
  #timer: ReturnType<typeof setTimeout> | undefined
  /** When the timer is due. */
  #next = Number.POSITIVE_INFINITY

  /** `now` gives epoch milliseconds; `ended` is called with the names whose time has come, once for each. */
  constructor(now: () => number, ended: (names: ReadonlyArray<string>) => void) {
    this.#now = now
    this.#ended = ended
  }

  /** Adds one that ends at a time, or gives it another time. */
  add(name: string, time: number): void {
    this.#times.set(name, time)
    if (time < this.#next) this.#set(time)
  }

  /** Forgets one: it ended otherwise. The timer finds none then, and is set again. */
  remove(name: string): void {
    this.#times.delete(name)
  }

  #set(next: number): void {
    clearTimeout(this.#timer)
    this.#next = next
    if (next === Number.POSITIVE_INFINITY) return
    this.#timer = setTimeout(this.#due, Math.min(Math.max(0, next - this.#now()), TIMER_MAX))
    this.#timer.unref()
  }

  readonly #due = (): void => {
    const now = this.#now()
    const names: Array<string> = []
    let next = Number.POSITIVE_INFINITY
    for (const [name, time] of this.#times) {
      if (time <= now) names.push(name)
      else if (time < next) next = time
    }
    for (const name of names) this.#times.delete(name)
    this.#set(next)
    if (names.length > 0) this.#ended(names)
  }
}
