/**
 * The store's side of the writer thread: gathers requests, sends them in batches, tells each its reply in order.
 *
 * A writer that has nothing to do gets requests after the callback they came in; for one that works they are gathered
 * until the turn of the event loop ends, so that what came from several sockets shares the next commit. At most
 * `WAITING_BYTES` wait for a commit; beyond them a request is refused at once with `Failed` (its turn is kept).
 * When the thread dies, everything that waits and everything later is answered with `Failed`.
 */
import { MessageChannel, Worker } from "node:worker_threads"
import { BufferPool } from "@holdfast/protocol/buffer-pool"
import type { LogRecord } from "@holdfast/protocol/record"
import { callSafely } from "../outcome-line.ts"
import { areDense, kindsOf } from "../record-filter.ts"
import type { AppendRequest } from "../Store.ts"
import { LARGE_PIECE, PlainAppends, plainBytes } from "./plain-appends.ts"
import type { FromWriter, OpenRefusal, RequestPiece, WriterOptions, WriterReply, WriterRequest } from "./wire.ts"
import { makeLink, StoreEnd, type WriterSeed } from "./writer-link.ts"

/** Bytes of records that may wait for a commit. */
const WAITING_BYTES = 256 * 1024 * 1024

/** Requests that are gathered for a writer that has nothing to do: it works on them while more come. */
const IDLE_MOST = 32

/** Bytes of idle buffers that are kept for batches. */
const POOL_BYTES = 8 * 1024 * 1024

interface Waiting {
  readonly tell: (reply: WriterReply) => void
  readonly bytes: number
  /** Known without the writer; reported when its turn comes. */
  readonly reply?: WriterReply
}

/** Stands for a reply that was reported. */
const TOLD: Waiting = { tell: () => undefined, bytes: 0 }

/** The writer thread cannot be started or refuses the store. */
export class WriterRefused extends Error {
  readonly _tag = "WriterRefused"
  readonly refusal: OpenRefusal
  constructor(refusal: OpenRefusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

/** File of the thread: beside the source, or beside the bundle. */
const threadFile = (): URL =>
  new URL(import.meta.url.endsWith(".ts") ? "./writer-thread.ts" : "./sqlite-writer.js", import.meta.url)

/** A running writer thread. */
export class WriterClient {
  readonly #worker: Worker
  readonly #link: StoreEnd
  readonly #pool = new BufferPool(POOL_BYTES)
  readonly #waitingLine: Array<Waiting> = []
  #told = 0
  #waitingBytes = 0
  #batch: Array<WriterRequest | number> = []
  readonly #plain = new PlainAppends()
  #parts: Array<Uint8Array> = []
  #partBytes = 0
  #planned = false
  #ended: string | undefined
  #closed: (() => void) | undefined
  #settles = 0
  readonly #settling = new Map<number, (problem: string | undefined) => void>()
  readonly #opened = Promise.withResolvers<void>()
  /** Why the store accepts nothing at the moment; `undefined` when all is well. */
  problem: string | undefined

  readonly #waitingMax: number

  private constructor(options: WriterOptions, file: URL, waitingMax: number) {
    this.#waitingMax = waitingMax
    const { port1, port2 } = new MessageChannel()
    const memory = makeLink()
    const workerData: WriterSeed = { options, link: { ...memory, port: port2 } }
    this.#worker = new Worker(file, { workerData, transferList: [port2], execArgv: [], name: "store writer" })
    this.#link = new StoreEnd(
      { ...memory, port: port1 },
      { appended: (count) => this.#appended(count), message: (message) => this.#receive(message) },
    )
    this.#worker.on("error", (error: unknown) => {
      const message = `the store's writer failed: ${error instanceof Error ? error.message : String(error)}`
      this.#died(message, message)
    })
    this.#worker.on("exit", () => this.#died("the store's writer ended", "the store is closed"))
  }

