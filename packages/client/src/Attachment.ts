/**
 * One session, followed over any number of connections (docs/protocol/rules.md, C-1 to C-5, W-8).
 *
 * Invariants: the consumer gets each event once and in order; the cursor is the last seq that was taken in, and every
 * attach but the first continues from it; what is acknowledged was consumed. A duplicate is dropped, a gap or a head that
 * runs away makes the attachment come again on the same connection. One that may skip comes again without its cursor when its
 * consumer is too far behind (C-37).
 * It is consumed as an async iterable or by `consume`; the next item is handed out when the former was dealt with.
 */
import {
  encodeAck,
  encodeInput,
  encodeResize,
  FRAME_DETACHED,
  FRAME_EVENTS,
  FRAME_HEARTBEAT,
  FRAME_INPUT_RESULT,
  FRAME_SNAPSHOT,
  FRAME_SYNCED,
  FRAME_VIEWERS,
} from "@holdfast/protocol/frame"
import type { ServerFrame } from "@holdfast/protocol/frame"
import { readRecords } from "@holdfast/protocol/record"
import type { RecordView } from "@holdfast/protocol/record"
import type { Session } from "@holdfast/protocol/session"
import { Acknowledger } from "./acknowledger.ts"
import type { AttachOptions } from "./attach-options.ts"
import type { CommandAnswer, Exit } from "./calls.ts"
import type { Connection, Follower } from "./Connection.ts"
import { Consumption } from "./consumption.ts"
import { decodeError, HoldfastError, isTransient, readOnlyViewer } from "./errors.ts"
import { HeadWatch } from "./head-watch.ts"
import { Inbox } from "./inbox.ts"
import { snapshotItem } from "./items.ts"
import type { Item } from "./items.ts"
import { Place } from "./Place.ts"
import { abortable, whenAborted } from "./signals.ts"
import type { CallOptions } from "./signals.ts"
import { Skipping } from "./skipping.ts"
import { Retry } from "./Retry.ts"
import { Typing } from "./typing.ts"

/** Attaches in a row without a new event before a log that does not fit is given up. */
const MAX_FRUITLESS = 5

/** An attachment; attaches at once and whenever the connection is back. */
export class Attachment implements AsyncIterable<Item> {
  readonly #connection: Connection
  readonly #place: Place
  readonly #inbox = new Inbox()
  readonly #consumption: Consumption
  readonly #acks: Acknowledger
  readonly #typing: Typing
  readonly #heads: HeadWatch
  readonly #retry: Retry
  readonly #unfollow: () => void
  readonly #skipping: Skipping
  readonly #stopListening: () => void
  readonly #follower: Follower
  #handle: number | undefined
  #unbind: () => void = () => undefined
  #synced = false
  #fruitless = 0
  #overflowed = false
  #ended = false
  /** Events that were dropped because they had been taken in before. */
  duplicates = 0

