/**
 * The last events of a session, and who came and went meanwhile (docs/protocol/rules.md, U-4). One frozen object for each event,
 * the same one in every list that has it.
 */
import type { Event } from "@holdfast/protocol/event"
import type { Viewers } from "@holdfast/protocol/frame"
import { Cell } from "./cell.ts"
import type { Readable } from "./cell.ts"
import type { Frames, Source } from "./frames.ts"

/** Someone attached to the session, or left it. The log does not have it; `seq` is the last one at that time. */
export interface PresenceEvent {
  readonly seq: number
  /** Epoch milliseconds, by the clock here. */
  readonly time: number
  readonly channel: "presence"
  readonly type: "joined" | "left"
  readonly data: Pick<Viewers["viewers"][number], "client" | "seat" | "name" | "mode">
}

/** An event of the log, or of the people at it. */
export type StreamEvent = Event | PresenceEvent

/** How many events of a session are kept for those who do not say. */
export const LAST_EVENTS = 100

/** Reads up to `limit` events after a seq; `lastSeq` is the last one that it looked at. */
export type ReadEvents = (after: number, limit: number) => Promise<{ readonly events: ReadonlyArray<Event> }>

/** The log's bounds when a window is filled. */
export interface Bounds {
  readonly firstSeq: number
  readonly lastSeq: number
}

const NONE: ReadonlyArray<StreamEvent> = Object.freeze([])

/** Most ranges that are asked for until there are enough events: where many were folded, a range has few. */
const RANGES = 5

/** The last `most` events. */
export class EventWindow implements Source {
  readonly #frames: Frames
  readonly #most: number
  readonly #events: Cell<ReadonlyArray<StreamEvent>>
  #kept: Array<StreamEvent> = []
  /** Last seq of the log that is in it. */
  #last = 0
  /** Grows when everything before is void. */
  #generation = 0

  constructor(frames: Frames, most: number) {
    this.#frames = frames
    this.#most = most
    this.#events = new Cell(frames, NONE)
  }

  /** The events, oldest first. */
  get events(): Readable<ReadonlyArray<StreamEvent>> {
    return this.#events
  }

  /** Adds the next one, which is frozen. */
  push(event: StreamEvent): void {
    if (event.channel !== "presence") {
      if (event.seq <= this.#last) return
      this.#last = event.seq
    }
    this.#kept.push(event)
    if (this.#kept.length > this.#most * 2) this.#kept = lastOf(this.#kept, this.#most)
    this.#frames.mark(this)
  }

  /** Forgets everything: the log is another one, or a part of it was passed over. */
  clear(): void {
    this.#generation += 1
    this.#kept = []
    this.#last = 0
    this.#frames.mark(this)
  }

  /** Puts the last events of the log in front of those that came since. */
  async fill(read: ReadEvents, { firstSeq, lastSeq }: Bounds): Promise<void> {
    const generation = this.#generation
    let width = this.#most
    for (let range = 0; range < RANGES; range++, width *= 4) {
      const after = Math.max(firstSeq - 1, lastSeq - width)
      const events = await this.#between(read, after, lastSeq)
      if (generation !== this.#generation) return
      if (events.length < this.#most && after >= firstSeq && range + 1 < RANGES) continue
      const first = this.#kept.find(({ channel }) => channel !== "presence")?.seq ?? Infinity
      const before = events.filter(({ seq }) => seq < first).map((event) => Object.freeze(event))
      this.#kept = lastOf([...before, ...this.#kept], this.#most)
      this.#last = Math.max(this.#last, before.at(-1)?.seq ?? 0)
      this.#frames.mark(this)
      return
    }
  }

  collect(): void {
    this.#events.set(Object.freeze(lastOf(this.#kept, this.#most)))
  }

  /** The last events between two seqs, read by pages. */
  async #between(read: ReadEvents, after: number, to: number): Promise<ReadonlyArray<Event>> {
    let events: ReadonlyArray<Event> = []
    for (let cursor = after; cursor < to;) {
      const page = (await read(cursor, PAGE)).events
      const last = page.at(-1)
      if (last === undefined) break
      events = lastOf([...events, ...page], this.#most)
      cursor = last.seq
    }
    return events
  }
}

/** The last ones of a list, none where none are wanted. */
const lastOf = <A>(list: ReadonlyArray<A>, most: number): Array<A> => list.slice(Math.max(0, list.length - most))

/** Events in one page. */
const PAGE = 500
