/**
 * Cursors: how an attachment begins (docs/protocol/rules.md, D-2 to D-6).
 */
import type { SnapshotReason } from "@holdfast/protocol/frame"
import { headOf } from "@holdfast/protocol/text-cut"

/** Bounds and identity of a log at the moment of attaching. */
export interface LogBounds {
  readonly firstSeq: number
  readonly lastSeq: number
  readonly log: string
}

/** How an attachment begins. */
export type AttachPlan =
  /** Send what follows `after`. */
  | { readonly _tag: "Backlog"; readonly after: number }
  /** Send a snapshot, then what follows it. */
  | { readonly _tag: "Snapshot"; readonly reason: SnapshotReason }
  | { readonly _tag: "Invalid"; readonly message: string }

/** Says what is wrong with a cursor, or `undefined` when it is a whole number from 0 to 2^53 - 1. */
export function cursorProblem(after: unknown): string | undefined {
  return typeof after === "number" && Number.isSafeInteger(after) && after >= 0 && !Object.is(after, -0)
    ? undefined
    : `a cursor is a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, the last seq you have; got ${String(after)}`
}

/** Reads a cursor from text (a query parameter, `Last-Event-ID`): decimal digits only. */
export function parseCursor(text: string): number | { readonly problem: string } {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  const problem = cursorProblem(value)
  return problem === undefined
    ? value
    : {
        problem: `a cursor is a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, the last seq you have; got ${JSON.stringify(headOf(text, 40))}`,
      }
}

/** How to begin for a reader with this cursor, if it has one, of this log, if it says which. */
export function planAttach(cursor: { readonly after?: number; readonly log?: string }, bounds: LogBounds): AttachPlan {
  const { after, log } = cursor
  if (after === undefined) return { _tag: "Snapshot", reason: "fresh" }
  const problem = cursorProblem(after)
  if (problem !== undefined) return { _tag: "Invalid", message: problem }
  if ((log !== undefined && log !== bounds.log) || after > bounds.lastSeq) return { _tag: "Snapshot", reason: "reset" }
  return after < bounds.firstSeq - 1 ? { _tag: "Snapshot", reason: "trimmed" } : { _tag: "Backlog", after }
}

/** Place in the feed of sessions: the last change a watcher has, and the feed it is of, as far as the watcher knows. */
export interface FeedCursor {
  readonly after?: number | undefined
  readonly feed?: string | undefined
}

/** After which change a watcher of the feed begins; `reset` when its cursor is of another feed or beyond the head (D-12). */
export function planFeed(
  { after, feed }: FeedCursor,
  bounds: { readonly head: number; readonly feed: string },
): { readonly change: number; readonly reset: boolean } {
  if (after === undefined) return { change: bounds.head, reset: false }
  const reset = after > bounds.head || (feed !== undefined && feed !== bounds.feed)
  return { change: reset ? 0 : after, reset }
}
