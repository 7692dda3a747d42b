/**
 * One session, followed over any number of connections (docs/protocol/rules.md, C-1 to C-5, W-8).
 *
 * Invariants: the consumer gets each event once and in order; the cursor is the last seq that was taken in, and every
 * attach but the first continues from it; what is acknowledged was consumed. A duplicate is dropped, a gap or a head that
 * runs away makes the attachment come again on the same connection.
 *
 * Consume it either as an async iterable or by `consume`; the next item is handed out when the former was dealt with.
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
import { fixedOptions } from "./attach-options.ts"
import type { AttachOptions, FixedOptions } from "./attach-options.ts"
import type { CommandAnswer, Exit } from "./calls.ts"
import type { Connection, Follower } from "./Connection.ts"
import { Consumption } from "./consumption.ts"
import { HoldfastError, isTransient } from "./errors.ts"
import { HeadWatch } from "./head-watch.ts"
import { Inbox, itemBytes } from "./inbox.ts"
import type { Item } from "./items.ts"
import { backoffDelay, defaultBackoff } from "./timers.ts"
import { Typing } from "./typing.ts"

/** Attaches in a row without a new event before a log that does not fit is given up. */
const MAX_FRUITLESS = 5

/** An attachment; attaches at once and whenever the connection is back. */
export class Attachment implements AsyncIterable<Item> {
  readonly #connection: Connection
  readonly #fixed: FixedOptions
  readonly #inbox = new Inbox()
  readonly #consumption: Consumption
  readonly #acks: Acknowledger
  readonly #typing: Typing
  readonly #heads: HeadWatch
  readonly #unfollow: () => void
  readonly #follower: Follower
  #session: Session | undefined
  #target: string
  #cursor: number | undefined
  #log: string | undefined
  #size: { readonly cols: number; readonly rows: number } | undefined
  /** What the hub last reported; what it does not know after a restart. */
  #gaveSize: boolean | undefined
  #handle: number | undefined
  #unbind: () => void = () => undefined
  #cancelRetry: () => void = () => undefined
  #synced = false
  #attempts = 0
  #fruitless = 0
  #overflowed = false
  #ended = false
  /** Events that were dropped because they had been taken in before. */
  duplicates = 0

