/**
 * Where a stream of all sessions is, and which of them it attaches to (docs/protocol/rules.md, F-3). Pure: the clock comes in.
 *
 * Invariant: a session whose log goes beyond its place, or in which something runs, has an attachment or gets one when its
 * turn comes: the one that has been attached longest gives way after `TURN`.
 */
import type { Session } from "@holdfast/protocol/session"
import { isWanted } from "./session-filter.ts"
import type { AllCursor, AllFilter } from "./sessions-shape.ts"

/** Milliseconds that an attachment has before another session may have its place. */
export const TURN = 1000

interface Place {
  record: Session
  seq: number
  log: string | undefined
  /** The hub may have another log than the one that `seq` is of: an attachment tells. */
  isDoubted: boolean
  /** The hub refused an attachment, and the record has not changed since. */
  isRefused: boolean
  /** Since when it is attached, and when it was attached last. */
  attachedAt: number | undefined
  servedAt: number
}

/** What is to be done now. */
export interface AllPlan {
  readonly detach: ReadonlyArray<string>
  readonly attach: ReadonlyArray<{ readonly session: string; readonly after: number; readonly log: string | undefined }>
  /** Others wait for their turn: look again after `TURN`. */
  readonly isWaiting: boolean
}

/** The places in all sessions. */
export class AllPlaces {
  readonly #cursor: AllCursor | undefined
  readonly #filter: AllFilter
  readonly #most: number
  readonly #places = new Map<string, Place>()
  readonly #attached = new Map<string, Place>()
  /** Those that have something to tell and no attachment, the last changed last: there may be ten thousand that have nothing. */
  readonly #waiting = new Set<string>()
  #started = false

  constructor(cursor: AllCursor | undefined, filter: AllFilter, most: number) {
    this.#cursor = cursor
    this.#filter = filter
    this.#most = Math.max(1, most)
  }

  /** Takes records that changed, or that there are at the beginning. */
  changed(records: ReadonlyArray<Session>): void {
    for (const record of records) {
      const known = this.#places.get(record.id)
      if (known !== undefined) {
        known.record = record
        known.isRefused = false
        this.#sort(record.id, known)
        continue
      }
      const from = this.#cursor?.sessions[record.id]
      const present = this.#started || this.#cursor !== undefined ? 0 : record.lastSeq
      const at = { record, seq: from?.seq ?? present, log: from?.log }
      const place: Place = { ...at, isDoubted: false, isRefused: false, attachedAt: undefined, servedAt: -1 }
      this.#places.set(record.id, place)
      this.#sort(record.id, place)
    }
  }

  /** The beginning is complete: sessions that come from now on are followed from their first event. */
  start(): AllCursor {
    this.#started = true
    const places = [...this.#places].map(([id, { seq, log }]) => [id, log === undefined ? { seq } : { seq, log }] as const)
    return { sessions: Object.fromEntries(places) }
  }

  /**
   * The hub has another store, or less of it: whether a place is still one of its session's log, the next attachment tells. Gives the
   * sessions that are detached.
   */
  reset(): ReadonlyArray<string> {
    const attached = [...this.#attached.keys()]
    for (const [id, place] of this.#places) {
      place.isDoubted = true
      place.attachedAt = undefined
      this.#sort(id, place)
    }
    return attached
  }

  /** The record of a session, as the feed last said. */
  record(session: string): Session | undefined {
    return this.#places.get(session)?.record
  }

  /** A session's events up to `seq` were handed on; says whether it has nothing more to tell. */
  advance(session: string, seq: number, log: string): boolean {
    const place = this.#places.get(session)
    if (place === undefined) return true
    place.seq = seq
    place.log = log
    place.isDoubted = false
    this.#sort(session, place)
    return !this.#isWanted(place)
  }

  /** An attachment ended: as there is no such session, or as the hub refuses it until its record changes, or for now. */
  ended(session: string, why: "gone" | "refused" | "lost"): void {
    const place = this.#places.get(session)
    if (place === undefined) return
    if (why === "gone") this.#places.delete(session)
    place.attachedAt = undefined
    place.isRefused = why !== "lost"
    this.#sort(session, place)
  }

  /** Which attachments begin and end at a time in milliseconds. */
  plan(now: number): AllPlan {
    if (!this.#started) return { detach: [], attach: [], isWaiting: false }
    // Those that have waited longest come first, then those that changed last.
    const wanted = [...this.#waiting]
      .reverse()
      .flatMap((id) => this.#placeOf(id))
      .sort((a, b) => a.place.servedAt - b.place.servedAt)
    const detach: Array<string> = []
    const attach: Array<AllPlan["attach"][number]> = []
    // Those that have nothing to tell give way first, then those whose turn is over, the longest attached first.
    const leaving = [...this.#attached]
      .map(([id, place]) => ({ id, place, isQuiet: !this.#isWanted(place) }))
      .filter(({ place, isQuiet }) => isQuiet || now - (place.attachedAt ?? now) >= TURN)
      .sort((a, b) => Number(b.isQuiet) - Number(a.isQuiet) || (a.place.attachedAt ?? 0) - (b.place.attachedAt ?? 0))
    let room = this.#most - this.#attached.size
    for (const { id, place } of wanted) {
      if (room === 0) {
        const left = leaving.shift()
        if (left === undefined) break
        left.place.attachedAt = undefined
        this.#sort(left.id, left.place)
        detach.push(left.id)
        room++
      }
      room--
      place.attachedAt = place.servedAt = now
      this.#sort(id, place)
      attach.push({ session: id, after: place.seq, log: place.log })
    }
    return { detach, attach, isWaiting: this.#waiting.size > 0 }
  }

  #placeOf(id: string): ReadonlyArray<{ readonly id: string; readonly place: Place }> {
    const place = this.#places.get(id)
    return place === undefined ? [] : [{ id, place }]
  }

  /** Puts a place among those that are attached, that wait, or neither; the last one that changed is served first. */
  #sort(id: string, place: Place): void {
    this.#waiting.delete(id)
    if (place.attachedAt === undefined) this.#attached.delete(id)
    else this.#attached.set(id, place)
    if (place.attachedAt === undefined && this.#places.has(id) && this.#isWanted(place)) this.#waiting.add(id)
  }

  #isWanted({ record, seq, isDoubted, isRefused }: Place): boolean {
    return !isRefused && (isDoubted || record.lastSeq > seq || isBusy(record)) && isWanted(this.#filter, record)
  }
}

/** Whether events may come of which no record tells: the steps of a turn, the output of a terminal. */
const isBusy = ({ turn, process, kind, tasks }: Session): boolean =>
  turn.status === "streaming" ||
  (tasks !== undefined && tasks.length > 0) ||
  (kind === "terminal" && (process === "running" || process === "starting"))
