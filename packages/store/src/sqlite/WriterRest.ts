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

/** Waits for the writer to rest. */
export class WriterRest {
  private timer: NodeJS.Timeout
  private heap = 0

  constructor(db: DatabaseSync) {
    const rest = (): void => {
      db.exec("PRAGMA shrink_memory")
      this.collect()
    }
    this.timer = setTimeout(() => {
      this.timer = setTimeout(rest, REST).unref()
      rest()
    }, REST_AFTER_START).unref()
  }

  /** The writer works: it rests a second after the last call. */
  worked(): void {
    this.timer.refresh()
  }

  /** Nothing is to be done any more. */
  end(): void {
    clearTimeout(this.timer)
  }

  private collect(): void {
    if (getHeapStatistics().total_heap_size < this.heap + GROWTH) return
    collectGarbage({ type: "major", flavor: "last-resort" })
    this.heap = getHeapStatistics().total_heap_size
  }
}
