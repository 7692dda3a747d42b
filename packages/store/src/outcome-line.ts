/** A line of outcomes that are known at once and still reported later, in order, once each (docs/protocol/rules.md, S-19). */
/** Reports outcomes in a microtask, in the order they were added. */
export class OutcomeLine {
  #pending: Array<() => void> = []
  #scheduled = false

  /** Outcomes that have not been reported yet. */
  get waiting(): number {
    return this.#pending.length
  }

  /** Calls `done` with the outcome soon, after all that were added before. */
  add<Outcome>(done: (outcome: Outcome) => void, outcome: Outcome): void {
    this.#pending.push(() => done(outcome))
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => this.flush())
  }

  /** Reports everything that waits. */
  flush(): void {
    this.#scheduled = false
    const now = this.#pending
    this.#pending = []
    for (const tell of now) callSafely(tell)
  }
}

/** Calls a callback whose defect must not keep others from being called; the defect is thrown on its own. */
export function callSafely(callback: () => void): void {
  try {
    callback()
  } catch (defect) {
    queueMicrotask(() => {
      throw defect
    })
  }
}
