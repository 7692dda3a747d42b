/** A value with listeners, for what the page keeps by itself; what the hub has is in the cells of the client's model. */
import { useSyncExternalStore } from "react"
import type { Readable } from "@holdfast/client/model"

/** A value that a page reads and changes. */
export class Store<A> implements Readable<A> {
  readonly #listeners = new Set<() => void>()
  #value: A

  constructor(value: A) {
    this.#value = value
  }

  readonly get = (): A => this.#value

  readonly subscribe = (listener: () => void): (() => void) => {
    const own = (): void => listener()
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  /** Changes it, and tells the listeners at once. */
  readonly set = (value: A): void => {
    if (Object.is(value, this.#value)) return
    this.#value = value
    for (const listener of [...this.#listeners]) listener()
  }
}

/** The value of a store; the component is rendered again when it changes. */
export function useStore<A>({ get, subscribe }: Readable<A>): A {
  return useSyncExternalStore(subscribe, get, get)
}