  constructor(connection: Connection, options: AttachOptions) {
    this.#connection = connection
    this.#place = new Place(options)
    this.#retry = new Retry(connection.timers, () => this.#attach())
    this.#consumption = new Consumption(this.#inbox, connection.timers, {
      consumed: (item) => this.#consumed(item),
      left: () => this.detach(),
    })
    this.#skipping = new Skipping(connection.timers, options.skipBehind)
    const withHandle = (encode: (handle: number) => Uint8Array): void => {
      if (this.#handle !== undefined) connection.send(encode(this.#handle))
    }
    this.#acks = new Acknowledger(connection.timers, (seq) => withHandle((handle) => encodeAck(handle, seq)))
    this.#typing = new Typing(
      () => connection.inputNumber(),
      (number, bytes) => withHandle((handle) => encodeInput(handle, number, bytes)),
    )
    this.#heads = new HeadWatch(connection.timers, () => this.#again())
    this.#follower = {
      connected: () => this.#attach(),
      dropped: () => this.#dropped(),
      frame: (frame) => this.#frame(frame),
      over: (error) => this.#end(error),
    }
    this.#unfollow = connection.follow(this.#follower)
    this.#stopListening = whenAborted(options.signal, () => this.detach())
    if (options.signal?.aborted === true) this.detach()
  }

  /** Last seq taken in; `undefined` before the first snapshot. */
  get cursor(): number | undefined {
    return this.#place.cursor
  }

  /** Last seq that the consumer has dealt with: where another attachment continues. */
  get position(): number | undefined {
    return this.#acks.position
  }

  /** What this attachment is among the viewers, and as the holder of the keyboard; since the first attach. */
  get seat(): string | undefined {
    return this.#place.seat
  }

  /** True when it may only look on. */
  get readOnly(): boolean {
    return this.#place.fixed.mode === "viewer"
  }

  /** Identity of the log the cursor belongs to. */
  get log(): string | undefined {
    return this.#place.log
  }

  /** The session as of the last attach. */
  get session(): Session | undefined {
    return this.#place.session
  }

  /** True once it is over. */
  get ended(): boolean {
    return this.#ended
  }

  /** True between `Synced` and the next loss. */
  get synced(): boolean {
    return this.#synced
  }

  /**
   * Types into the terminal. Settles when the child took it; fails with the hub's error, `ReadOnlyViewer`, or `Busy` when too much
   * waits. An abort ends the wait, not the input.
   */
  type(bytes: Uint8Array, { signal }: CallOptions = {}): Promise<void> {
    return abortable(signal, (resolve, reject) => {
      if (this.#ended) reject(new HoldfastError("Closed", "the attachment has ended"))
      else if (this.readOnly) reject(readOnlyViewer())
      else this.#typing.type(bytes, (error) => (error === undefined ? resolve() : reject(error)))
    })
  }

  /** Tells the hub the size of this viewer's window, in cells; the last one holds over reconnects. Nothing where it may only look on. */
  resize(cols: number, rows: number): void {
    if (this.readOnly) return
    this.#place.size = { cols, rows }
    if (this.#handle !== undefined) this.#connection.send(encodeResize(this.#handle, cols, rows))
  }

  /**
   * Attaches again on the same connection with a snapshot of what is on the screen now, in place of the events that wait
   * for the consumer; what was typed is kept.
   */
  refresh(): void {
    if (this.#ended || this.#handle === undefined) return
    this.#inbox.dropEvents()
    this.#place.cursor = undefined
    this.#overflowed = false
    this.#fruitless = 0
    this.#again()
  }

  /** The viewer looks at it again: a terminal whose events wait continues from what is on its screen now. */
  shown(): void {
    if (this.#skipping.may(this.session?.kind) && !this.#inbox.empty) this.refresh()
  }

  /** Takes the keyboard (`single`) or releases it (`free`). */
  async setTypist(mode: "single" | "free", how?: CallOptions): Promise<void> {
    await this.#connection.call("terminal.keyboard", { session: this.#place.target, mode }, how)
  }

  /** Ends the attachment; `Ended` is its last item. */
  detach(): void {
    if (this.#ended) return
    if (this.#handle !== undefined) this.#connection.request("Detach", { session: this.#place.target }, () => undefined)
    this.#end(undefined)
  }

  /**
   * Hands each item to `consumer`; a promise it gives holds the next one back. Settles after `Ended`, and with what the
   * consumer throws, which detaches. Fails with `AlreadyConsumed` where there is a consumer.
   */
  consume(consumer: (item: Item) => void | Promise<void>): Promise<void> {
    return this.#consumption.consume(consumer)
  }

  /** For one `for await`; leaving it detaches. */
  [Symbol.asyncIterator](): AsyncIterator<Item> {
    return this.#consumption.iterate()
  }

  /** For `using`. */
  [Symbol.dispose](): void {
    this.detach()
  }

  #consumed(item: Item): void {
    this.#acks.consumed(item)
    if (!this.#inbox.empty) return
    this.#heads.idle(true)
    if (!this.#overflowed) return
    this.#overflowed = false
    this.#again()
  }

  #attach(): void {
    if (this.#ended) return
    this.#connection.attach(this.#place.payload, (exit) => this.#answered(exit))
  }

  #answered(exit: Exit<CommandAnswer<"Attach">>): void {
    if (this.#ended) return exit.ok ? this.#connection.abandon(exit.value.session.id) : undefined
    if (!exit.ok) return this.#failed(exit.error)
    const { handle, session, log, inputs } = exit.value
    const owner = this.#connection.claim(session.id, this.#follower)
    if (owner !== this.#follower) {
      const why = "this connection is already attached to the session: share that attachment, or open another connection"
      this.#end(new HoldfastError("AlreadyAttached", why))
      // The hub has just ended it for this one.
      owner.dropped()
      return owner.connected()
    }
    const again = this.#place.session !== undefined
    this.#retry.done()
    this.#place.attached(exit.value)
    this.#handle = handle
    this.#unbind = this.#connection.bind(handle, this.#follower)
    this.#inbox.push({ _tag: "Attached", session, log, again })
    this.#typing.attached(inputs)
  }

  #failed(error: HoldfastError): void {
    if (error.tag === "ConnectionLost" || error.tag === "Unreachable") return
    if (!isTransient(error)) return this.#end(error)
    this.#retry.later()
  }

  /** The hub ended the attachment. Whether the session is gone or only the hub, the next attach says. */
  #detached(reason: string): void {
    this.#fruitless += 1
    this.#leave()
    if (this.#fruitless > MAX_FRUITLESS) this.#end(new HoldfastError("Detached", reason))
    else this.#retry.later()
  }

  #dropped(): void {
    if (this.#ended) return
    this.#leave()
    this.#inbox.push({ _tag: "Dropped" })
  }

  #leave(): void {
    this.#retry.stop()
    this.#unbind()
    this.#handle = undefined
    this.#synced = false
    this.#acks.dropped()
    this.#typing.dropped()
    this.#heads.reset()
  }

  /** Attaches again on the same connection, from the cursor. The hub ends the former attachment; it is not listened to any more. */
  #again(): void {
    if (this.#ended || this.#handle === undefined) return
    this.#fruitless += 1
    if (this.#fruitless > MAX_FRUITLESS)
      return this.#end(new HoldfastError("LogGap", `the hub did not return the events after ${this.#place.cursor ?? 0}`))
    this.#leave()
    this.#attach()
  }

  #end(error: HoldfastError | undefined): void {
    if (this.#ended) return
    this.#ended = true
    this.#stopListening()
    this.#unfollow()
    this.#leave()
    this.#typing.end(error ?? new HoldfastError("Closed", "the attachment has ended"))
    this.#inbox.push({ _tag: "Ended", error })
  }

  #frame(frame: ServerFrame): void {
    if (frame.type === FRAME_HEARTBEAT) {
      const head = frame.heads.find(({ handle }) => handle === this.#handle)
      if (head !== undefined && this.#synced && this.#place.cursor !== undefined) this.#heads.head(head.seq, this.#place.cursor)
      return
    }
    switch (frame.type) {
      case FRAME_EVENTS:
        for (const record of readRecords(frame.records)) if (!this.#event(record)) return
        return
      case FRAME_SNAPSHOT:
        this.#place.cursor = frame.seq
        this.#heads.idle(false)
        this.#inbox.push(snapshotItem(frame))
        return
      case FRAME_SYNCED:
        this.#synced = true
        this.#inbox.push({ _tag: "Synced", seq: frame.seq })
        return
      case FRAME_INPUT_RESULT: {
        const { error, number } = frame
        this.#typing.result(number, error === undefined ? undefined : decodeError(error, "InternalError"))
        return
      }
      case FRAME_VIEWERS:
        this.#place.gaveSize = frame.viewers.viewers.some(({ seat, sizes }) => sizes && seat === this.#place.seat)
        this.#inbox.push({ _tag: "Viewers", viewers: frame.viewers.viewers })
        return
      case FRAME_DETACHED:
        if (frame.by === undefined) this.#detached(frame.reason)
        else this.#end(new HoldfastError("DetachedBy", frame.reason, { by: frame.by }))
        return
      default:
    }
  }

  /** Takes one event in; false when the rest of its frame is of no use. */
  #event(record: RecordView): boolean {
    const cursor = this.#place.cursor ?? 0
    if (record.seq <= cursor) {
      this.duplicates += 1
      return true
    }
    if (this.#overflowed) return false
    // A folded range may begin before the cursor: it says nothing that the reader does not have or get.
    if (record.from > cursor + 1) {
      this.#again()
      return false
    }
    if (!this.#inbox.push({ _tag: "Event", record, live: this.#synced })) {
      this.#overflowed = true
      return false
    }
    this.#place.cursor = record.seq
    this.#fruitless = 0
    this.#heads.idle(false)
    if (!this.#skipping.isDue(this.#inbox.bytes, this.session?.kind)) return true
    this.refresh()
    return false
  }
}
