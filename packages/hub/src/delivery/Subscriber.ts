/**
 * One subscriber: a plain object with its place in the log and its credit (docs/protocol/rules.md, D-10, D-13).
 *
 * `sent` is the last seq handed to the sink. Credit is counted in bytes between what was sent and what the reader
 * acknowledged; marks at every sixty-fourth of the window tell how many bytes a seq stood for.
 */
import type { EventFilter } from "@holdfast/protocol/event-filter"
import type { AttachmentSink } from "../Hub.ts"

/** `catching`: served from the log. `waiting`: out of credit. `live`: gets what is appended. */
export type SubscriberMode = "new" | "catching" | "waiting" | "live" | "ended"

/** A reader of one session's events. */
export class Subscriber {
  readonly sink: AttachmentSink
  /** Called before the sink is told that the hub ended the subscription. */
  readonly dropped: (reason: string) => void
  readonly filter: EventFilter | undefined
  readonly window: number
  mode: SubscriberMode = "new"
  /** True while a read of the log is under way for it. */
  reading = false
  synced = false
  sent = 0
  sentBytes = 0
  ackedBytes = 0
  acked = 0
  #marks: Array<number> = []
  #markedBytes = 0

  constructor(sink: AttachmentSink, dropped: (reason: string) => void, filter: EventFilter | undefined, window: number) {
    this.sink = sink
    this.dropped = dropped
    this.filter = filter
    this.window = window
  }

  get unacknowledged(): number {
    return this.sentBytes - this.ackedBytes
  }

  /** True when more may be sent now. */
  get credit(): boolean {
    return this.sentBytes - this.ackedBytes <= this.window && !(this.sink.full?.() ?? false)
  }

  /** Counts bytes that take the reader to `seq`. */
  count(seq: number, bytes: number): void {
    this.sent = seq
    this.sentBytes += bytes
    if (this.sentBytes - this.#markedBytes >= this.window >> 6) {
      this.#marks.push(seq, this.sentBytes)
      this.#markedBytes = this.sentBytes
    }
  }

  /** Takes an acknowledgement; one of a seq that was not sent, or of an older one, changes nothing. */
  acknowledge(seq: number): void {
    if (seq > this.sent || seq <= this.acked) return
    this.acked = seq
    let passed = 0
    while (passed < this.#marks.length && (this.#marks[passed] as number) <= seq) passed += 2
    if (passed > 0) this.ackedBytes = this.#marks[passed - 1] as number
    if (seq === this.sent) this.ackedBytes = this.sentBytes
    if (passed > 0) this.#marks = this.#marks.slice(passed)
  }

  /** Puts the reader to another place in the log: what it had is not counted any more. */
  move(seq: number): void {
    this.sent = seq
    this.acked = 0
    this.#marks = []
    this.#markedBytes = this.sentBytes
  }
}
