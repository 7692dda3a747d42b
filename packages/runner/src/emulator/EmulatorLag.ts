/**
 * How far emulators are behind the output (T-5). A child beyond its bound is to be paused until half of it is parsed;
 * when all children together are far behind, already a small lag is too much.
 */

/** Unparsed bytes of one child from which it is paused. */
export const LAG_BOUND = 8 * 1024 * 1024
/** Unparsed bytes of all children from which `SHARED_BOUND` holds for each. */
export const TOTAL_BOUND = 64 * 1024 * 1024
/** Unparsed bytes of one child from which it is paused when the total is reached. */
export const SHARED_BOUND = 512 * 1024

/** Unparsed bytes per child. */
export class EmulatorLag {
  readonly #bytes = new Map<number, number>()
  readonly #paused = new Set<number>()
  #total = 0

  /** Counts fed bytes; false when the child is to be paused. */
  add(child: number, bytes: number): boolean {
    const lag = (this.#bytes.get(child) ?? 0) + bytes
    this.#bytes.set(child, lag)
    this.#total += bytes
    if (lag >= LAG_BOUND || (this.#total >= TOTAL_BOUND && lag >= SHARED_BOUND)) this.#paused.add(child)
    return !this.#paused.has(child)
  }

  /** Counts parsed bytes; gives the children that may continue. */
  remove(child: number, bytes: number): ReadonlyArray<number> {
    const lag = this.#bytes.get(child)
    if (lag === undefined) return []
    const left = Math.max(0, lag - bytes)
    this.#total -= lag - left
    this.#bytes.set(child, left)
    return this.#resumable()
  }

  /** Forgets a child; gives those that may continue, itself among them when it was paused. */
  forget(child: number): ReadonlyArray<number> {
    this.#total -= this.#bytes.get(child) ?? 0
    this.#bytes.delete(child)
    const wasPaused = this.#paused.delete(child)
    return wasPaused ? [child, ...this.#resumable()] : this.#resumable()
  }

  #resumable(): ReadonlyArray<number> {
    const resumed: Array<number> = []
    for (const child of this.#paused) {
      const lag = this.#bytes.get(child) ?? 0
      if (lag > LAG_BOUND / 2 || (this.#total > TOTAL_BOUND / 2 && lag > SHARED_BOUND / 2)) continue
      this.#paused.delete(child)
      resumed.push(child)
    }
    return resumed
  }
}
