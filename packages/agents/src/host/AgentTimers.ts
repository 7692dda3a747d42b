/** Timers that end together. */
export class AgentTimers {
  readonly #timers = new Set<NodeJS.Timeout>()

  /** Does something after this many milliseconds, unless `clear` comes before. */
  after(millis: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      act()
    }, millis)
    this.#timers.add(timer)
  }

  /** Ends all of them. */
  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }
}
