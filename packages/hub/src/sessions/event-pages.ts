/** Pages of a log's events, forwards and backwards (docs/protocol/rules.md, H-5, X-24). None opens a session. */
import * as Effect from "effect/Effect"
import { cursorProblem } from "@holdfast/core/cursor"
import { CursorAhead, CursorInvalid, type DoorError } from "@holdfast/protocol/errors"
import { type EventFilter, passesFilter } from "@holdfast/protocol/event-filter"
import { decodeRecord, type RecordView, readRecord, recordJson } from "@holdfast/protocol/record"
import type { Head } from "@holdfast/store/Store"
import type { EventTexts } from "../Hub.ts"
import { storeProblem } from "../session/store-problem.ts"
import type { HubContext } from "./HubContext.ts"

/** Bytes of records in one page of events. */
const PAGE_BYTES = 1024 * 1024

/** Seqs that are read at a time on the way back, and how often: a page under a filter that passes little ends then. */
const WINDOW = 512
const WINDOWS_MAX = 20

/** Which events; `log` is the log that the cursor belongs to. */
export interface Range extends EventFilter {
  readonly log?: string
  readonly limit: number
}

/** A page of the events after a cursor, as JSON texts. */
export function events(
  core: HubContext,
  id: string,
  range: Range & { readonly after: number },
): Effect.Effect<EventTexts, DoorError> {
  return Effect.gen(function* () {
    const { after, log, limit, ...filter } = range
    const problem = cursorProblem(after)
    if (problem !== undefined) return yield* new CursorInvalid({ message: problem })
    const head = yield* core.store.head(id).pipe(Effect.mapError(storeProblem))
    if (after > head.lastSeq || isForeign(log, head)) return yield* ahead(after, head)
    const from = Math.max(after, head.firstSeq - 1)
    const chunk = yield* core.store
      .read(head.session, { after: from, maxBytes: PAGE_BYTES, maxRecords: limit, ...filter })
      .pipe(Effect.mapError(storeProblem))
    return {
      events: chunk.records.map(eventText),
      firstSeq: head.firstSeq,
      lastSeq: Math.max(head.lastSeq, chunk.last),
      next: chunk.last,
      atHead: chunk.atHead,
      log: head.log,
    }
  })
}

/** A page of the last events before a seq, in their order; a seq beyond the log stands for its end. */
export function eventsBefore(
  core: HubContext,
  id: string,
  range: Range & { readonly before: number },
): Effect.Effect<EventTexts, DoorError> {
  return Effect.gen(function* () {
    const { before, log, limit, ...filter } = range
    const head = yield* core.store.head(id).pipe(Effect.mapError(storeProblem))
    if (isForeign(log, head)) return yield* ahead(before, head)
    const top = Math.min(before - 1, head.lastSeq)
    const page = new PageBack(limit, filter)
    let at = top
    for (let window = 0; window < WINDOWS_MAX && at >= head.firstSeq && !page.full; window++) {
      const after = Math.max(head.firstSeq - 1, at - WINDOW)
      const records = yield* lastRecords(core, head, after, at)
      for (const view of records.reverse()) {
        if (!page.take(view)) break
        at = view.from - 1
      }
      if (records.length === 0) at = after
    }
    return {
      events: page.texts.reverse(),
      firstSeq: head.firstSeq,
      lastSeq: head.lastSeq,
      next: Math.max(top, head.firstSeq - 1),
      atHead: top >= head.lastSeq,
      log: head.log,
      before: at < head.firstSeq ? null : at + 1,
    }
  })
}

/** What a page takes on the way back: until it has enough, or has too many bytes; one event always fits. */
class PageBack {
  readonly texts: Array<string> = []
  full = false
  readonly #limit: number
  readonly #filter: EventFilter
  readonly #isFiltered: boolean
  #bytes = 0

  constructor(limit: number, filter: EventFilter) {
    this.#limit = limit
    this.#filter = filter
    this.#isFiltered = Object.values(filter).some((wanted) => wanted !== undefined)
  }

  /** Takes an event or passes it by; false when there is no room for it. */
  take(view: RecordView): boolean {
    if (this.#isFiltered && !passesFilter(this.#filter, decodeRecord(view))) return true
    const size = view.body.length
    if (this.texts.length > 0 && this.#bytes + size > PAGE_BYTES) this.full = true
    if (this.full) return false
    this.#bytes += size
    this.texts.push(recordJson(view))
    this.full = this.texts.length >= this.#limit
    return true
  }
}

/** The records of a log after a seq, up to and including another one; of those that are more than a page holds, the last. */
export function lastRecords(
  { store }: Pick<HubContext, "store">,
  { session }: Pick<Head, "session">,
  after: number,
  through: number,
): Effect.Effect<Array<RecordView>, DoorError> {
  return Effect.gen(function* () {
    const views: Array<RecordView> = []
    let bytes = 0
    for (let at = after; at < through;) {
      const range = { after: at, maxBytes: PAGE_BYTES, maxRecords: through - at }
      const chunk = yield* store.read(session, range).pipe(Effect.mapError(storeProblem))
      for (const record of chunk.records) {
        const view = readRecord(record, 0)
        if (view.seq > through) continue
        bytes += view.body.length
        views.push(view)
      }
      // A page takes them from its end: what lies before is read again when it comes to that.
      let dropped = 0
      for (; bytes > 2 * PAGE_BYTES && dropped < views.length - 1; dropped++) bytes -= views[dropped]?.body.length ?? 0
      views.splice(0, dropped)
      if (chunk.atHead || chunk.last <= at) break
      at = chunk.last
    }
    return views
  })
}

const isForeign = (log: string | undefined, head: Head): boolean => log !== undefined && log !== head.log

const ahead = (cursor: number, { lastSeq }: Head): CursorAhead =>
  new CursorAhead({
    message: `the cursor ${cursor} belongs to another log, or to one that was longer: this log ends at ${lastSeq}; read it from 0`,
    lastSeq,
  })

/** The JSON text of a record's event: as it was stored, or made from output bytes. */
export function eventText(record: Uint8Array): string {
  return recordJson(readRecord(record, 0))
}
