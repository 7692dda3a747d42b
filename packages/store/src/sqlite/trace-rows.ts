/** Traces of sessions (S-33): points, in the transaction that appends the events that they are of. */
import type { TraceSign } from "@holdfast/protocol/trace-signs"
import { isMoment, POINTS_MAX, type SessionPoints, TRACED_MAX, type TracePoint, wholeEvents } from "../Traces.ts"
import { type Row, type Statements, num, str } from "./statements.ts"

const KEEP = `INSERT INTO trace (session, seq, sign, kind, time, until) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET time = excluded.time, until = excluded.until`

/** What a session does from then on, output that lasts until some time, or a moment. */
const DOES = 0
const SPAN = 1
const MOMENT = 2

/** Keeps the points of an append. */
export function keepTrace(statements: Statements, session: number, points: ReadonlyArray<TracePoint> | undefined): void {
  for (const { seq, sign, time, until } of points ?? []) {
    const kind = until !== undefined ? SPAN : isMoment(sign) ? MOMENT : DOES
    statements.run(KEEP, session, seq, sign, kind, time, until ?? null)
  }
}

const COLUMNS = "SELECT seq, sign, time, until FROM trace WHERE session = ?"

const BEFORE = `${COLUMNS} AND kind = ? AND time < ? ORDER BY time DESC, seq DESC LIMIT 1`

const SINCE = `${COLUMNS} AND kind IN (${DOES}, ${SPAN}, ${MOMENT}) AND time >= ? ORDER BY seq DESC LIMIT ${POINTS_MAX}`

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

/** The points of sessions since a time, each with what reaches into that time from before; yields between two slices. */
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
    const did = statements.get(BEFORE, handle, DOES, since)
    const printed = statements.get(BEFORE, handle, SPAN, since)
    const points = statements.all(SINCE, handle, since).map(pointOf).reverse()
    const before = [did, printed].flatMap((row) => (row === undefined ? [] : [pointOf(row)]))
    const reach = before.filter(({ until = since }) => until >= since).sort((one, other) => one.seq - other.seq)
    found.push({ session, points: [...reach, ...points] })
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
