/** Reading session records, the feed of changes and what else lasts, from the read connection. */
import type { Session } from "@holdfast/protocol/session"
import { foldLabel } from "../listing/label-words.ts"
import { orderMatches } from "../listing/resolve-order.ts"
import { takePage } from "../listing/take-page.ts"
import { RecordUnreadable, completeRecord, damagedRecord } from "../session-record.ts"
import type { ChangePage, Checkpoint, Head } from "../Store.ts"
import { checkpointCrc, keyCrc, stateCrc } from "./checksum.ts"
import { LogBroken } from "./log-reader.ts"
import { type Row, type Statements, blob, num, str } from "./statements.ts"

/** Selects what a record is made of. */
export const SELECT = `SELECT s.handle, s.id, s.log, s.change, s.crc, s.kind, s.status, s.label, s.record, s.inner,
  s.last_active_at, s.created_at, s.updated_at, s.folded, h.first_seq, h.next_seq FROM sessions s JOIN heads h ON h.handle = s.handle`

function facts(row: Row): { firstSeq: number; lastSeq: number; change: number } {
  return { firstSeq: num(row, "first_seq"), lastSeq: num(row, "next_seq") - 1, change: num(row, "change") }
}

function sessionOf(row: Row): Session {
  const [record, inner] = [str(row, "record"), str(row, "inner")]
  if (stateCrc(num(row, "handle"), str(row, "id"), str(row, "log"), record, inner) !== num(row, "crc")) {
    throw new RecordUnreadable("it fails its checksum")
  }
  return completeRecord(record, facts(row))
}

/** A row for a list: a damaged record does not hide the others and is not hidden itself. */
export function listed(row: Row): Session {
  try {
    return sessionOf(row)
  } catch (cause) {
    if (!(cause instanceof RecordUnreadable)) throw cause
    const known = { id: str(row, "id"), kind: str(row, "kind"), status: str(row, "status"), label: str(row, "label") }
    return damagedRecord(known, facts(row), cause.message)
  }
}

/** One session's record; `undefined` when there is none. Throws `RecordUnreadable`. */
export function readSession(statements: Statements, id: string): Session | undefined {
  const row = statements.get(`${SELECT} WHERE s.id = ?`, id)
  return row === undefined ? undefined : sessionOf(row)
}

/** Bounds of a session's log; `undefined` when there is none. */
export function readHead(statements: Statements, id: string): Head | undefined {
  const row = statements.get(
    "SELECT s.handle, s.log, h.first_seq, h.next_seq, h.total, h.trimmed FROM sessions s JOIN heads h ON h.handle = s.handle WHERE s.id = ?",
    id,
  )
  if (row === undefined) return undefined
  return {
    session: num(row, "handle"),
    firstSeq: num(row, "first_seq"),
    lastSeq: num(row, "next_seq") - 1,
    bytes: num(row, "total") - num(row, "trimmed"),
    log: str(row, "log"),
  }
}

const sizeOf = (row: Row): number => str(row, "record").length

/** Records that changed after a change number. */
export function readChanges(statements: Statements, after: number, limit: number): ChangePage {
  const feed = str(statements.get("SELECT feed FROM identity") ?? {}, "feed")
  const head = Number(statements.get("SELECT value FROM counters WHERE name = 'change'")?.["value"] ?? 0)
  const sql = `${SELECT} WHERE s.change > ? AND s.change <= ? ORDER BY s.change LIMIT ?`
  const { page, more } = takePage(statements.of(sql).iterate(after, head, limit + 1) as Iterable<Row>, limit, sizeOf)
  const last = page.at(-1)
  const change = more && last !== undefined ? num(last, "change") : head
  return { sessions: page.map(listed), change, head, feed }
}

/** What an id can end with, being longer. */
const ENDING = /^[0-9a-f-]{1,35}$/

const BEGINS_OR_LABEL = `SELECT id, trashed FROM (SELECT id, trashed FROM sessions WHERE id >= ?1 AND id < ?1 || x'f48fbfbf' LIMIT ?3)
  UNION SELECT id, trashed FROM
    (SELECT id, trashed FROM sessions WHERE trashed IN (0, 1) AND folded = ?2 AND label = ?1 ORDER BY trashed LIMIT ?3)`

/**
 * An index of the ends of ids, which are random, would cost a creation as much as all the other indexes together. Instead all ids
 * are looked at: 0.13 µs each.
 */
const ENDS =
  "SELECT id, trashed FROM sessions WHERE handle IN (SELECT handle FROM sessions WHERE substr(id, -length(?1)) = ?1 LIMIT ?2)"

/** Ids that a shortened id or a label stands for. */
export function resolveIds(statements: Statements, text: string, limit: number): ReadonlyArray<string> {
  if (text === "") return []
  const most = limit + 200
  const whole = statements.all("SELECT id, trashed FROM sessions WHERE id = ?", text)
  const rows = whole.length > 0 ? whole : statements.all(BEGINS_OR_LABEL, text, foldLabel(text), most)
  if (whole.length === 0 && ENDING.test(text)) rows.push(...statements.all(ENDS, text, most))
  return orderMatches(
    text,
    rows.map((row) => ({ id: str(row, "id"), deleted: num(row, "trashed") === 1 })),
    limit,
  )
}

/** What a key was used for; `undefined` when it was not. Throws `LogBroken` when the entry is damaged. */
export function readKey(
  statements: Statements,
  session: number,
  key: string,
): { hash: string; first: number; last: number } | undefined {
  const row = statements.get("SELECT hash, first, last, crc FROM keys WHERE session = ? AND key = ?", session, key)
  if (row === undefined) return undefined
  const use = { hash: str(row, "hash"), first: num(row, "first"), last: num(row, "last") }
  if (keyCrc(session, key, use.hash, use.first, use.last) !== num(row, "crc"))
    throw new LogBroken(`the entry of key ${key} fails its checksum`)
  return use
}

/** The newest checkpoint at or before a seq. Throws `LogBroken` when it is damaged. */
export function readCheckpoint(statements: Statements, session: number, atOrBefore: number): Checkpoint | undefined {
  const row = statements.get(
    "SELECT seq, cols, rows, time, crc, screen FROM checkpoints WHERE session = ? AND seq <= ? ORDER BY seq DESC LIMIT 1",
    session,
    atOrBefore,
  )
  if (row === undefined) return undefined
  const checkpoint = {
    seq: num(row, "seq"),
    cols: num(row, "cols"),
    rows: num(row, "rows"),
    time: num(row, "time"),
    screen: blob(row, "screen"),
  }
  if (checkpointCrc(session, checkpoint.seq, checkpoint.cols, checkpoint.rows, checkpoint.screen) !== num(row, "crc")) {
    throw new LogBroken(`the checkpoint of seq ${checkpoint.seq} fails its checksum`)
  }
  return checkpoint
}

/** Ids of the sessions whose purge time has passed, in the order in which they are purged. */
export function readDue(statements: Statements, now: number, limit: number): ReadonlyArray<string> {
  return statements
    .all("SELECT id FROM sessions WHERE purge_at <= ? ORDER BY purge_at, handle LIMIT ?", now, limit)
    .map((row) => str(row, "id"))
}
