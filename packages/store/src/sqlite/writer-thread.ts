/**
 * The writer thread: owns the only write connection of a SQLite store.
 *
 * It answers every request in order, does background work while none waits, and on `Close` answers what is left, lets
 * go of the files and ends. It is an entry of its own when the program is bundled.
 */
import { isMainThread, workerData } from "node:worker_threads"
import { Chores } from "./chores.ts"
import { type Database, OpenRefused, openDatabase } from "./database.ts"
import { GroupCommit, type Queued } from "./group-commit.ts"
import { classify } from "./sqlite-error.ts"
import { BatchBytes } from "./plain-appends.ts"
import { ChangeCounter, SessionCounts } from "./session-counts.ts"
import { Statements } from "./statements.ts"
import { SyncGuard } from "./SyncGuard.ts"
import { Tail } from "./tail-rows.ts"
import type { ToWriter, WriterOptions } from "./wire.ts"
import type { WriterContext } from "./writer-context.ts"
import { WriterEnd, type WriterSeed } from "./writer-link.ts"
import { WalRoom } from "./WalRoom.ts"
import { WalTurn } from "./WalTurn.ts"
import { WriterRest } from "./WriterRest.ts"

/** Milliseconds without a request after which a burst is over: a chore of many milliseconds would delay what follows of it. */
const CALM_MILLIS = 10
/** Milliseconds that requests put chores off at most: without an end to them there is a chore now and then. */
const PUT_OFF_MOST = 1000

/** Requests in one transaction at most. */
const BATCH_MAX = 8192

class WriterLoop {
  readonly #link: WriterEnd
  readonly #database: Database
  readonly #statements: Statements
  readonly #chores: Chores
  readonly #commits: GroupCommit
  readonly #guard: SyncGuard
  readonly #turn: WalTurn
  readonly #rest: WriterRest
  readonly #room: WalRoom | undefined
  readonly #durability: WriterOptions["durability"]
  readonly #path: string
  readonly #queue: Array<Queued> = []
  /** Buffers of the batches in the queue. */
  readonly #buffers: Array<ArrayBuffer> = []
  readonly #settling: Array<number> = []
  #problem: string | undefined
  /** Why nothing is accepted, as it was reported to the store. */
  #trouble: string | undefined
  /** Requests were carried out a moment ago. */
  #busy = false
  /** When chores were put off, by `performance.now()`. */
  #putOffAt: number | undefined
  #closing = false

