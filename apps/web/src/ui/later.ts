/** Parts of the page that are loaded when they are first wanted, and stay. */
import { useEffect, useRef } from "react"
import type { Readable } from "@holdfast/client/model"
import { PartAway } from "../app/load-chunk.ts"
import { tellNotice } from "../app/notices.ts"
import { Store, useStore } from "./store.ts"

/** A part that is loaded once. Its value is `undefined` until it is here. */
export class Later<A> implements Readable<A | undefined> {
  readonly #here = new Store<A | undefined>(undefined)
  readonly #import: () => Promise<A>
  #loading: Promise<A> | undefined

  constructor(load: () => Promise<A>) {
    this.#import = load
  }

  readonly get = (): A | undefined => this.#here.get()

  readonly subscribe = (listener: () => void): (() => void) => this.#here.subscribe(listener)

  /** Loads it, or waits for it. One that failed is asked for again. */
  load(): Promise<A> {
    this.#loading ??= this.#import().then(
      (part) => {
        this.#here.set(part)
        return part
      },
      (cause: unknown) => {
        this.#loading = undefined
        throw cause
      },
    )
    return this.#loading
  }

  /** Loads it before it is wanted; that it cannot be is said when it is. */
  readonly preload = (): void => void this.load().catch(() => undefined)
}

/** A part, loaded while it is wanted. Where it cannot be, that is said, and `leave` is called. */
export function useLater<A>(part: Later<A>, isWanted: boolean, leave: () => void): A | undefined {
  const left = useRef(leave)
  useEffect(() => {
    left.current = leave
  })
  useEffect(() => {
    if (!isWanted) return
    part.load().catch((cause: unknown) => {
      const then = cause instanceof PartAway ? "Try again when the server is back." : "Load the page again."
      tellNotice(`This part of the page could not be loaded. ${then}`)
      left.current()
    })
  }, [part, isWanted])
  return useStore(part)
}
