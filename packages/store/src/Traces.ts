/** The traces that a store keeps of its sessions: when each worked, waited and failed, and when people wrote (S-33). */
import type * as Effect from "effect/Effect"
import type { TraceSign } from "@holdfast/protocol/trace-signs"
import type { NoSuchSession, StoreError } from "./store-errors.ts"

/** One point of a session's trace. There is one of a sign and seq: the same again replaces it. */
export interface TracePoint {
  readonly seq: number
  /** Epoch milliseconds. */
  readonly time: number
  readonly sign: TraceSign
  /** How long it lasts, for output of a terminal; absent: until the next point that says what the session does. */
  readonly until?: number
}

/** The points of one session, in the order of their seqs. */
export interface SessionPoints {
  readonly session: string
  readonly points: ReadonlyArray<TracePoint>
}

/** Most points of a session that one read of many sessions gives: the last ones. */
export const POINTS_MAX = 4000

/** Most sessions whose points are given when none are named. */
export const TRACED_MAX = 2000

/** Whether a sign is of a moment; others say what a session does from then on. */
export function isMoment(sign: TraceSign): boolean {
  return sign === "m" || sign === "f"
}

/** The first points, and those after them that are of the same event as the last. */
export function wholeEvents(points: ReadonlyArray<TracePoint>, limit: number): ReadonlyArray<TracePoint> {
  const last = points[limit - 1]?.seq
  const end = points.findIndex(({ seq }, at) => at >= limit && seq !== last)
  return end < 0 ? points : points.slice(0, end)
}

/** The part of a store's contract that is about traces. Points come with appends and go with their session, whatever is folded or trimmed. */
export interface Traces {
  /**
   * The points since a time of those of the sessions that exist, each with the point that says what it did before, and output that lasted until then; without ids those of
   * the `TRACED_MAX` sessions outside the trash that were active last.
   */
  readonly traces: (
    ids: ReadonlyArray<string> | undefined,
    since: number,
  ) => Effect.Effect<ReadonlyArray<SessionPoints>, StoreError>
  /** A session's points after a seq, `limit` of them and those of the same event as the last. */
  readonly trace: (
    id: string,
    after: number,
    limit: number,
  ) => Effect.Effect<ReadonlyArray<TracePoint>, NoSuchSession | StoreError>
}