  constructor(connection: Connection, options: AttachOptions) {
    this.#connection = connection
    this.#fixed = fixedOptions(options)
    this.#consumption = new Consumption(this.#inbox, connection.timers, {
      consumed: (item) => this.#consumed(item),
      left: () => this.detach(),
    })
    this.#target = options.session
    this.#cursor = options.after
    this.#log = options.log
    if (options.cols !== undefined && options.rows !== undefined) this.#size = { cols: options.cols, rows: options.rows }
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
  }

  /** Last seq taken in; `undefined` before the first snapshot. */
  get cursor(): number | undefined {
    return this.#cursor
  }

  /** Identity of the log the cursor belongs to. */
  get log(): string | undefined {
    return this.#log
  }

  /** The session as of the last attach. */
  get session(): Session | undefined {
    return this.#session
  }

  /** True between `Synced` and the next loss. */
  get synced(): boolean {
    return this.#synced
  }

  /** Types into the terminal. Settles when the child took it; fails with the hub's error, or `Busy` when too much waits. */
  type(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#ended) reject(new HoldfastError("Closed", "the attachment has ended"))
      else this.#typing.type(bytes, (error) => (error === undefined ? resolve() : reject(error)))
    })
  }

  /** Tells the hub the size of this viewer's window, in cells; the last one holds over reconnects. */
  resize(cols: number, rows: number): void {
    this.#size = { cols, rows }
    if (this.#handle !== undefined) this.#connection.send(encodeResize(this.#handle, cols, rows))
  }

  /**
   * Attaches again on the same connection with a snapshot of what is on the screen now, in place of the events that wait
   * for the consumer; what was typed is kept.
   */
  refresh(): void {
    if (this.#ended || this.#handle === undefined) return
    this.#inbox.dropEvents()
    this.#cursor = undefined
    this.#fruitless = 0
    this.#again()
  }

  /** Takes the keyboard (`single`) or releases it (`free`). */
  async setTypist(mode: "single" | "free"): Promise<void> {
    await this.#connection.call("terminal.keyboard", { session: this.#target, mode })
  }

  /** Ends the attachment; `Ended` is its last item. */
  detach(): void {
    if (this.#ended) return
    if (this.#handle !== undefined) this.#connection.request("Detach", { session: this.#target }, () => undefined)
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

  #consumed(item: Item): void {
    if (item._tag === "Event") this.#acks.consumed(item.record.seq, itemBytes(item))
    else if (item._tag === "Snapshot") this.#acks.consumed(item.seq, itemBytes(item))
    else if (item._tag === "Synced") this.#acks.flush()
    if (!this.#inbox.empty) return
    this.#heads.idle(true)
    if (!this.#overflowed) return
    this.#overflowed = false
    this.#again()
  }

  #attach(): void {
    if (this.#ended) return
    const payload = {
      session: this.#target,
      ...this.#fixed,
      ...(this.#cursor === undefined ? {} : { after: this.#cursor }),
      ...(this.#cursor === undefined || this.#log === undefined ? {} : { log: this.#log }),
      ...this.#size,
      ...(this.#gaveSize === undefined ? {} : { gaveSize: this.#gaveSize }),
    }
    this.#connection.request("Attach", payload, (exit) => this.#answered(exit))
  }

  #answered(exit: Exit<CommandAnswer<"Attach">>): void {
    if (this.#ended) return
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
    const again = this.#session !== undefined
    this.#attempts = 0
    this.#session = session
    this.#target = session.id
    this.#log = log
    this.#handle = handle
    this.#unbind = this.#connection.bind(handle, this.#follower)
    this.#inbox.push({ _tag: "Attached", session, log, again })
    this.#typing.attached(inputs)
  }

  #failed(error: HoldfastError): void {
    if (error.tag === "ConnectionLost" || error.tag === "Unreachable") return
    if (!isTransient(error)) return this.#end(error)
    this.#later()
  }

  #later(): void {
    this.#attempts += 1
    const { timers } = this.#connection
    const wait = backoffDelay(defaultBackoff, this.#attempts, timers.random())
    this.#cancelRetry = timers.after(wait, () => this.#attach())
  }

  /** The hub ended the attachment. Whether the session is gone or only the hub, the next attach says. */
  #detached(reason: string): void {
    this.#fruitless += 1
    this.#leave()
    if (this.#fruitless > MAX_FRUITLESS) this.#end(new HoldfastError("Detached", reason))
    else this.#later()
  }

  #dropped(): void {
    if (this.#ended) return
    this.#leave()
    this.#inbox.push({ _tag: "Dropped" })
  }

  #leave(): void {
    this.#cancelRetry()
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
    if (this.#fruitless > MAX_FRUITLESS) {
      this.#end(new HoldfastError("LogGap", `the hub did not return the events after ${this.#cursor ?? 0}`))
      return
    }
    this.#leave()
    this.#attach()
  }

  #end(error: HoldfastError | undefined): void {
    if (this.#ended) return
    this.#ended = true
    this.#unfollow()
    this.#leave()
    this.#typing.end(error ?? new HoldfastError("Closed", "the attachment has ended"))
    this.#inbox.push({ _tag: "Ended", error })
  }

  #frame(frame: ServerFrame): void {
    if (frame.type === FRAME_HEARTBEAT) {
      const head = frame.heads.find(({ handle }) => handle === this.#handle)
      if (head !== undefined && this.#synced && this.#cursor !== undefined) this.#heads.head(head.seq, this.#cursor)
      return
    }
    switch (frame.type) {
      case FRAME_EVENTS:
        for (const record of readRecords(frame.records)) if (!this.#event(record)) return
        return
      case FRAME_SNAPSHOT: {
        const { seq, head, screen } = frame
        this.#cursor = seq
        this.#heads.idle(false)
        const { reason, cols, rows } = head
        const kind = head.kind === undefined ? {} : { kind: head.kind }
        this.#inbox.push({ _tag: "Snapshot", seq, reason, cols, rows, screen, ...kind })
        return
      }
      case FRAME_SYNCED:
        this.#synced = true
        this.#inbox.push({ _tag: "Synced", seq: frame.seq })
        return
      case FRAME_INPUT_RESULT: {
        const { error, number } = frame
        const { tag, message, ...fields } = error ?? { tag: "", message: "" }
        this.#typing.result(number, error === undefined ? undefined : new HoldfastError(tag, message, fields))
        return
      }
      case FRAME_VIEWERS:
        this.#gaveSize = frame.viewers.viewers.some(({ client, sizes }) => sizes && client === this.#connection.client)
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
    const cursor = this.#cursor ?? 0
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
    this.#cursor = record.seq
    this.#fruitless = 0
    this.#heads.idle(false)
    return true
  }
}
