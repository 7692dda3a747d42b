/** Who is called when notes became durable, once for all of a turn of the event loop. */

/** The listeners of one store. */
export class NoteListeners {
  readonly #listeners = new Set<() => void>()
  #planned = false

  /** Adds one, until the returned function is called. */
  add(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Calls each at the end of the turn. */
  tell(): void {
    if (this.#planned || this.#listeners.size === 0) return
    this.#planned = true
    setImmediate(() => {
      this.#planned = false
      for (const listener of this.#listeners) listener()
    })
  }
}
