/** The store a contract suite is run on. */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { Store } from "../Store.ts"
import type { StoreService } from "./sample.ts"

/** One store's data: opened with `layer`, as often as wanted where it lasts, and removed by `remove`. */
export interface Place {
  readonly layer: Layer.Layer<Store, unknown>
  readonly remove: () => Promise<void>
}

/** A driver under test. */
export interface Subject {
  readonly name: string
  /** Whether data is still there when the store is opened again. */
  readonly lasts: boolean
  /** A place without data. */
  readonly place: () => Promise<Place>
}

/** Opens the store at a place for one body and closes it. */
export function useStore<A, E>(place: Place, body: (store: StoreService) => Effect.Effect<A, E>): Promise<A> {
  return Effect.runPromise(Effect.provide(Effect.flatMap(Store, body), place.layer))
}

/** Runs a body on a fresh store and removes its data. */
export async function withStore<A, E>(subject: Subject, body: (store: StoreService) => Effect.Effect<A, E>): Promise<A> {
  const place = await subject.place()
  try {
    return await useStore(place, body)
  } finally {
    await place.remove()
  }
}
