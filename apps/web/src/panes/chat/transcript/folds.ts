/** What a person has folded and unfolded in a pane: kept beside the rows, which come and go as they are scrolled. */
import { useMemo, useSyncExternalStore } from "react"

/** Folds of one pane, by the key of what folds. */
export class Folds {
  readonly #open = new Map<string, boolean>()
  readonly #listeners = new Map<string, Set<() => void>>()

  /** Whether it is open; `otherwise` when no one has said. */
  isOpen(key: string, otherwise: boolean): boolean {
    return this.#open.get(key) ?? otherwise
  }

  /** Opens or closes it. */
  set(key: string, isOpen: boolean): void {
    this.#open.set(key, isOpen)
    for (const listener of [...(this.#listeners.get(key) ?? [])]) listener()
  }

  /** Calls `listener` when the fold changes; gives the function that ends it. */
  subscribe(key: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(key) ?? new Set<() => void>()
    this.#listeners.set(key, listeners)
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(key)
    }
  }
}

/** A fold, and the function that changes it. */
export function useFold(folds: Folds, key: string, otherwise = false): readonly [isOpen: boolean, toggle: () => void] {
  const subscribe = useMemo(() => (listener: () => void) => folds.subscribe(key, listener), [folds, key])
  const get = (): boolean => folds.isOpen(key, otherwise)
  const isOpen = useSyncExternalStore(subscribe, get, get)
  return [isOpen, () => folds.set(key, !folds.isOpen(key, otherwise))]
}
