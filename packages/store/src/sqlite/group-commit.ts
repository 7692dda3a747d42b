/**
 * Group commit: everything that queued up during the last commit becomes one transaction.
 *
 * When the transaction fails as a whole, its requests are carried out again one by one, each in a transaction of its
 * own, so that one that cannot be stored does not spoil its neighbours (S-12). After a failed sync that is done when what
 * the sync may have dropped is durable again, otherwise not at all (S-23).
 */
import type { Statements } from "./statements.ts"
import { append, appendPlain } from "./append-rows.ts"
import { foldRanges } from "./fold-rows.ts"
import { moveNotes, openNotes } from "./note-rows.ts"
import { forgetSome, putDocument, putSeen } from "./person-rows.ts"
import type { BatchBytes } from "./plain-appends.ts"
import { claim, create, lease, putSetting } from "./session-rows.ts"
import { classify } from "./sqlite-error.ts"
import { purge, putCheckpoint, trim } from "./upkeep-rows.ts"
import type { SyncGuard } from "./SyncGuard.ts"
import type { WriterReply, WriterRequest } from "./wire.ts"
import type { WriterContext } from "./writer-context.ts"

/** A request with its batch's bytes; a number stands for the plain append of that number. */
export interface Queued {
  readonly request: WriterRequest | number
  readonly batch: BatchBytes
}

/** Requests that may fail because of the disk one after the other before the rest is refused without a try. */
const FAILED_IN_A_ROW = 4

type Refused = Extract<WriterReply, { _tag: "StorageFull" | "Failed" }>

const sleepCell = new Int32Array(new SharedArrayBuffer(4))

function carryOut(context: WriterContext, { request, batch }: Queued): WriterReply {
  if (typeof request === "number") return appendPlain(context, batch.plain(request), batch)
  if (request.op === "append") return append(context, request, batch.records)
  if (request.op === "create") return create(context, request, batch.records)
  // The others look at rows.
  context.tail.store()
  switch (request.op) {
    case "claim":
      return claim(context, request.id)
    case "putCheckpoint":
      return putCheckpoint(context, request)
    case "trim":
      return trim(context, request, batch.records)
    case "fold":
      return foldRanges(context, request)
    case "purge":
      return purge(context, request.now, request.limit)
    case "lease":
      return lease(context, request)
    case "putSetting":
      return putSetting(context.statements, request.name, request.value)
    case "putDocument":
      return putDocument(context.statements, request.request)
    case "putSeen":
      return putSeen(context.statements, request.person, request.id, request.seq, request.back)
    case "forgetPerson":
      return forgetSome(context.statements, request.person)
    case "openNotes":
      return openNotes(context.statements, request.reader)
    case "moveNotes":
      return moveNotes(context.statements, request.reader, request.cursor)
  }
}

/** Commits batches of requests. */
export class GroupCommit {
  /** Transactions that were committed. */
  commits = 0
  readonly #context: WriterContext
  readonly #guard: SyncGuard
  readonly #path: string
  readonly #delay: number

  constructor(context: WriterContext, guard: SyncGuard, path: string, delay: number) {
    this.#context = context
    this.#guard = guard
    this.#path = path
    this.#delay = delay
  }

  /** Carries out requests in order and gives their replies once all that was accepted is durable. */
  run(batch: ReadonlyArray<Queued>): Array<WriterReply> {
    if (!this.#guard.mend()) return batch.map(() => this.#refusal())
    try {
      return this.#together(batch)
    } catch (cause) {
      if (this.#guard.doubtWhenSync(cause)) {
        if (!this.#guard.mend()) return batch.map(() => this.#refusal())
      } else if (batch.length === 1) return [this.#failed(cause)]
      return this.#oneByOne(batch)
    }
  }

  /** Does work in a transaction of its own; throws when it fails. */
  transaction<A>(body: () => A): A {
    const { statements, change, counts, tail } = this.#context
    try {
      statements.of("BEGIN IMMEDIATE").run()
      const result = body()
      statements.of("COMMIT").run()
      change.committed()
      tail.committed()
      return result
    } catch (cause) {
      change.rolledBack()
      counts.rolledBack()
      tail.rolledBack()
      rollBack(statements)
      throw cause
    }
  }

  #together(batch: ReadonlyArray<Queued>): Array<WriterReply> {
    const { change, counts, tail } = this.#context
    const replies = this.transaction(() => {
      const done = batch.map((queued) => carryOut(this.#context, queued))
      tail.store()
      change.store()
      counts.store()
      if (this.#delay > 0) Atomics.wait(sleepCell, 0, 0, this.#delay)
      return done
    })
    this.commits++
    return replies
  }

  #oneByOne(batch: ReadonlyArray<Queued>): Array<WriterReply> {
    const replies: Array<WriterReply> = []
    let failed = 0
    let refused: Refused = { _tag: "Failed", message: "" }
    for (const queued of batch) {
      if (failed >= FAILED_IN_A_ROW) {
        replies.push(refused)
        continue
      }
      try {
        replies.push(...this.#together([queued]))
        failed = 0
      } catch (cause) {
        refused = this.#failed(cause)
        if (this.#guard.doubtWhenSync(cause)) failed = this.#guard.mend() ? failed + 1 : FAILED_IN_A_ROW
        else failed = refused._tag === "StorageFull" ? failed + 1 : 0
        replies.push(refused)
      }
    }
    return replies
  }

  #failed(cause: unknown): Refused {
    const { kind, message } = classify(cause, this.#path)
    return { _tag: kind === "full" ? "StorageFull" : "Failed", message }
  }

  /** What everything is answered while something may have been lost. */
  #refusal(): Refused {
    const { kind, message } = this.#guard.problem ?? { kind: "failed", message: "" }
    return { _tag: kind === "full" ? "StorageFull" : "Failed", message }
  }
}

/** Ends a transaction that failed, unless SQLite has ended it already. */
function rollBack(statements: Statements): void {
  if (statements.db.isTransaction) statements.of("ROLLBACK").run()
}
