/** A value with listeners, which changes once per frame at most (docs/protocol/rules.md, U-1). */
import type { Frames, Published } from "./frames.ts"

/** A cell as those see it who read. Both functions may be passed on by themselves, as to `useSyncExternalStore`. */
export interface Readable<A> {
  /** The value; the same one until the listeners are told. */
  readonly get: () => A
  /** Calls `listener` after each change; gives the function that ends it. */
  readonly subscribe: (listener: () => void) => () => void
}

/** A cell that is written by its model. */
export class Cell<A> implements Readable<A>, Published {
  readonly #frames: Frames
  readonly #listeners = new Set<() => void>()
  #value: A
  #next: A

  constructor(frames: Frames, value: A) {
    this.#frames = frames
    this.#value = value
    this.#next = value
  }

  readonly get = (): A => this.#value

  readonly subscribe = (listener: () => void): (() => void) => {
    // Each subscription counts by itself, even of one listener.
    const own = (): void => listener()
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  /** Whether anyone listens. */
  get isHeard(): boolean {
    return this.#listeners.size > 0
  }

  /** What was set last, which the next frame shows. */
  get latest(): A {
    return this.#next
  }

  /** Sets the value that the next frame shows. */
  set(value: A): void {
    if (Object.is(value, this.#next)) return
    this.#next = value
    this.#frames.changed(this)
  }

  publish(): boolean {
    if (Object.is(this.#value, this.#next)) return false
    this.#value = this.#next
    return true
  }

  tell(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}

/**
 * The value of a cell that may not be there yet. Which one it is, is looked up when no one listens, and then after each change of
 * `places`: so it changes with them, in the same frame.
 */
export function following<A>(places: Readable<unknown>, lookUp: () => Readable<A> | undefined): Readable<A | undefined> {
  let [cell, listeners] = [lookUp(), 0]
  return {
    get: () => {
      if (listeners === 0) cell = lookUp()
      return cell?.get()
    },
    subscribe: (listener) => {
      if (listeners++ === 0) cell = lookUp()
      let heard = cell
      let end = heard?.subscribe(listener)
      const endPlaces = places.subscribe(() => {
        cell = lookUp()
        if (cell === heard) return
        end?.()
        heard = cell
        end = heard?.subscribe(listener)
        listener()
      })
      return () => {
        listeners--
        endPlaces()
        end?.()
      }
    },
  }
}
