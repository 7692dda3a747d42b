/**
 * Delivery of one session's events to its subscribers (docs/protocol/rules.md, D-1 to D-11, D-13 to D-15).
 *
 * Subscribers are plain objects in an array. What was appended in a turn of the event loop goes to the live ones at its
 * end, as one array for all. Whoever is behind, out of credit or new is served from the log.
 * Nothing is queued per subscriber.
 */
import { planAttach, type AttachPlan } from "@holdfast/core/cursor"
import { type EventFilter, passesFilter } from "@holdfast/protocol/event-filter"
import type { SnapshotReason } from "@holdfast/protocol/frame"
import type { LogRecord } from "@holdfast/protocol/record"
import type { AttachmentSink } from "../Hub.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { Snapshot } from "../session/SessionPart.ts"
import { CatchUp } from "./CatchUp.ts"
import type { Gate } from "../session/Gate.ts"
import { GuardedSink } from "./GuardedSink.ts"
import { Subscriber } from "./Subscriber.ts"
import { deliverAtTurnEnd } from "./turn-end.ts"

/** Gives the screen now, or as near to now as there is one; `undefined` when the data is damaged. */
export type TakeSnapshot = (done: (snapshot: Snapshot | undefined) => void) => void

/** The subscribers of one session. */
export class Delivery {
  readonly session: OpenSession
  readonly all = new Set<Subscriber>()
  /** Last seq that live subscribers were given. */
  published: number
  #live: Array<Subscriber> = []
  #pending: Array<LogRecord> = []
  #planned = false
  readonly #catchUp: CatchUp
  readonly #takeSnapshot: TakeSnapshot

