/**
 * An iterator over what arrives, for one loop (docs/protocol/rules.md, C-35).
 *
 * Unlike a generator it can be left while it waits: `return` ends a `next` that is under way. Calls of `next` are served one after
 * the other, so none gets an item twice and none is passed over.
 */

/** Where the items come from. */
export interface PullSource<A> {
  /** The next item, or `undefined` when there is none now. Called when the former was dealt with. */
  readonly take: () => A | undefined
  /** The loop was left, or has ended; called once. */
  readonly left: () => void
}

const DONE = { done: true, value: undefined } as const

/** The iterator. */
export class PullIterator<A> implements AsyncIterableIterator<A, undefined> {
  readonly #source: PullSource<A>
  #tail: Promise<unknown> = Promise.resolve()
  #wake: () => void = () => undefined
  #ended: { readonly error: unknown } | undefined
  #over = false

  constructor(source: PullSource<A>) {
    this.#source = source
  }

  /** Something may be there now. */
  wake(): void {
    this.#wake()
  }

  /** Nothing more will come: the iterator ends behind what is there, with `error` unless that is `undefined`. */
  end(error?: unknown): void {
    this.#ended ??= { error }
    this.#wake()
  }

  next(): Promise<IteratorResult<A, undefined>> {
    const result = this.#tail.then(() => this.#step())
    this.#tail = result.catch(() => undefined)
    return result
  }

  return(): Promise<IteratorResult<A, undefined>> {
    this.#leave()
    return Promise.resolve(DONE)
  }

  throw(error?: unknown): Promise<IteratorResult<A, undefined>> {
    this.#leave()
    return Promise.reject(error)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#leave()
    return Promise.resolve()
  }

  async #step(): Promise<IteratorResult<A, undefined>> {
    while (!this.#over) {
      const value = this.#source.take()
      if (value !== undefined) return { done: false, value }
      if (this.#ended !== undefined) {
        const { error } = this.#ended
        this.#leave()
        if (error !== undefined) throw error
        return DONE
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return DONE
  }

  #leave(): void {
    if (this.#over) return
    this.#over = true
    this.#source.left()
    this.#wake()
  }
}