  constructor(link: WriterEnd, database: Database, options: WriterOptions) {
    this.#link = link
    this.#database = database
    this.#durability = options.durability
    this.#path = options.path
    this.#statements = new Statements(database.db)
    const context: WriterContext = {
      statements: this.#statements,
      change: new ChangeCounter(this.#statements),
      counts: new SessionCounts(this.#statements),
      tail: new Tail(this.#statements),
      sealBytes: options.sealBytes,
      loosened: (session, bytes) => this.#chores.loosened(session, bytes),
      sweepable: () => this.#chores.sweepable(),
    }
    this.#chores = new Chores(context)
    this.#rest = new WriterRest(database.db)
    this.#guard = new SyncGuard(this.#statements, options.path)
    this.#turn = new WalTurn(this.#statements, this.#guard, options.walPages)
    this.#room =
      options.durability === "power"
        ? new WalRoom(this.#statements, this.#guard, `${options.path}-wal`, options.walPages)
        : undefined
    this.#commits = new GroupCommit(context, this.#guard, options.path, options.commitDelay)
  }

  start(): void {
    this.#link.send({ _tag: "Ready" })
    this.#work()
  }

  /** Commits what arrives; what arrives during one commit is the next. When that is over, there are chores, and then rest. */
  readonly #work = (): void => {
    for (;;) {
      this.#takeAll()
      if (this.#queue.length > 0) {
        this.#commit()
        if (this.#chores.pressing && this.#guard.problem === undefined) this.#chore()
        if (this.#guard.problem === undefined) this.#turn.make()
        this.#rest.worked()
        this.#busy = true
        continue
      }
      if (this.#closing) return this.#close()
      if (!this.#durable()) continue
      this.#room?.make()
      if (!this.#chores.idle) {
        if (this.#putsOff() && this.#link.wait(CALM_MILLIS)) continue
        this.#busy = false
        this.#putOffAt = undefined
        this.#chore()
        if (this.#guard.problem === undefined) this.#turn.make()
        this.#rest.worked()
        continue
      }
      this.#putOffAt = undefined
      if (this.#guard.problem !== undefined) continue
      this.#settled()
      if (this.#link.wait(this.#rest.wait)) continue
      this.#rest.rest()
      // What V8 has to do in this thread is done in a turn of its event loop.
      return void setImmediate(this.#work)
    }
  }

  /** Whether all that is in the log is durable or will be with the next sync; waits a moment when it is not. */
  #durable(): boolean {
    if (this.#guard.mend()) {
      this.#tellTrouble()
      return true
    }
    this.#tellTrouble()
    this.#problem = this.#guard.problem?.message
    this.#settled()
    this.#link.wait(this.#guard.pause)
    return false
  }

  /** Tells the store when it became unusable, and when it is not so any more. */
  #tellTrouble(): void {
    const trouble = this.#guard.problem?.message
    if (trouble === this.#trouble) return
    this.#trouble = trouble
    this.#link.send({ _tag: "Trouble", problem: trouble })
  }

  /** Whether chores wait until a burst is over. */
  #putsOff(): boolean {
    if (!this.#busy || this.#settling.length > 0) return false
    this.#putOffAt ??= performance.now()
    return performance.now() - this.#putOffAt < PUT_OFF_MOST
  }

  #takeAll(): void {
    while (this.#queue.length < BATCH_MAX) {
      const taken = this.#link.take()
      if (taken === undefined) return
      if (taken instanceof BatchBytes) {
        this.#takePlain(taken)
        this.#wrote(taken.records.length)
      } else this.#takeMessage(taken)
    }
  }

  #takeMessage(message: ToWriter): void {
    switch (message._tag) {
      case "Batch": {
        const { requests, buffer, plain, length, texts } = message
        const batch = new BatchBytes(buffer, 0, plain, length, texts)
        if (requests === undefined) this.#takePlain(batch)
        else for (const request of requests) this.#queue.push({ request, batch })
        this.#buffers.push(buffer)
        this.#wrote(length)
        return
      }
      case "Settle":
        this.#settling.push(message.number)
        this.#chores.foldAll()
        return
      case "Close":
        this.#closing = true
    }
  }

  #wrote(bytes: number): void {
    this.#room?.wrote(bytes)
    this.#turn.committed(bytes)
  }

  #takePlain(batch: BatchBytes): void {
    for (let request = 0; request < batch.count; request++) this.#queue.push({ request, batch })
  }

  #commit(): void {
    const replies = this.#commits.run(this.#queue.splice(0))
    this.#tellTrouble()
    const buffers = this.#buffers.splice(0)
    this.#link.committed(this.#commits.commits)
    const done = replies.every((reply) => reply === 0)
    if (done && buffers.length === 0) return this.#link.done(replies.length)
    this.#link.send({ _tag: "Replies", replies: done ? replies.length : replies, buffers }, buffers)
  }

  /** One step of background work. It needs no sync of its own: what it moves is durable already. */
  #chore(): void {
    try {
      if (this.#durability === "power") this.#statements.db.exec("PRAGMA synchronous = NORMAL")
      this.#commits.transaction(() => this.#chores.step())
      this.#turn.worked()
    } catch (cause) {
      // What it moved is still where it was, and is moved later.
      if (this.#guard.doubtWhenSync(cause)) return
      const failure = classify(cause, this.#path)
      this.#problem = failure.message
      this.#chores.giveUp(failure.kind !== "full" && failure.kind !== "locked")
    } finally {
      if (this.#durability === "power") this.#statements.db.exec("PRAGMA synchronous = FULL")
    }
  }

  #settled(): void {
    const problem = this.#problem
    this.#problem = undefined
    for (const number of this.#settling.splice(0)) {
      this.#link.send({ _tag: "Settled", number, ...(problem === undefined ? {} : { problem }) })
    }
  }

  #close(): void {
    this.#settled()
    this.#room?.end()
    if (this.#guard.mend()) this.#database.close()
    else this.#database.abandon()
    this.#link.send({ _tag: "Closed" })
  }
}

function main({ options, link }: WriterSeed): void {
  const end = new WriterEnd(link)
  try {
    new WriterLoop(end, openDatabase(options), options).start()
  } catch (cause) {
    if (!(cause instanceof OpenRefused)) throw cause
    end.send({ _tag: "Refused", refusal: cause.refusal })
  }
}

if (!isMainThread) main(workerData as WriterSeed)
