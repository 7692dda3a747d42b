/**
 * Moves the write-ahead log into the database once it is long enough, so that it starts over ("checkpoint" in SQLite's words).
 *
 * SQLite would do it by itself in a commit, and say nothing when that fails. Here it is done after the commit was
 * answered, and what fails is known (S-25). When readers keep it from moving all, it moves a part and does not sync it: should a
 * later sync of the database fail, that part may be lost, and nothing would move it a second time.
 */
import { type Statements, num } from "./statements.ts"
import { type SyncGuard, logFrames } from "./SyncGuard.ts"

/** Pages that a commit writes besides its records, about. */
const COMMIT_PAGES = 4
/** Pages that a step of background work writes, about. */
const CHORE_PAGES = 64
/** Milliseconds to the next attempt after one that failed. */
const AGAIN = 1000

/** Begins the log of one database again. */
export class WalTurn {
  readonly #statements: Statements
  readonly #guard: SyncGuard
  readonly #pages: number
  /** Pages that may still be written before the next look at the log's length, about. */
  #unseen = 0
  /** A part was moved and not synced. */
  #partly = false
  #notBefore = -Infinity

  /** The log is moved once it has this many pages. */
  constructor(statements: Statements, guard: SyncGuard, pages: number) {
    this.#statements = statements
    this.#guard = guard
    this.#pages = pages
  }

  /** A commit was written, with this many bytes of records. */
  committed(bytes: number): void {
    this.#unseen -= COMMIT_PAGES + bytes / 4096
  }

  /** A step of background work was written. */
  worked(): void {
    this.#unseen -= CHORE_PAGES
  }

  /** Moves the log when it is long enough. It must be durable, or become so by a sync. */
  make(): void {
    if (this.#unseen > 0 || performance.now() < this.#notBefore) return
    try {
      const left = this.#pages - logFrames(this.#statements)
      this.#unseen = left / 4
      if (left > 0) return
      const { log, checkpointed } = this.#move()
      this.#partly = checkpointed < log
    } catch (cause) {
      this.#notBefore = performance.now() + AGAIN
      if (!this.#guard.doubtWhenSync(cause)) return
      if (this.#partly) this.#guard.giveUp(cause)
    }
  }

  #move(): { readonly log: number; readonly checkpointed: number } {
    const row = this.#statements.get("PRAGMA wal_checkpoint(PASSIVE)") ?? {}
    return { log: num(row, "log"), checkpointed: num(row, "checkpointed") }
  }
}