  /** Starts the thread and opens the store. Rejects with `WriterRefused`. Tests give another thread or bound. */
  static async open(options: WriterOptions, file: URL = threadFile(), waitingMax = WAITING_BYTES): Promise<WriterClient> {
    const client = new WriterClient(options, file, waitingMax)
    await client.#opened.promise
    return client
  }

  /** Transactions the writer has committed. */
  get commits(): number {
    return this.#link.commits
  }

  /** Requests that wait for their commit. */
  get waiting(): number {
    return this.#waitingLine.length - this.#told
  }

  /** Sends a request without records. */
  request(request: WriterRequest, tell: (reply: WriterReply) => void): void {
    this.#add({ tell, bytes: 0 }, () => request, [])
  }

  /** Sends an append. */
  append(request: AppendRequest, tell: (reply: WriterReply) => void): void {
    const { session, epoch, records, state, journal, key, notes, trace } = request
    const [first, last] = [records[0], records.at(-1)]
    let length = 0
    for (const record of records) length += record.bytes.length
    const carries = state !== undefined || key !== undefined || notes !== undefined || trace !== undefined
    if (carries || first === undefined || last === undefined || length >= LARGE_PIECE || !areDense(records)) {
      this.requestWith(records, (piece) => ({ op: "append", session, epoch, piece, state, journal, key, notes, trace }), tell)
      return
    }
    if (this.#refused({ tell, bytes: length })) return
    const kinds = kindsOf(records)
    this.#batch.push(
      this.#plain.add({ session, epoch, from: first.from, to: last.seq, kinds, offset: this.#partBytes, length, journal }),
    )
    this.#gather(records)
  }

  /** Sends a request with records; `build` gets them as a piece, `undefined` when there are none, `"broken"` when not dense. */
  requestWith(
    records: ReadonlyArray<LogRecord>,
    build: (piece: RequestPiece) => WriterRequest,
    tell: (reply: WriterReply) => void,
  ): void {
    let bytes = 0
    for (const record of records) bytes += record.bytes.length
    this.#add({ tell, bytes }, () => build(this.#pieceOf(records, bytes)), records)
  }

  #pieceOf(records: ReadonlyArray<LogRecord>, length: number): RequestPiece {
    const [first, last] = [records[0], records.at(-1)]
    if (first === undefined || last === undefined) return undefined
    if (!areDense(records)) return "broken"
    return { from: first.from, to: last.seq, kinds: kindsOf(records), offset: this.#partBytes, length }
  }

  #add(waiting: Waiting, build: () => WriterRequest, records: ReadonlyArray<LogRecord>): void {
    if (this.#refused(waiting)) return
    this.#batch.push(build())
    this.#gather(records)
  }

