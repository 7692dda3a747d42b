/** Traces of sessions (S-33): points, in the transaction that appends the events that they are of. */
import type { TraceSign } from "@holdfast/protocol/trace-signs"
import { POINTS_MAX, type SessionPoints, TRACED_MAX, type TracePoint, wholeEvents } from "../Traces.ts"
import { type Row, type Statements, num, str } from "./statements.ts"

const KEEP = `INSERT INTO trace (session, seq, sign, time, until) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET time = excluded.time, until = excluded.until`

/** Keeps the points of an append. */
export function keepTrace(statements: Statements, session: number, points: ReadonlyArray<TracePoint> | undefined): void {
  for (const { seq, sign, time, until } of points ?? []) statements.run(KEEP, session, seq, sign, time, until ?? null)
}

const COLUMNS = "SELECT seq, sign, time, until FROM trace WHERE session = ?"

const pointOf = (row: Row): TracePoint => ({
  seq: num(row, "seq"),
  sign: str(row, "sign") as TraceSign,
  time: num(row, "time"),
  ...(row["until"] === null ? {} : { until: num(row, "until") }),
})

/** Most points of one event. */
const SIGNS = 5

const ACTIVE_LAST = `SELECT id FROM sessions WHERE trashed = 0 ORDER BY last_active_at DESC, handle DESC LIMIT ${TRACED_MAX}`

/** Sessions that are read without a pause. */
const SLICE = 100

/** The points of sessions since a time, each with the one that says what it did before; yields between two slices. */
export function* readTraces(
  statements: Statements,
  named: ReadonlyArray<string> | undefined,
  since: number,
): Generator<void, ReadonlyArray<SessionPoints>> {
  const found: Array<SessionPoints> = []
  const ids = named ?? statements.all(ACTIVE_LAST).map((row) => str(row, "id"))
  for (const [at, session] of ids.entries()) {
    if (at > 0 && at % SLICE === 0) yield
    const row = statements.get("SELECT handle FROM sessions WHERE id = ?", session)
    if (row === undefined) continue
    const handle = num(row, "handle")
    const before = statements.get(
      "SELECT seq FROM trace WHERE session = ? AND time < ? AND sign IN ('w', 'a', '.') ORDER BY time DESC, seq DESC LIMIT 1",
      handle,
      since,
    )
    const from = before === undefined ? 0 : num(before, "seq")
    const rows = statements.all(
      `${COLUMNS} AND seq >= ? AND (time >= ? OR seq = ?) ORDER BY seq DESC LIMIT ${POINTS_MAX}`,
      handle,
      from,
      since,
      from,
    )
    found.push({ session, points: rows.map(pointOf).reverse() })
  }
  return found
}

/** A session's points after a seq; `undefined` when there is no such session. */
export function readTrace(
  statements: Statements,
  id: string,
  after: number,
  limit: number,
): ReadonlyArray<TracePoint> | undefined {
  const row = statements.get("SELECT handle FROM sessions WHERE id = ?", id)
  if (row === undefined) return undefined
  const points = statements
    .all(`${COLUMNS} AND seq > ? ORDER BY seq LIMIT ?`, num(row, "handle"), after, limit + SIGNS)
    .map(pointOf)
  return wholeEvents(points, limit)
}
