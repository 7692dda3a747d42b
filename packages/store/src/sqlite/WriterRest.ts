/**
 * The writer gives back the memory it does not need when it has had nothing to do for a second.
 *
 * That is SQLite's page cache, and the heap that the thread was started with or grew to under load. The next commit finds its pages in
 * the system's cache.
 */
import type { DatabaseSync } from "node:sqlite"
import { getHeapStatistics } from "node:v8"
import { collectGarbage } from "../garbage-collector.ts"

/** Milliseconds without work after which the writer is at rest. */
const REST = 1000

/** The same after its start, whose garbage is known to be there. */
const REST_AFTER_START = 200

/** Bytes by which the heap must have grown since the last collection. */
const GROWTH = 2 * 1024 * 1024

/** Knows when the writer is to rest. */
export class WriterRest {
  readonly #db: DatabaseSync
  #after = REST_AFTER_START
  #left = REST_AFTER_START
  #heap = 0

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** Milliseconds without work until the writer is to rest; none when it does. */
  get wait(): number {
    return this.#left
  }

  /** The writer works. */
  worked(): void {
    this.#left = this.#after
  }

  /** Nothing was to be done for this long. */
  rest(): void {
    this.#after = REST
    this.#left = Infinity
    this.#db.exec("PRAGMA shrink_memory")
    if (getHeapStatistics().total_heap_size < this.#heap + GROWTH) return
    collectGarbage({ type: "major", flavor: "last-resort" })
    this.#heap = getHeapStatistics().total_heap_size
  }
}
