/** What a session's record says, in a cell for each thing that pages read by itself (docs/protocol/rules.md, U-3). */
import { sameJson } from "@holdfast/core/agent/same-json"
import type { Event } from "@holdfast/protocol/event"
import type { Hold } from "@holdfast/protocol/agent/hold"
import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { QueueItem } from "@holdfast/protocol/agent/queue"
import type { Session } from "@holdfast/protocol/session"
import { isUnreachable } from "../errors.ts"
import { Cell } from "./cell.ts"
import type { Frames, Source } from "./frames.ts"
import { RecordState } from "./RecordState.ts"

/** A turn as the record shows it. */
export type TurnState = Session["turn"]

const NONE: ReadonlyArray<never> = Object.freeze([])
const IDLE: TurnState = Object.freeze({ status: "idle" })

/** The record of one session. */
export class RecordCells implements Source {
  readonly record: Cell<Session | undefined>
  readonly queue: Cell<ReadonlyArray<QueueItem>>
  readonly hold: Cell<Hold | undefined>
  /** Requests that no one has answered. */
  readonly permissions: Cell<ReadonlyArray<PermissionRequest>>
  readonly turn: Cell<TurnState>
  readonly #frames: Frames
  #state: RecordState | undefined
  /** Events that came while a newer record is asked for. */
  #waiting: Array<Event> | undefined

  constructor(frames: Frames) {
    this.#frames = frames
    this.record = new Cell<Session | undefined>(frames, undefined)
    this.queue = new Cell<ReadonlyArray<QueueItem>>(frames, NONE)
    this.hold = new Cell<Hold | undefined>(frames, undefined)
    this.permissions = new Cell<ReadonlyArray<PermissionRequest>>(frames, NONE)
    this.turn = new Cell<TurnState>(frames, IDLE)
  }

  /** The record as of now; `undefined` before there is one. */
  get latest(): Session | undefined {
    return this.#state?.record
  }

  /** Last seq that it reflects. */
  get seq(): number | undefined {
    return this.#state?.seq
  }

  /** Begins with a record; without one the next attach brings it. */
  begin(record: Session | undefined): void {
    this.#state = record === undefined ? undefined : new RecordState(record)
    this.#waiting = undefined
    this.#frames.mark(this)
  }

  /** Takes an event. */
  apply(event: Event): void {
    this.#state?.apply(event)
    this.#waiting?.push(event)
    this.#frames.mark(this)
  }

  /** Takes output of a terminal. */
  applyOutput(seq: number, time: number): void {
    this.#state?.applyOutput(seq, time)
    this.#frames.mark(this)
  }

  /**
   * Asks for the record as of `seq` or later, since the events up to it do not come; `done` is called with it, unless something
   * else began meanwhile.
   */
  renew(seq: number, read: () => Promise<Session>, done: () => void): void {
    if (this.#waiting === undefined) this.#ask(seq, read, done, [])
  }

  #ask(seq: number, read: () => Promise<Session>, done: () => void, waiting: Array<Event>): void {
    this.#waiting = waiting
    const adopt = (record: Session): void => {
      if (waiting !== this.#waiting) return
      if (record.lastSeq < seq) return this.#ask(seq, read, done, waiting)
      this.begin(record)
      for (const event of waiting) this.apply(event)
      done()
    }
    const give = (cause: unknown): void => {
      if (waiting !== this.#waiting) return
      this.#waiting = undefined
      // What is here lacks the events that did not come: the next attach brings its own.
      if (isUnreachable(cause)) this.#state = undefined
    }
    read().then(adopt, give)
  }

  collect(): void {
    const record = this.#state?.record
    if (record === undefined) return
    this.record.set(record)
    this.queue.set(record.queue)
    this.hold.set(record.agent?.hold)
    const open = record.permissions.filter(({ decision }) => decision === undefined)
    if (!sameItems(open, this.permissions.latest)) this.permissions.set(Object.freeze(open))
    if (!sameJson(record.turn, this.turn.latest)) this.turn.set(Object.freeze(record.turn))
  }
}

const sameItems = <A>(one: ReadonlyArray<A>, other: ReadonlyArray<A>): boolean =>
  one.length === other.length && one.every((item, index) => item === other[index])
