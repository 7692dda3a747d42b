/** What was worked out and may be wanted again: the least recently used goes once all together are too large. */
export class Kept<A> {
  readonly #entries = new Map<string, A>()
  readonly #most: number
  #size = 0

  /** `most`: characters of all keys together, which are the texts that the values were made of. */
  constructor(most: number) {
    this.#most = most
  }

  /** What is kept under a key; it is used now. */
  get(key: string): A | undefined {
    const found = this.#entries.get(key)
    if (found !== undefined) {
      this.#entries.delete(key)
      this.#entries.set(key, found)
    }
    return found
  }

  /** Keeps a value; one that is too large by itself is not kept. */
  set(key: string, value: A): void {
    this.delete(key)
    if (key.length > this.#most) return
    this.#entries.set(key, value)
    this.#size += key.length
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= this.#most) break
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    if (this.#entries.delete(key)) this.#size -= key.length
  }

  /** How many are kept. */
  get count(): number {
    return this.#entries.size
  }
}
