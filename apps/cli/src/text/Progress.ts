/**
 * One line on standard error that says how far something is: on a terminal only, and only when it takes over a second.
 */

const FIRST = 1000
const BETWEEN = 200

/** The line. */
export class Progress {
  readonly #what: string
  readonly #begun = performance.now()
  #last = 0
  #shown = false

  constructor(what: string) {
    this.#what = what
  }

  /** Says how far it is. */
  update(amount: string): void {
    const now = performance.now()
    if (!process.stderr.isTTY || now - this.#begun < FIRST || now - this.#last < BETWEEN) return
    this.#last = now
    this.#shown = true
    process.stderr.write(`\r\u001b[K${this.#what}: ${amount}, ${Math.round((now - this.#begun) / 1000)} s`)
  }

  /** Takes the line away. */
  stop(): void {
    if (this.#shown) process.stderr.write("\r\u001b[K")
    this.#shown = false
  }
}
