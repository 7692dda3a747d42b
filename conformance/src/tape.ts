/**
 * What one reader was given, in order, and the judge of that order.
 *
 * Each event must begin where the one before it ended: `from` (or `seq`) is the previous `seq` + 1. Only the first event after
 * an attach or a cut may begin before its cursor, where a range that has folded meanwhile stands for it; a reader that asks again
 * and again is always at such a place. A snapshot may come only there, unless what the reader would need next has left the log.
 */
import type { DoorItem, DoorReader, EndedItem, EventItem, ShownMessage } from "./door.ts"
import { demand } from "./failed.ts"
import { PATIENCE, within } from "./patience.ts"

/** A reader's tape, over all the connections that it had. */
export class Tape {
  readonly events: Array<EventItem> = []
  readonly snapshots: Array<{ readonly seq: number; readonly reason: string }> = []
  /** Messages as they were shown last, by id, and those that the door said are over. */
  readonly messages = new Map<string, ShownMessage>()
  readonly done = new Set<string>()
  /** Messages that were shown as unfinished. */
  readonly unfinished = new Set<string>()
  /** Last seq that was handed out: the cursor. */
  last: number | undefined
  /** How often the reader learned that it is up to date, since it attached. */
  synced = 0
  ended: EndedItem | undefined
  /** The stream stopped without a word. */
  isQuiet = false
  /** It came back after the last cut: it attached again, or learned that it is up to date. */
  isBack = true
  #reader: DoorReader
  #pending: Promise<DoorItem | undefined> | undefined
  /** A range may begin before the cursor: until the reader is up to date, and once. */
  #mayOverlap = true
  #mayJump = true
  /** How often the reader may begin, and how often it learned that it was up to date. */
  #begun = 1
  #told = 0

  readonly #isAsked: boolean

  constructor(reader: DoorReader, after?: number, isAsked = false) {
    this.#reader = reader
    this.last = after
    this.#isAsked = isAsked
  }

  get isOver(): boolean {
    return this.isQuiet || this.ended !== undefined
  }

  /** Takes items until `met`; fails when the stream ends before, or nothing of the kind comes. */
  async until(what: string, met: (tape: this) => boolean, limit = PATIENCE): Promise<void> {
    const end = performance.now() + limit
    while (!met(this)) {
      demand(!this.isQuiet, `the stream ended without a word before ${what} (after ${this.last})`)
      demand(this.ended === undefined, `the stream ended before ${what}: ${this.ended?.tag}: ${this.ended?.message}`)
      const taken = await this.take(end - performance.now())
      demand(taken, `${what} did not come within ${limit / 1000} s; the last seq was ${this.last}`)
    }
  }

  /** Takes the next item; false when none comes in time. */
  async take(limit: number): Promise<boolean> {
    this.#pending ??= this.#reader.next()
    const taken = await within(limit, this.#pending)
    if (taken === undefined) return false
    this.#pending = undefined
    if (taken.value === undefined) this.isQuiet = true
    else this.#judge(taken.value)
    return true
  }

  /** Waits until an event of this name came that was not there before. */
  async event(name: string, limit = PATIENCE): Promise<EventItem> {
    const from = this.events.length
    const find = (): EventItem | undefined => this.events.slice(from).find((event) => event.name === name)
    await this.until(name, () => find() !== undefined, limit)
    return find() as EventItem
  }

  /** Breaks the connection. */
  cut(): void {
    this.mayBreak()
    this.isBack = false
    this.#reader.cut()
  }

  pause(): void {
    this.#reader.pause()
  }

  resume(): void {
    this.#reader.resume()
  }

  close(): void | Promise<void> {
    return this.#reader.close()
  }

  /** Continues with another reader from the cursor. */
  continueWith(reader: DoorReader): void {
    this.#reader = reader
    this.#pending = undefined
    this.ended = undefined
    this.isQuiet = false
    this.isBack = true
    this.mayBreak()
  }

  /** The connection may break now: what follows begins at the cursor again. */
  mayBreak(): void {
    this.#begun++
    this.#mayOverlap = true
    this.#mayJump = true
    this.synced = 0
  }

  #judge(item: DoorItem): void {
    switch (item.kind) {
      case "event":
        return this.#judgeEvent(item)
      case "snapshot":
        demand(this.#mayJump || item.reason === "trimmed", `a snapshot at ${item.seq} came in the middle of events`)
        this.snapshots.push(item)
        this.last = item.seq
        return
      case "synced":
        this.synced++
        this.#told++
        this.isBack = true
        demand(this.#told <= this.#begun, "a reader learned twice that it is up to date")
        demand(
          this.last === undefined || item.seq === this.last,
          `up to date at ${item.seq}, but the last event was ${this.last}`,
        )
        this.last = item.seq
        // One that was on its way before a cut says nothing about what follows.
        if (this.#told < this.#begun) return
        this.#mayOverlap = false
        this.#mayJump = false
        return
      case "message":
        this.messages.set(item.message.id, item.message)
        if (item.done) this.done.add(item.message.id)
        else this.unfinished.add(item.message.id)
        return
      case "ended":
        this.ended = item
    }
  }

  #judgeEvent(item: EventItem): void {
    const { seq, from, name } = item
    const { last } = this
    demand(last !== undefined, `${name} at ${seq} came to a reader without a cursor before any snapshot`)
    demand(from <= seq, `${name} at ${seq} stands for a range from ${from}`)
    demand(seq > last, `${name} at ${seq} came after ${last}: out of order, or twice`)
    const overlaps = from < last + 1
    const fits = from === last + 1 || (overlaps && (this.#mayOverlap || (this.#isAsked && name === "agent/folded")))
    demand(fits, `${last} is followed by ${name} from ${from}: ${overlaps ? "something came twice" : "something is missing"}`)
    if (overlaps) this.#mayOverlap = false
    this.last = seq
    this.events.push(item)
  }
}
