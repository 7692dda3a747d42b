/**
 * Room ahead in the write-ahead log: zeros after its end, written and synced while nothing waits.
 *
 * A sync of a file that grew must also make its new size durable; without that it takes about two thirds of the time.
 * SQLite takes zeros for the end of the log (its frames carry salt and checksum: sqlite.org/walformat.html). Once the log
 * has the size at which it is started over, it grows no more.
 */
import { closeSync, fdatasyncSync, fstatSync, openSync, statfsSync, writeSync } from "node:fs"
import type { Statements } from "./statements.ts"
import { type SyncGuard, logFrames } from "./SyncGuard.ts"
import { FRAME } from "./wal-file.ts"

/** Pages a commit writes besides the records, about. */
const COMMIT_PAGES = 3

/** Bytes that are added at once, and that are left when more are added. */
const STEP = 1024 * 1024
const LEFT = 512 * 1024

/** Free space on the disk below which no room is made, in bytes. */
const FREE = 1024 * 1024 * 1024

/** Makes room in the log of one database. */
export class WalRoom {
  readonly #statements: Statements
  readonly #guard: SyncGuard
  readonly #path: string
  readonly #enough: number
  #file: number | undefined
  /** Bytes that can be written before the next look at the log, about. */
  #unseen = 0
  #ended = false

  /** `path` is that of the log, `pages` the size up to which room is made. */
  constructor(statements: Statements, guard: SyncGuard, path: string, pages: number) {
    this.#statements = statements
    this.#guard = guard
    this.#path = path
    this.#enough = pages * FRAME
  }

  /** A commit was written, with this many bytes of records. */
  wrote(bytes: number): void {
    this.#unseen -= bytes + COMMIT_PAGES * FRAME
  }

  /** Makes room when little is left. The log must not be written meanwhile. */
  make(): void {
    if (this.#ended || this.#unseen > 0) return
    try {
      this.#file ??= openSync(this.#path, "r+")
      const used = logFrames(this.#statements) * FRAME
      const { size } = fstatSync(this.#file)
      if (size >= this.#enough) return this.end()
      const left = size - used
      this.#unseen = Math.max(0, left - LEFT)
      if (left >= LEFT) return
      const space = statfsSync(this.#path)
      if (space.bavail * space.bsize < FREE) return this.end()
      writeSync(this.#file, Buffer.alloc(STEP), 0, STEP, size)
      this.#unseen = left + STEP - LEFT
    } catch {
      // It is only about speed: what is wrong with the disk shows in the next commit.
      return this.end()
    }
    this.#sync(this.#file)
  }

  /** A sync of the log is one of all that it holds. */
  #sync(file: number): void {
    try {
      fdatasyncSync(file)
    } catch (cause) {
      this.end()
      this.#guard.doubt(cause)
    }
  }

  /** No more room is made. */
  end(): void {
    this.#ended = true
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }
}
