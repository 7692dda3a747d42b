/** A memory store whose appends can be made to fail or to wait, and whose creations can be answered late. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryStore from "@holdfast/store/memory/MemoryStore"
import { type AppendOutcome, Store, StoreFull, StoreUnusable } from "@holdfast/store/Store"

/** What is wrong with the store now. */
export class Faults {
  /** Appends and claims meet a full disk. */
  full = false
  /** The disk fails: nothing is accepted, and the totals say so. */
  failing = false
  /** Appends wait until `release`. */
  slow = false
  /** Creations are carried out, and their answers wait until `release`. */
  slowToSay = false
  appends = 0
  #held: Array<() => void> = []

  /** Lets go what is held. */
  release(): void {
    this.slow = false
    this.slowToSay = false
    for (const go of this.#held.splice(0)) go()
  }

  /** Keeps an append, or the answer to a creation, until `release`. */
  hold(append: () => void): void {
    this.#held.push(append)
  }

  /** How many of them wait. */
  get waiting(): number {
    return this.#held.length
  }

  /** The store. */
  get layer(): Layer.Layer<Store> {
    return layerOf(this)
  }
}

const lost = "a write failed and may have been lost"

/** Why nothing can be written now. */
const refusalOf = (faults: Faults): StoreFull | StoreUnusable | undefined => {
  if (faults.failing) return new StoreUnusable({ reason: "failed", message: lost })
  return faults.full ? new StoreFull({ message: "no space left on device" }) : undefined
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
          const refusal = refusalOf(faults)
          const refused: AppendOutcome | undefined = refusal && {
            _tag: refusal._tag === "StoreFull" ? "StorageFull" : "Failed",
            message: refusal.message,
          }
          const go = (): void => {
            if (refused !== undefined) done(refused)
            else inner.append(request, done)
          }
          if (faults.slow) faults.hold(go)
          else line = line.then(go)
        },
        createThen: (request, done) =>
          inner.createThen(request, (outcome) => {
            if (faults.slowToSay) faults.hold(() => done(outcome))
            else done(outcome)
          }),
        claim: (id) => {
          const refusal = refusalOf(faults)
          return refusal === undefined ? inner.claim(id) : Effect.fail(refusal)
        },
        stats: Effect.suspend(() => {
          const refusal = refusalOf(faults)
          return refusal === undefined || faults.full ? inner.stats : Effect.fail(refusal)
        }),
      })
    }),
  ).pipe(Layer.provide(MemoryStore.layer))