  constructor(session: OpenSession, gate: Gate, takeSnapshot: TakeSnapshot) {
    this.session = session
    this.published = session.durableSeq
    this.#takeSnapshot = takeSnapshot
    this.#catchUp = new CatchUp(session, gate, {
      published: () => this.published,
      live: (subscriber) => this.#enter(subscriber),
      snapshot: (subscriber, reason) => this.#snapshot(subscriber, reason),
      end: (subscriber, reason) => this.drop(subscriber, reason),
    })
  }

  /** Adds a reader; nothing is sent before `begin`. `dropped` is called when the hub ends it, before its sink is. */
  subscribe(sink: AttachmentSink, dropped: (reason: string) => void, filter: EventFilter | undefined): Subscriber {
    const guarded = new GuardedSink(sink, (error) => this.#failed(subscriber, error))
    const subscriber = new Subscriber(guarded, dropped, filter, this.session.context.settings.subscriberWindow)
    this.all.add(subscriber)
    return subscriber
  }

  /** How an attachment with this cursor begins. */
  plan(cursor: { readonly after?: number; readonly log?: string }): AttachPlan {
    const { firstSeq, durableSeq, log } = this.session
    return planAttach(cursor, { firstSeq, lastSeq: durableSeq, log })
  }

  /** Starts what was planned: a snapshot or the backlog, then `synced`, then live events. */
  begin(subscriber: Subscriber, plan: AttachPlan): void {
    if (subscriber.mode !== "new") return
    if (plan._tag === "Snapshot") return this.#snapshot(subscriber, plan.reason)
    if (plan._tag === "Invalid") return this.end(subscriber)
    subscriber.move(plan.after)
    subscriber.mode = "catching"
    this.#catchUp.go(subscriber)
  }

  /** Takes an acknowledgement and continues with a reader that waited for it. */
  acknowledge(subscriber: Subscriber, seq: number): void {
    subscriber.acknowledge(seq)
    if (subscriber.mode !== "waiting" || subscriber.unacknowledged > subscriber.window >> 1 || !subscriber.credit) return
    subscriber.mode = "catching"
    this.#catchUp.go(subscriber)
  }

  /** Removes a reader; it gets nothing any more. */
  end(subscriber: Subscriber): void {
    if (subscriber.mode === "live") this.#leave(subscriber)
    subscriber.mode = "ended"
    this.all.delete(subscriber)
  }

  /** Removes a reader that did not ask for it, and tells it why. */
  drop(subscriber: Subscriber, reason: string): void {
    this.end(subscriber)
    subscriber.dropped(reason)
    subscriber.sink.detached(reason)
  }

  /** Removes a reader whose door threw. */
  #failed(subscriber: Subscriber, error: unknown): void {
    const { context, id } = this.session
    context.report("a door failed to pass on events, and its reader was detached", { session: id, cause: String(error) })
    this.drop(subscriber, "the door failed to pass on the events; attach again")
  }

  /** Ends every reader with a reason. */
  endAll(reason: string): void {
    for (const subscriber of [...this.all]) this.drop(subscriber, reason)
  }

  /** Records that are durable now. */
  publish(records: ReadonlyArray<LogRecord>): void {
    if (this.all.size === 0) {
      this.#pending = []
      this.published = this.session.durableSeq
      return
    }
    for (const record of records) this.#pending.push(record)
    if (this.#planned) return
    this.#planned = true
    deliverAtTurnEnd(this.#flush)
  }

  /** The session was claimed again: everyone continues from the log, which may hold more or less than was seen. */
  reclaimed(): void {
    this.#pending = []
    const shrunk = this.session.durableSeq < this.published
    this.published = this.session.durableSeq
    const live = this.#live
    this.#live = []
    for (const subscriber of live) subscriber.mode = "catching"
    for (const subscriber of this.all) {
      if (shrunk && subscriber.mode !== "new" && subscriber.sent > this.session.durableSeq) this.#snapshot(subscriber, "reset")
      else if (subscriber.mode === "catching") this.#catchUp.go(subscriber)
    }
  }

  readonly #flush = (): void => {
    this.#planned = false
    const pending = this.#pending
    if (pending.length === 0) return
    this.#pending = []
    const first = (pending[0] as LogRecord).from
    const last = (pending[pending.length - 1] as LogRecord).seq
    this.published = last
    const records: Array<Uint8Array> = []
    let bytes = 0
    for (const record of pending) {
      records.push(record.bytes)
      bytes += record.bytes.length
    }
    const live = this.#live
    let stalled = false
    for (let i = 0; i < live.length; i++) {
      const subscriber = live[i] as Subscriber
      if (subscriber.filter === undefined && subscriber.sent === first - 1) {
        subscriber.count(last, bytes)
        subscriber.sink.events(records, last)
      } else {
        this.#deliverSome(subscriber, pending, last)
      }
      // A sink may end its subscription from within a call.
      if (!subscriber.credit && subscriber.mode === "live") {
        subscriber.mode = "waiting"
        stalled = true
      }
    }
    if (stalled) this.#live = this.#live.filter((subscriber) => subscriber.mode === "live")
  }

  /** The slow path: a filter, or a reader that has some of this already from the log. */
  #deliverSome(subscriber: Subscriber, pending: ReadonlyArray<LogRecord>, last: number): void {
    const { filter, sent } = subscriber
    const records: Array<Uint8Array> = []
    let bytes = 0
    for (const record of pending) {
      if (record.seq <= sent || (filter !== undefined && !passesFilter(filter, record))) continue
      records.push(record.bytes)
      bytes += record.bytes.length
    }
    subscriber.count(Math.max(last, sent), bytes)
    if (records.length > 0) subscriber.sink.events(records, last)
  }

  #enter(subscriber: Subscriber): void {
    if (!subscriber.synced) {
      subscriber.synced = true
      subscriber.sink.synced(subscriber.sent)
      // A sink may end its subscription from within a call.
      if (subscriber.mode !== "catching") return
    }
    subscriber.mode = "live"
    this.#live.push(subscriber)
  }

  #leave(subscriber: Subscriber): void {
    this.#live = this.#live.filter((other) => other !== subscriber)
  }

  #snapshot(subscriber: Subscriber, reason: SnapshotReason): void {
    subscriber.mode = "catching"
    subscriber.reading = true
    this.#takeSnapshot((snapshot) => {
      subscriber.reading = false
      if (subscriber.mode !== "catching") return
      if (snapshot === undefined) {
        return this.drop(subscriber, "the stored data of this session is damaged")
      }
      subscriber.move(snapshot.seq)
      subscriber.count(snapshot.seq, snapshot.screen.length)
      subscriber.sink.snapshot(snapshot.seq, { reason, ...snapshot.head }, snapshot.screen, this.session.record())
      if (subscriber.mode === "catching") this.#catchUp.go(subscriber)
    })
  }
}
