/** Cursors and filters as they stand in a query (docs/protocol/rules.md, D-6, H-24). */
import { CursorInvalid, Unprocessable } from "@holdfast/protocol/errors"
import { type EventFilter, readFilter } from "@holdfast/protocol/event-filter"

/** Which events, as texts; the cursor may be a number. */
export interface EventQuery {
  readonly after?: string | number
  readonly channel?: ReadonlyArray<string>
  readonly type?: ReadonlyArray<string>
  readonly turn?: string
}

/** The same, read. */
export interface ReadQuery {
  readonly after: number | undefined
  readonly filter: EventFilter
}

/** Reads a query: the cursor, and a filter whose channels and types are known. */
export function readEventQuery({ after, channel, type, turn }: EventQuery): ReadQuery | CursorInvalid | Unprocessable {
  const read = readFilter({ channel, type })
  if ("message" in read) return new Unprocessable({ message: read.message, field: read.field })
  const cursor = after === undefined ? undefined : readCursor(after)
  if (typeof cursor === "object") return cursor
  return { after: cursor, filter: turn === undefined ? read : { ...read, turn } }
}

/** The seq before which a page ends; `end` stands for the end of the log. */
export function readBefore(before: string | number): number | CursorInvalid {
  return before === "end" ? Number.MAX_SAFE_INTEGER : readCursor(before)
}

/** The cursor that a text or a number holds. */
function readCursor(after: string | number): number | CursorInvalid {
  const value = /^\d{1,16}$/.test(String(after)) ? Number(after) : Number.NaN
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return value
  return new CursorInvalid({ message: "a cursor is a whole number from 0 to 2^53 - 1: the last seq received" })
}
