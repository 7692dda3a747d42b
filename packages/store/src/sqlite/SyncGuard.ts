/**
 * Knows whether a sync failed, and makes durable again what it may have dropped (docs/protocol/rules.md, S-23 to S-25).
 *
 * Background work is committed without a sync of its own, in the same log as appends. If a failed sync drops it, recovery
 * after a power cut stops at that hole, and whatever was synced after it is lost. So nothing is accepted while there may be one.
 */
import { type Failure, classify, mayBeSync } from "./sqlite-error.ts"
import { type Statements, num } from "./statements.ts"
import { LogLost, writeLogAgain } from "./wal-file.ts"

/** Milliseconds between attempts to make all durable again: the first, and the most they grow to. */
const PAUSE = 100
const PAUSE_MOST = 5000

/** Pages in the log that count, as SQLite has it; moves nothing. Throws where there is no log. */
export function logFrames(statements: Statements): number {
  const frames = num(statements.get("PRAGMA wal_checkpoint(NOOP)") ?? {}, "log")
  if (frames < 0) throw new Error("the database has no write-ahead log")
  return frames
}

/** Guards what is accepted and what the log is used for. */
export class SyncGuard {
  readonly #statements: Statements
  readonly #path: string
  #failure: Failure | undefined
  #lost = false
  #triedAt = -Infinity
  /** Milliseconds until all is tried to be made durable again. */
  pause = PAUSE

  /** `path` is that of the database. */
  constructor(statements: Statements, path: string) {
    this.#statements = statements
    this.#path = path
  }

  /** Why nothing is accepted; `undefined` when all is well. */
  get problem(): Failure | undefined {
    return this.#failure
  }

  /** A sync failed. */
  doubt(cause: unknown): void {
    if (this.#failure === undefined) {
      this.pause = PAUSE
      this.#triedAt = -Infinity
    }
    this.#because(cause, "nothing is accepted until everything is durable again")
  }

  /** The same, when something failed that may have been a sync. Whether it may. */
  doubtWhenSync(cause: unknown): boolean {
    const doubtful = mayBeSync(cause)
    if (doubtful) this.doubt(cause)
    return doubtful
  }

  /** What was lost is not in the log any more, or cannot be told: only recovery, when the store is opened again, puts it right. */
  giveUp(cause: unknown): void {
    this.#lost = true
    this.#because(cause, "nothing is accepted until the server is started again")
  }

  #because(cause: unknown, until: string): void {
    const { kind, message } = classify(cause, this.#path)
    this.#failure = {
      kind,
      message: `a write to ${this.#path} failed and may have been lost (${message}); ${until}; check the disk`,
    }
  }

  /** Makes the whole log durable again, unless that failed a moment ago. True when it is durable. */
  mend(): boolean {
    if (this.#failure === undefined) return true
    if (this.#lost || performance.now() - this.#triedAt < this.pause) return false
    try {
      writeLogAgain(`${this.#path}-wal`, logFrames(this.#statements))
      this.#failure = undefined
    } catch (cause) {
      if (cause instanceof LogLost) this.giveUp(cause)
      else this.doubt(cause)
      if (this.#triedAt > 0) this.pause = Math.min(PAUSE_MOST, 2 * this.pause)
      this.#triedAt = performance.now()
    }
    return this.#failure === undefined
  }
}
