/** What is written to Claude: taken in order, read by the SDK as it can. Bounded by the host, which hands over one message at a time. */
import { wellFormed } from "../host/well-formed.ts"

/** A list that is read while it grows. */
export class PromptQueue implements AsyncIterable<unknown> {
  #waiting: Array<unknown> = []
  #wake: (() => void) | undefined
  #ended = false

  push(message: unknown): void {
    if (this.#ended) return
    this.#waiting.push(wellFormed(message))
    this.#wake?.()
  }

  /** Nothing more comes; what waits is not read any more. */
  end(): void {
    this.#ended = true
    this.#waiting = []
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void> {
    while (!this.#ended) {
      const next = this.#waiting.shift()
      if (next !== undefined) yield next
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
