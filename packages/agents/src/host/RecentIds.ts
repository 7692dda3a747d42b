/** Ids seen lately, bounded: beyond the bound the oldest is forgotten. */
export class RecentIds {
  readonly #ids = new Set<string>()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }

  /** Forgets an id; false when it was not there. */
  delete(id: string): boolean {
    return this.#ids.delete(id)
  }

  /** Notes an id; false when it was there. */
  add(id: string): boolean {
    if (this.#ids.has(id)) return false
    this.#ids.add(id)
    for (const oldest of this.#ids) {
      if (this.#ids.size <= this.#max) break
      this.#ids.delete(oldest)
    }
    return true
  }
}
