/**
 * Catch-up: readers that are behind are served from the log, a chunk at a time, with pauses for the others (D-11).
 *
 * The step from the log to live is made when the reader has everything that was published; there is no moment between.
 */
import * as Exit from "effect/Exit"
import type { SnapshotReason } from "@holdfast/protocol/frame"
import type { OpenSession } from "../session/OpenSession.ts"
import type { Gate } from "../session/Gate.ts"
import type { Subscriber } from "./Subscriber.ts"

/** What catch-up hands readers back to. */
export interface CatchUpEvents {
  /** Last seq that live subscribers were given. */
  readonly published: () => number
  /** The reader has everything: it goes live. */
  readonly live: (subscriber: Subscriber) => void
  /** What the reader would need next left the log. */
  readonly snapshot: (subscriber: Subscriber, reason: SnapshotReason) => void
  /** The reader cannot be served any more. */
  readonly end: (subscriber: Subscriber, reason: string) => void
}

/** `from` of an encoded record (`packages/protocol/src/record.ts`). */
function firstOf(record: Uint8Array): number {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
  return view.getFloat64(5) - view.getUint32(13)
}

/** Serves readers of one session from its log. */
export class CatchUp {
  readonly #session: OpenSession
  readonly #gate: Gate
  readonly #events: CatchUpEvents

  constructor(session: OpenSession, gate: Gate, events: CatchUpEvents) {
    this.#session = session
    this.#gate = gate
    this.#events = events
  }

  /** Continues with a reader in mode `catching`; harmless while a read for it is under way. */
  readonly go = (subscriber: Subscriber): void => {
    if (subscriber.mode !== "catching" || subscriber.reading) return
    if (subscriber.sent >= this.#events.published()) return this.#events.live(subscriber)
    if (subscriber.sent + 1 < this.#session.firstSeq) return this.#events.snapshot(subscriber, "trimmed")
    if (!subscriber.credit) {
      subscriber.mode = "waiting"
      return
    }
    subscriber.reading = true
    this.#gate.enter(() => {
      if (subscriber.mode !== "catching") {
        subscriber.reading = false
        this.#gate.leave()
        return
      }
      this.#read(subscriber)
    })
  }

  #read(subscriber: Subscriber): void {
    const { store, settings, fork, report } = this.#session.context
    const after = subscriber.sent
    const range = { after, maxBytes: settings.catchUpChunk, ...subscriber.filter }
    fork(store.read(this.#session.handle, range), (exit) => {
      this.#gate.leave()
      subscriber.reading = false
      if (subscriber.mode !== "catching") return
      if (subscriber.sent !== after) return this.go(subscriber)
      if (Exit.isFailure(exit)) {
        // Trimmed while it was read: the next look says so. Anything else ends the attachment with its reason.
        if (after + 1 < this.#session.firstSeq) return this.go(subscriber)
        report("a log could not be read for a subscriber", { session: this.#session.id, after, cause: String(exit.cause) })
        return this.#events.end(subscriber, "the stored data of this session cannot be read")
      }
      const { records, last, atHead } = exit.value
      if (last === after && !(atHead && after >= this.#events.published())) {
        return this.#events.end(subscriber, "the log of this session ends before its head")
      }
      const [head] = records
      if (head !== undefined && subscriber.filter === undefined && firstOf(head) > after + 1) {
        return this.#events.snapshot(subscriber, "trimmed")
      }
      let bytes = 0
      for (const record of records) bytes += record.length
      subscriber.count(last, bytes)
      if (records.length > 0) subscriber.sink.events(records, last)
      setImmediate(this.go, subscriber)
    })
  }
}
