/**
 * The garbage collector as a function: V8 gives it to contexts that are made after it was asked for.
 */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

/** Which collection: of young objects, or of everything; `last-resort` also gives back the memory that growth had taken. */
export type Collection = { readonly type: "minor" } | { readonly type: "major"; readonly flavor: "last-resort" }

let collector: ((collection: Collection) => void) | undefined

/** Collects garbage now, in this thread; it returns when that is done. */
export function collectGarbage(collection: Collection): void {
  if (collector === undefined) {
    setFlagsFromString("--expose-gc")
    collector = runInNewContext("gc") as (collection: Collection) => void
  }
  collector(collection)
}
