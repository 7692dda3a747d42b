/** Reading session records, their list, the feed of changes and what else lasts, from the read connection. */
import { LIST_TOTAL_MAX, type Session } from "@holdfast/protocol/session"
import { foldLabel, searchWords } from "../listing/label-words.ts"
import { DEFAULT_LIMIT } from "../listing/listing-match.ts"
import { metadataPairs } from "../listing/metadata-pairs.ts"
import { decodePageCursor, encodePageCursor } from "../listing/page-cursor.ts"
import { orderMatches } from "../listing/resolve-order.ts"
import { boundedTotal, takePage } from "../listing/take-page.ts"
import { RecordUnreadable, completeRecord, damagedRecord } from "../session-record.ts"
import type { ChangePage, Checkpoint, Head, ListQuery, SessionList } from "../Store.ts"
import { checkpointCrc, keyCrc, stateCrc } from "./checksum.ts"
import { LogBroken } from "./log-reader.ts"
import { type Row, type Statements, blob, num, str } from "./statements.ts"

const SELECT = `SELECT s.handle, s.id, s.log, s.change, s.crc, s.kind, s.status, s.label, s.record, s.inner,
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
function listed(row: Row): Session {
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

const SORTS = {
  active: { column: "last_active_at", order: "DESC", beyond: "<" },
  created: { column: "created_at", order: "DESC", beyond: "<" },
  updated: { column: "updated_at", order: "DESC", beyond: "<" },
  label: { column: "folded", order: "ASC", beyond: ">" },
} as const

type Value = string | number

/** Sessions with one entry of metadata up to which a list begins with them; with more, it looks at each session in its order. */
const FEW = 5000

const WITH_ENTRY = "SELECT session FROM metadata WHERE name = ? AND value = ?"

/** The filters by metadata, the one that the fewest sessions pass first, and whether those are few. */
function metadataFilters(statements: Statements, filters: ReadonlyArray<string>) {
  const pairs = metadataPairs(filters).map((pair) => {
    const row = statements.get(`SELECT count(*) AS n FROM (${WITH_ENTRY} LIMIT ${FEW + 1})`, ...pair)
    return { pair, found: Number(row?.["n"] ?? 0) }
  })
  pairs.sort((a, b) => a.found - b.found)
  return pairs.map(({ pair, found }, at) => {
    const isFew = at === 0 && found <= FEW
    const condition = isFew
      ? `s.handle IN (${WITH_ENTRY})`
      : "EXISTS (SELECT 1 FROM metadata m WHERE m.name = ? AND m.value = ? AND m.session = s.handle)"
    return { values: pair, condition, isFew }
  })
}

function conditions(
  statements: Statements,
  query: ListQuery,
): {
  readonly text: Array<string>
  readonly values: Array<Value>
  readonly plain: boolean
} {
  const text: Array<string> = []
  const values: Array<Value> = []
  const add = (condition: string, value: Value | undefined): void => {
    if (value === undefined) return
    text.push(condition)
    values.push(value)
  }
  const noted = metadataFilters(statements, query.metadata ?? [])
  // A list of few sessions begins with them: without the plus it would look at all in the list's order.
  const isOfFew = query.ids !== undefined || noted[0]?.isFew === true
  add(isOfFew ? "+s.trashed = ?" : "s.trashed = ?", query.status === "deleted" ? 1 : 0)
  add("s.status = ?", query.status)
  add("s.kind = ?", query.kind)
  const counted = text.length
  add("s.id IN (SELECT value FROM json_each(?))", query.ids === undefined ? undefined : JSON.stringify(query.ids))
  for (const { condition, values: pair } of noted) {
    text.push(condition)
    values.push(...pair)
  }
  add("s.owner = ?", query.owner)
  add("s.created_by = ?", query.createdBy)
  add("s.process = ?", query.process)
  add("s.pinned = ?", query.pinned === undefined ? undefined : query.pinned ? 1 : 0)
  add("instr(s.tags, ?) > 0", query.tag === undefined ? undefined : `\n${query.tag}\n`)
  add("s.last_active_at >= ?", query.activeSince)
  add("s.created_at >= ?", query.createdSince)
  add("s.created_at < ?", query.createdBefore)
  for (const word of searchWords(query.q)) add("instr(s.folded, ?) > 0", word)
  return { text, values, plain: text.length === counted }
}

/** Sessions of a query, as far as they are counted; filters by status and kind alone are answered by the counters. */
function counted(statements: Statements, query: ListQuery, where: ReturnType<typeof conditions>): number {
  const row = where.plain
    ? statements.get(
        "SELECT sum(n) AS n FROM counts WHERE (?1 IS NULL AND status <> 'deleted' OR status = ?1) AND (?2 IS NULL OR kind = ?2)",
        query.status ?? null,
        query.kind ?? null,
      )
    : statements.get(
        `SELECT count(*) AS n FROM (SELECT 1 FROM sessions s WHERE ${where.text.join(" AND ")} LIMIT ${LIST_TOTAL_MAX + 1})`,
        ...where.values,
      )
  return Number(row?.["n"] ?? 0)
}

const sizeOf = (row: Row): number => str(row, "record").length

/** One page of sessions. Throws `PageCursorInvalid`. */
export function listSessions(statements: Statements, query: ListQuery): SessionList {
  const after = decodePageCursor(query)
  const where = conditions(statements, query)
  const { column, order, beyond } = SORTS[query.sort ?? "active"]
  const limit = query.limit ?? DEFAULT_LIMIT
  const text = after === undefined ? where.text : [...where.text, `(s.${column}, s.handle) ${beyond} (?, ?)`]
  const values = after === undefined ? where.values : [...where.values, after.value, after.handle]
  const sql = `${SELECT} WHERE ${text.join(" AND ")} ORDER BY s.${column} ${order}, s.handle ${order} LIMIT ?`
  const rows = statements.of(sql).iterate(...values, limit + 1) as Iterable<Row>
  const { page, more: left } = takePage(rows, limit, sizeOf)
  const last = page.at(-1)
  const place = last?.[column]
  const more = left && last !== undefined && (typeof place === "number" || typeof place === "string")
  return {
    sessions: page.map(listed),
    // A list that is one page whole needs no count.
    ...boundedTotal(after === undefined && !left ? page.length : counted(statements, query, where)),
    next: more ? encodePageCursor(query, { value: place, handle: num(last, "handle") }) : null,
  }
}

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
