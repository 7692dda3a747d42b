/**
 * The writer thread: owns the only write connection of a SQLite store.
 *
 * It answers every request in order, does background work while none waits, and on `Close` answers what is left, lets
 * go of the files and ends. It is an entry of its own when the program is bundled.
 */
import { isMainThread, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads"
import { Chores } from "./chores.ts"
import { type Database, OpenRefused, WAL_BYTES, openDatabase } from "./database.ts"
import { GroupCommit, type Queued } from "./group-commit.ts"
import { classify } from "./sqlite-error.ts"
import { BatchBytes } from "./plain-appends.ts"
import { ChangeCounter } from "./state-rows.ts"
import { Statements } from "./statements.ts"
import { Tail } from "./tail-rows.ts"
import type { FromWriter, ToWriter, WriterOptions } from "./wire.ts"
import type { WriterContext } from "./writer-context.ts"
import { WalRoom } from "./WalRoom.ts"
import { WriterRest } from "./WriterRest.ts"

/** Requests in one transaction at most. */
const BATCH_MAX = 8192

type Port = NonNullable<typeof parentPort>

class WriterLoop {
  private readonly port: Port
  private readonly database: Database
  private readonly statements: Statements
  private readonly chores: Chores
  private readonly commits: GroupCommit
  private readonly rest: WriterRest
  private readonly room: WalRoom | undefined
  private readonly durability: WriterOptions["durability"]
  private readonly path: string
  private readonly queue: Array<Queued> = []
  /** Buffers of the batches in the queue. */
  private readonly buffers: Array<ArrayBuffer> = []
  private readonly settling: Array<number> = []
  private problem: string | undefined
  private choresPlanned = false
  private closing = false

  constructor(port: Port, database: Database, options: WriterOptions) {
    this.port = port
    this.database = database
    this.durability = options.durability
    this.path = options.path
    this.statements = new Statements(database.db)
    const context: WriterContext = {
      statements: this.statements,
      change: new ChangeCounter(this.statements),
      tail: new Tail(this.statements),
      sealBytes: options.sealBytes,
      loosened: (session, bytes) => this.chores.loosened(session, bytes),
      sweepable: () => this.chores.sweepable(),
    }
    this.chores = new Chores(context)
    this.rest = new WriterRest(database.db)
    this.room = options.durability === "power" ? new WalRoom(this.statements, `${options.path}-wal`, WAL_BYTES) : undefined
    this.commits = new GroupCommit(context, options.path, options.commitDelay)
  }

  start(): void {
    this.port.on("message", (message: ToWriter) => {
      this.take(message)
      this.drain()
    })
    this.send({ _tag: "Ready" })
    this.planChores()
  }

  private send(message: FromWriter, transfer: ReadonlyArray<ArrayBuffer> = []): void {
    this.port.postMessage(message, transfer)
  }

  private take(message: ToWriter): void {
    switch (message._tag) {
      case "Batch":
        this.takeBatch(message)
        return
      case "Settle":
        this.settling.push(message.number)
        this.chores.foldAll()
        return
      case "Close":
        this.closing = true
    }
  }

  private takeBatch({ requests, buffer, plain, length, texts }: Extract<ToWriter, { _tag: "Batch" }>): void {
    const batch = new BatchBytes(buffer, plain, length, texts)
    if (requests === undefined) for (let number = 0; number < plain; number++) this.queue.push({ request: number, batch })
    else for (const request of requests) this.queue.push({ request, batch })
    this.buffers.push(buffer)
    this.room?.wrote(length)
  }

  /** Commits until nothing waits; what arrives during one commit is the next. */
  private drain(): void {
    for (;;) {
      let received = receiveMessageOnPort(this.port)
      while (received !== undefined && this.queue.length < BATCH_MAX) {
        this.take(received.message as ToWriter)
        received = receiveMessageOnPort(this.port)
      }
      if (received !== undefined) this.take(received.message as ToWriter)
      if (this.queue.length === 0) break
      const given = this.commits.run(this.queue.splice(0))
      const replies = given.every((reply) => reply === 0) ? given.length : given
      const buffers = this.buffers.splice(0)
      this.send({ _tag: "Replies", replies, commits: this.commits.commits, buffers }, buffers)
      if (this.chores.pressing) this.chore()
    }
    if (this.closing) return this.close()
    this.room?.make()
    this.planChores()
  }

  private planChores(): void {
    this.rest.worked()
    if (this.chores.idle) return this.settled()
    if (this.choresPlanned) return
    this.choresPlanned = true
    setImmediate(() => {
      this.choresPlanned = false
      if (this.closing) return
      this.chore()
      this.planChores()
    })
  }

  /** One step of background work. It needs no sync of its own: what it moves is durable already. */
  private chore(): void {
    try {
      if (this.durability === "power") this.statements.db.exec("PRAGMA synchronous = NORMAL")
      this.commits.transaction(() => this.chores.step())
    } catch (cause) {
      const failure = classify(cause, this.path)
      this.problem = failure.message
      this.chores.giveUp(failure.kind !== "full" && failure.kind !== "locked")
    } finally {
      if (this.durability === "power") this.statements.db.exec("PRAGMA synchronous = FULL")
    }
  }

  private settled(): void {
    const problem = this.problem
    this.problem = undefined
    for (const number of this.settling.splice(0)) {
      this.send({ _tag: "Settled", number, ...(problem === undefined ? {} : { problem }) })
    }
  }

  private close(): void {
    this.settled()
    this.rest.end()
    this.room?.end()
    this.database.close()
    this.send({ _tag: "Closed" })
    this.port.close()
  }
}

function main(port: Port, options: WriterOptions): void {
  try {
    new WriterLoop(port, openDatabase(options), options).start()
  } catch (cause) {
    if (!(cause instanceof OpenRefused)) throw cause
    port.postMessage({ _tag: "Refused", refusal: cause.refusal } satisfies FromWriter)
    port.close()
  }
}

if (!isMainThread && parentPort !== null) main(parentPort, workerData as WriterOptions)
