/** A memory store whose appends can be made to fail or to wait. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryStore from "@holdfast/store/memory/MemoryStore"
import { type AppendOutcome, Store, StoreFull } from "@holdfast/store/Store"

/** What is wrong with the store now. */
export class Faults {
  /** Appends and claims meet a full disk. */
  full = false
  /** Appends wait until `release`. */
  slow = false
  appends = 0
  private held: Array<() => void> = []

  /** Lets held appends go. */
  release(): void {
    this.slow = false
    for (const go of this.held.splice(0)) go()
  }

  /** Keeps an append until `release`. */
  hold(append: () => void): void {
    this.held.push(append)
  }

  /** How many appends wait. */
  get waiting(): number {
    return this.held.length
  }

  /** The store. */
  get layer(): Layer.Layer<Store> {
    return layerOf(this)
  }
}

const layerOf = (faults: Faults): Layer.Layer<Store> =>
  Layer.effect(
    Store,
    Effect.map(Store, (inner) => {
      let line: Promise<void> = Promise.resolve()
      return Store.of({
        ...inner,
        append: (request, done) => {
          faults.appends++
          const full: AppendOutcome | undefined = faults.full
            ? { _tag: "StorageFull", message: "no space left on device" }
            : undefined
          const go = (): void => {
            if (full !== undefined) done(full)
            else inner.append(request, done)
          }
          if (faults.slow) faults.hold(go)
          else line = line.then(go)
        },
        claim: (id) => (faults.full ? Effect.fail(new StoreFull({ message: "no space left on device" })) : inner.claim(id)),
      })
    }),
  ).pipe(Layer.provide(MemoryStore.layer))
