/** Who is told when a person's marks move (docs/protocol/rules.md, L-5). */
import type { Seen } from "@holdfast/protocol/desk"

/** Where marks are told, besides the store. */
export class SeenListeners {
  readonly #listeners = new Map<string, Set<(mark: Seen) => void>>()

  /** Calls back with each mark of a person that moves, until the returned function is called. */
  listen(person: string, listener: (mark: Seen) => void): () => void {
    const listeners = this.#listeners.get(person) ?? new Set()
    this.#listeners.set(person, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(person)
    }
  }

  /** Says that a mark has moved. */
  tell(person: string, mark: Seen): void {
    for (const listener of this.#listeners.get(person) ?? []) listener(mark)
  }
}