  /** Takes a request into the line; true when it is refused there. */
  #refused(waiting: Waiting): boolean {
    const refusal =
      this.#ended ??
      (this.#waitingBytes > this.#waitingMax ? "too many writes are waiting for the store; try again later" : undefined)
    if (refusal === undefined) {
      this.#waitingLine.push(waiting)
      this.#waitingBytes += waiting.bytes
      return false
    }
    this.#waitingLine.push({ ...waiting, reply: { _tag: "Failed", message: refusal } })
    if (this.#told === this.#waitingLine.length - 1) queueMicrotask(() => this.#tellKnown())
    return true
  }

  #gather(records: ReadonlyArray<LogRecord>): void {
    for (const record of records) {
      this.#parts.push(record.bytes)
      this.#partBytes += record.bytes.length
    }
    const idle = this.waiting <= this.#batch.length
    if (idle && this.#batch.length >= IDLE_MOST) return this.#flush()
    if (this.#planned) return
    this.#planned = true
    if (idle) queueMicrotask(this.#flush)
    else setImmediate(this.#flush)
  }

  readonly #flush = (): void => {
    this.#planned = false
    const batch = this.#batch,
      parts = this.#parts,
      partBytes = this.#partBytes,
      plain = this.#plain
    if (batch.length === 0 || this.#ended !== undefined) return
    this.#batch = []
    this.#parts = []
    this.#partBytes = 0
    if (plain.count < batch.length || !this.#link.sendPlain(plain, parts, partBytes)) this.#sendBatch(batch, parts, partBytes)
  }

  #sendBatch(requests: ReadonlyArray<WriterRequest | number>, parts: ReadonlyArray<Uint8Array>, length: number): void {
    const plain = this.#plain.count
    const begin = plainBytes(plain)
    const buffer = this.#pool.take(begin + length)
    const records = new Uint8Array(buffer, begin, length)
    let offset = 0
    for (const part of parts) {
      records.set(part, offset)
      offset += part.length
    }
    const texts = this.#plain.take(buffer, 0)
    const batch = { _tag: "Batch", buffer, plain, length, texts } as const
    this.#link.send(plain === requests.length ? batch : { ...batch, requests }, [buffer])
  }

  #receive(message: FromWriter): void {
    switch (message._tag) {
      case "Ready":
        return this.#opened.resolve()
      case "Refused":
        return this.#opened.reject(new WriterRefused(message.refusal))
      case "Replies":
        for (const buffer of message.buffers) this.#pool.give(buffer)
        if (typeof message.replies === "number") return this.#appended(message.replies)
        for (const reply of message.replies) this.#answered(reply)
        return this.#tellKnown()
      case "Trouble":
        this.problem = message.problem
        return
      case "Settled":
        this.#settling.get(message.number)?.(message.problem)
        this.#settling.delete(message.number)
        return
      case "Closed":
        this.#end("the store is closed")
    }
  }

  #appended(count: number): void {
    for (let at = 0; at < count; at++) this.#answered(0)
    this.#tellKnown()
  }

  #answered(reply: WriterReply): void {
    this.#tellKnown()
    this.#tellNext(reply)
  }

  #tellNext(reply: WriterReply): void {
    const next = this.#waitingLine[this.#told]
    if (next === undefined) return
    // What it holds on to, its records above all, may go now.
    this.#waitingLine[this.#told++] = TOLD
    this.#waitingBytes -= next.reply === undefined ? next.bytes : 0
    if (this.#told > 1024 && this.#told * 2 > this.#waitingLine.length) {
      this.#waitingLine.splice(0, this.#told)
      this.#told = 0
    }
    callSafely(() => next.tell(reply))
  }

  /** Reports the replies that are known without the writer and whose turn it is. */
  #tellKnown(): void {
    for (let next = this.#waitingLine[this.#told]; next?.reply !== undefined; next = this.#waitingLine[this.#told])
      this.#tellNext(next.reply)
  }

  /** Resolves when the background work is done, with the problem it met. */
  settle(done: (problem: string | undefined) => void): void {
    if (this.#ended !== undefined) return queueMicrotask(() => done(this.#ended))
    this.#flush()
    const number = ++this.#settles
    this.#settling.set(number, done)
    this.#link.send({ _tag: "Settle", number })
  }

  #died(refusal: string, reason: string): void {
    this.#link.end()
    this.#opened.reject(new WriterRefused({ _tag: "Unusable", reason: "failed", message: refusal }))
    this.#end(reason)
  }

  #end(reason: string): void {
    if (this.#ended === undefined) {
      this.#ended = reason
      while (this.#told < this.#waitingLine.length) {
        this.#tellKnown()
        this.#tellNext({ _tag: "Failed", message: reason })
      }
      for (const done of this.#settling.values()) done(reason)
      this.#settling.clear()
    }
    this.#closed?.()
  }

  /** Ends the thread at once; what waits is answered with `Failed`. */
  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }

  /** Answers everything, lets go of the files and ends the thread. */
  async close(): Promise<void> {
    if (this.#ended === undefined) {
      this.#flush()
      const closed = new Promise<void>((resolve) => {
        this.#closed = resolve
      })
      this.#link.send({ _tag: "Close" })
      await closed
    }
    await this.terminate()
  }
}
