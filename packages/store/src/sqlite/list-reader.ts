/**
 * The list of sessions from the read connection.
 *
 * Filters that no index answers look at each session in the order of the list. They do so a slice at a time, so that a list of
 * whatever many sessions keeps nothing else waiting (S-30): `listSessions` yields between two slices.
 */
import { LIST_TOTAL_MAX } from "@holdfast/protocol/session"
import { searchWords } from "../listing/label-words.ts"
import { DEFAULT_LIMIT } from "../listing/listing-match.ts"
import { metadataPairs } from "../listing/metadata-pairs.ts"
import { decodePageCursor, encodePageCursor, type PagePlace } from "../listing/page-cursor.ts"
import { boundedTotal, PageOf } from "../listing/take-page.ts"
import type { ListQuery, SessionList } from "../Store.ts"
import { listed, SELECT } from "./session-reader.ts"
import { type Row, type Statements, num, str } from "./statements.ts"

/** Sessions of a slice at most: some milliseconds. */
const SLICE = 5000

/** Sessions of the first slice, and how much larger each next one is: most pages are full by then, and finding a slice's end costs its length. */
const FIRST_SLICE = 200
const GROWTH = 5

const SORTS = {
  active: { column: "last_active_at", order: "DESC", beyond: "<", within: ">=" },
  created: { column: "created_at", order: "DESC", beyond: "<", within: ">=" },
  updated: { column: "updated_at", order: "DESC", beyond: "<", within: ">=" },
  label: { column: "folded", order: "ASC", beyond: ">", within: "<=" },
} as const

type Value = string | number

/** Conditions with the values that they take. */
interface Conditions {
  readonly text: ReadonlyArray<string>
  readonly values: ReadonlyArray<Value>
}

/** Sessions with one entry of metadata up to which a list begins with them; with more, it looks at each session in its order. */
const FEW = 2000

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

/** What a query filters by. */
interface Filters extends Conditions {
  /** By status and kind alone, which counters count. */
  readonly plain: boolean
  /** Whether each session is looked at in its order until there are enough. */
  readonly scans: boolean
}

function filtersOf(statements: Statements, query: ListQuery): Filters {
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
  add(isOfFew ? "+s.trashed = ?" : "s.trashed = ?", trashedOf(query))
  add("s.status = ?", query.status)
  add("s.kind = ?", query.kind)
  const counted = text.length
  add("s.id IN (SELECT value FROM json_each(?))", query.ids === undefined ? undefined : JSON.stringify(query.ids))
  for (const { condition, values: pair } of noted) {
    text.push(condition)
    values.push(...pair)
  }
  add("s.news > coalesce((SELECT m.seq FROM seen m WHERE m.person = ? AND m.session = s.handle), 0)", query.unreadBy)
  add("s.owner = ?", query.owner)
  add("s.created_by = ?", query.createdBy)
  add("s.process = ?", query.process)
  add("s.pinned = ?", query.pinned === undefined ? undefined : query.pinned ? 1 : 0)
  add("instr(s.tags, ?) > 0", query.tag === undefined ? undefined : `\n${query.tag}\n`)
  add("s.last_active_at >= ?", query.activeSince)
  add("s.created_at >= ?", query.createdSince)
  add("s.created_at < ?", query.createdBefore)
  for (const word of searchWords(query.q)) add("instr(s.folded, ?) > 0", word)
  return { text, values, plain: text.length === counted, scans: !isOfFew && text.length > 1 }
}

const trashedOf = ({ status }: ListQuery): number => (status === "deleted" ? 1 : 0)

/** Parts of the list after a place, in its order: all of it where the filters do not scan, else slices of the order's index, of `size` sessions at most. */
function* slicesOf(
  statements: Statements,
  query: ListQuery,
  { scans }: Filters,
  after: PagePlace | undefined,
  size: number,
): Generator<Conditions> {
  const { beyond, column, order, within } = SORTS[query.sort ?? "active"]
  const place = `(s.${column}, s.handle)`
  let step = Math.min(FIRST_SLICE, size)
  for (let from = after; ;) {
    const text = from === undefined ? [] : [`${place} ${beyond} (?, ?)`]
    const values = from === undefined ? [] : [from.value, from.handle]
    const ends = ["s.trashed = ?", ...text].join(" AND ")
    const last = scans
      ? statements.get(
          `SELECT s.${column}, s.handle FROM sessions s WHERE ${ends} ORDER BY s.${column} ${order}, s.handle ${order} LIMIT 1 OFFSET ?`,
          trashedOf(query),
          ...values,
          step - 1,
        )
      : undefined
    if (last === undefined) return yield { text, values }
    const to = { value: valueOf(last, column), handle: num(last, "handle") }
    yield { text: [...text, `${place} ${within} (?, ?)`], values: [...values, to.value, to.handle] }
    from = to
    step = Math.min(step * GROWTH, size)
  }
}

function valueOf(row: Row, column: string): Value {
  return column === "folded" ? str(row, column) : num(row, column)
}

/** Sessions of a query, as far as they are counted; filters by status and kind alone are answered by the counters. */
function* counted(statements: Statements, query: ListQuery, filters: Filters, size: number): Generator<void, number> {
  if (filters.plain) {
    const row = statements.get(
      "SELECT sum(n) AS n FROM counts WHERE (?1 IS NULL AND status <> 'deleted' OR status = ?1) AND (?2 IS NULL OR kind = ?2)",
      query.status ?? null,
      query.kind ?? null,
    )
    return Number(row?.["n"] ?? 0)
  }
  let found = 0
  let isLater = false
  for (const { text, values } of slicesOf(statements, query, filters, undefined, size)) {
    if (found > LIST_TOTAL_MAX) break
    if (isLater) yield
    isLater = true
    const where = [...filters.text, ...text].join(" AND ")
    const sql = `SELECT count(*) AS n FROM (SELECT 1 FROM sessions s WHERE ${where} LIMIT ?)`
    found += Number(statements.get(sql, ...filters.values, ...values, LIST_TOTAL_MAX + 1 - found)?.["n"] ?? 0)
  }
  return found
}

const sizeOf = (row: Row): number => str(row, "record").length

/** One page of sessions; yields between two slices of `size` sessions. Throws `PageCursorInvalid`. */
export function* listSessions(statements: Statements, query: ListQuery, size = SLICE): Generator<void, SessionList> {
  const after = decodePageCursor(query)
  const filters = filtersOf(statements, query)
  const { column, order } = SORTS[query.sort ?? "active"]
  const taken = new PageOf(query.limit ?? DEFAULT_LIMIT, sizeOf)
  let isLater = false
  for (const { text, values } of slicesOf(statements, query, filters, after, size)) {
    if (taken.more) break
    if (isLater) yield
    isLater = true
    const where = [...filters.text, ...text].join(" AND ")
    const sql = `${SELECT} WHERE ${where} ORDER BY s.${column} ${order}, s.handle ${order} LIMIT ?`
    taken.take(statements.of(sql).iterate(...filters.values, ...values, taken.room + 1) as Iterable<Row>)
  }
  const { more: left, page } = taken
  const last = page.at(-1)
  return {
    sessions: page.map(listed),
    // A list that is one page whole needs no count.
    ...boundedTotal(after === undefined && !left ? page.length : yield* counted(statements, query, filters, size)),
    next:
      left && last !== undefined ? encodePageCursor(query, { value: valueOf(last, column), handle: num(last, "handle") }) : null,
  }
}
