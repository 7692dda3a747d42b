/** Work of one kind: so much at once, the rest waits in its order, and more than that is refused. */
import { FilesRefused } from "./place/refused.ts"

/** A lane. */
export class Lane {
  readonly #atOnce: number
  readonly #waitingMax: number
  readonly #waiting: Array<() => void> = []
  #running = 0

  constructor(atOnce: number, waitingMax: number) {
    this.#atOnce = atOnce
    this.#waitingMax = waitingMax
  }

  /** Does it when its turn has come; rejects with `FilesRefused` where too much waits. */
  async run<A>(work: () => Promise<A>): Promise<A> {
    if (this.#running < this.#atOnce) this.#running++
    else {
      if (this.#waiting.length >= this.#waitingMax) throw new FilesRefused("Busy", "too much is asked about files; try again")
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      // Whoever is next takes the place over, so that none comes in between.
      if (next === undefined) this.#running--
      else next()
    }
  }
}
