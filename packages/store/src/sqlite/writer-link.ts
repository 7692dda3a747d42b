/**
 * The link between the store and its writer thread: shared memory for plain appends and their answers, messages for the rest.
 *
 * To wake a thread through its event loop takes longer than all else that a commit of one event needs, so each end
 * waits for a cell that the other one raises. Requests are taken in the order they were sent and answers likewise: a
 * message says what went before it through shared memory.
 */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads"
import type { BatchBytes, PlainAppends } from "./plain-appends.ts"
import { RING_BYTES, RingReader, RingWriter } from "./RequestRing.ts"
import type { FromWriter, ToWriter, WriterOptions } from "./wire.ts"

/** What both ends are made of. */
export interface LinkParts {
  readonly cells: SharedArrayBuffer
  readonly ring: SharedArrayBuffer
  readonly port: MessagePort
}

/** What the writer thread is started with. */
export interface WriterSeed {
  readonly options: WriterOptions
  readonly link: LinkParts
}

/** What the store's end reports, in order: this many plain appends are done, and everything else. */
export interface StoreEvents {
  readonly appended: (count: number) => void
  readonly message: (message: FromWriter) => void
}

/** Raised by the store after whatever it sent, and by the writer after whatever it answered. */
const SENT = 0
const ANSWERED = 1
/** Places in the ring: up to where it is written, and up to where it was answered. */
const WRITTEN = 2
const FREE = 3
/** Appends that were answered without a message, modulo 2^32; transactions. */
const APPENDED = 4
const COMMITS = 5
const CELLS = 6

/** A message, and the place in the ring or the count of appends that was reached before it. */
interface Ordered<Message> {
  readonly before: number
  readonly message: Message
}

function receive<Message>(port: MessagePort): Ordered<Message> | undefined {
  return receiveMessageOnPort(port)?.message as Ordered<Message> | undefined
}

function raise(cells: Int32Array, cell: number): void {
  Atomics.add(cells, cell, 1)
  Atomics.notify(cells, cell)
}

/** The store's end. */
export class StoreEnd {
  readonly #cells: Int32Array
  readonly #ring: RingWriter
  readonly #port: MessagePort
  readonly #events: StoreEvents
  #told = 0
  #ended = false

  constructor(parts: LinkParts, events: StoreEvents) {
    this.#cells = new Int32Array(parts.cells)
    this.#ring = new RingWriter(parts.ring)
    this.#port = parts.port
    this.#events = events
    this.#listen()
  }

  /** Transactions the writer has committed. */
  get commits(): number {
    return Atomics.load(this.#cells, COMMITS) >>> 0
  }

  /** Sends what was gathered with its records through shared memory; false when there is no room for it. */
  sendPlain(plain: PlainAppends, records: ReadonlyArray<Uint8Array>, length: number): boolean {
    const cells = this.#cells,
      ring = this.#ring
    if (!ring.put(plain, records, length, Atomics.load(cells, FREE))) return false
    Atomics.store(cells, WRITTEN, ring.written)
    raise(cells, SENT)
    return true
  }

  /** Sends a message. */
  send(message: ToWriter, transfer: ReadonlyArray<ArrayBuffer> = []): void {
    this.#port.postMessage({ before: this.#ring.written, message } satisfies Ordered<ToWriter>, transfer)
    raise(this.#cells, SENT)
  }

  /** Takes what was answered. */
  take(): void {
    for (;;) {
      const appended = Atomics.load(this.#cells, APPENDED)
      const next = receive<FromWriter>(this.#port)
      this.#tell(next === undefined ? appended : next.before)
      if (next === undefined) return
      this.#events.message(next.message)
    }
  }

  #tell(appended: number): void {
    const count = (appended - this.#told) | 0
    this.#told = appended
    if (count > 0) this.#events.appended(count)
  }

  readonly #listen = (): void => {
    if (this.#ended) return
    const seen = Atomics.load(this.#cells, ANSWERED)
    try {
      this.take()
    } finally {
      this.#listenFrom(seen)
    }
  }

  #listenFrom(seen: number): void {
    const { async, value } = Atomics.waitAsync(this.#cells, ANSWERED, seen)
    if (async) void value.then(this.#listen)
    else setImmediate(this.#listen)
  }

  /** Takes what was answered and hears nothing any more. */
  end(): void {
    if (this.#ended) return
    this.take()
    this.#ended = true
    this.#port.close()
    // The listener goes.
    raise(this.#cells, ANSWERED)
  }
}

/** The writer's end. */
export class WriterEnd {
  readonly #cells: Int32Array
  readonly #ring: RingReader
  readonly #port: MessagePort
  #seen = 0
  #appended = 0
  #readable = 0
  #next: Ordered<ToWriter> | undefined

  constructor({ cells, ring, port }: LinkParts) {
    this.#cells = new Int32Array(cells)
    this.#ring = new RingReader(ring)
    this.#port = port
  }

  /** The next batch of plain appends or message, if there is one. */
  take(): BatchBytes | ToWriter | undefined {
    if (this.#next === undefined && this.#ring.taken === this.#readable) {
      this.#seen = Atomics.load(this.#cells, SENT)
      const written = Atomics.load(this.#cells, WRITTEN) >>> 0
      this.#next = receive<ToWriter>(this.#port)
      this.#readable = this.#next === undefined ? written : this.#next.before
    }
    if (this.#ring.taken !== this.#readable) return this.#ring.take()
    const message = this.#next?.message
    this.#next = undefined
    return message
  }

  /** Waits until there is something to take, at most this many milliseconds. False when there is nothing. */
  wait(milliseconds: number): boolean {
    return Atomics.wait(this.#cells, SENT, this.#seen, milliseconds) !== "timed-out"
  }

  /** This many transactions are durable. */
  committed(transactions: number): void {
    Atomics.store(this.#cells, COMMITS, transactions)
  }

  /** Everything that was taken is done: this many appends, and nothing more is to be said. */
  done(appends: number): void {
    Atomics.store(this.#cells, FREE, this.#ring.taken)
    this.#appended = (this.#appended + appends) | 0
    Atomics.store(this.#cells, APPENDED, this.#appended)
    raise(this.#cells, ANSWERED)
  }

  /** Sends a message; with replies, they are those to everything that was taken. */
  send(message: FromWriter, transfer: ReadonlyArray<ArrayBuffer> = []): void {
    if (message._tag === "Replies") Atomics.store(this.#cells, FREE, this.#ring.taken)
    this.#port.postMessage({ before: this.#appended, message } satisfies Ordered<FromWriter>, transfer)
    raise(this.#cells, ANSWERED)
  }
}

/** New shared memory for both ends. */
export function makeLink(): Omit<LinkParts, "port"> {
  return {
    cells: new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT),
    ring: new SharedArrayBuffer(RING_BYTES),
  }
}
