/**
 * The rows of the list, from the records: sections in their order, in each the latest first by when a session came to be so, which
 * no output changes (docs/protocol/app-rules.md, APP-20, APP-21).
 */
import type { ShownSession } from "@holdfast/client/outbox"
import type { Session } from "@holdfast/protocol/session"
import { passing } from "./filter.ts"
import type { ListFilter } from "./filter.ts"
import { placeOf, SECTIONS } from "./section-of.ts"
import type { Section } from "./section-of.ts"

/** A row of the list: the heading of a section, or a session. `isShort`: it has one line. */
export type ListRow =
  | { readonly kind: "head"; readonly key: string; readonly section: Section; readonly count: number }
  | { readonly kind: "session"; readonly key: string; readonly id: string; readonly section: Section; readonly isShort: boolean }

/** Numbers beside the tabs, of everything that is active. */
export interface ListCounts {
  readonly all: number
  readonly waiting: number
  readonly working: number
  readonly unread: number
}

/** What rows are made from. */
export interface ListInput {
  readonly sessions: ReadonlyArray<ShownSession>
  /** Ids of those with news that were not seen. */
  readonly unread: ReadonlySet<string>
  /** Ids of those whose requests are not to be shown now. */
  readonly snoozed: ReadonlySet<string>
  readonly filter: ListFilter
}

/** The rows, and what is beside the tabs. `ids` are those of the rows, `matches` how many sessions pass whatever their tab. */
export interface Arrangement {
  readonly rows: ReadonlyArray<ListRow>
  readonly ids: ReadonlyArray<string>
  readonly counts: ListCounts
  readonly matches: number
}

/** A session and its place within its section. */
interface Placed {
  readonly id: string
  readonly place: number
}

/** Nothing. */
export const NO_ROWS: Arrangement = {
  rows: [],
  ids: [],
  counts: { all: 0, waiting: 0, working: 0, unread: 0 },
  matches: 0,
}

const isMade = (session: ShownSession): session is Session => session.status !== "offline"

/** Makes the rows. */
export function arrange(input: ListInput): Arrangement {
  const { sessions, unread, snoozed, filter } = input
  const passes = passing(filter)
  const places = new Map<Section, Array<Placed>>(SECTIONS.map((section) => [section, []]))
  const counts = { all: 0, waiting: 0, working: 0, unread: 0 }
  let matches = 0
  for (const session of sessions) {
    const isActive = !isMade(session) || session.status === "active"
    const isUnread = isActive && unread.has(session.id)
    const { section, at } = placeOf(session, { isUnread, isSnoozed: snoozed.has(session.id) })
    if (isActive) count(counts, section, isUnread)
    if (isMade(session) ? session.status !== filter.status || !passes(session) : filter.status !== "active") continue
    matches++
    if (isInTab(filter, section, isUnread)) places.get(section)?.push({ id: session.id, place: at })
  }
  return { ...rowsOf(places, filter), counts, matches }
}

function count(counts: { -readonly [Name in keyof ListCounts]: number }, section: Section, isUnread: boolean): void {
  counts.all++
  if (section === "waits") counts.waiting++
  if (section === "working") counts.working++
  if (isUnread) counts.unread++
}

function isInTab({ tab }: ListFilter, section: Section, isUnread: boolean): boolean {
  if (tab === "all") return true
  return tab === "unread" ? isUnread : section === (tab === "waiting" ? "waits" : "working")
}

/** Sections whose rows have one line. */
const SHORT: ReadonlySet<Section> = new Set(["quiet"])

function rowsOf(places: ReadonlyMap<Section, Array<Placed>>, { status }: ListFilter): Pick<Arrangement, "rows" | "ids"> {
  const rows: Array<ListRow> = []
  const ids: Array<string> = []
  for (const [section, placed] of places) {
    if (placed.length === 0) continue
    placed.sort((one, other) => other.place - one.place || (one.id < other.id ? 1 : -1))
    if (status === "active") rows.push({ kind: "head", key: `section:${section}`, section, count: placed.length })
    const isShort = status === "active" && SHORT.has(section)
    for (const { id } of placed) {
      rows.push({ kind: "session", key: id, id, section, isShort })
      ids.push(id)
    }
  }
  return { rows, ids }
}

/**
 * The rows while someone is pointing at one of them: each stays where it is, what is gone leaves, and what is new waits
 * (docs/protocol/app-rules.md, APP-21).
 */
export function heldRows(before: ReadonlyArray<ListRow>, after: Arrangement): ReadonlyArray<ListRow> {
  const there = new Set(after.ids)
  const heads = new Map(after.rows.flatMap((row) => (row.kind === "head" ? [[row.section, row] as const] : [])))
  const kept = before.filter((row) => row.kind === "head" || there.has(row.id))
  return kept.flatMap((row, index): ReadonlyArray<ListRow> => {
    if (row.kind === "session") return [row]
    const next = kept[index + 1]
    return next?.kind === "session" ? [heads.get(row.section) ?? row] : []
  })
}

/** The same rows as before where nothing has changed, so that they are not rendered again. */
export function sameRows(before: ReadonlyArray<ListRow>, after: ReadonlyArray<ListRow>): ReadonlyArray<ListRow> {
  const known = new Map(before.map((row) => [row.key, row]))
  const rows = after.map((row) => {
    const old = known.get(row.key)
    return old !== undefined && isSame(old, row) ? old : row
  })
  return rows.length === before.length && rows.every((row, index) => row === before[index]) ? before : rows
}

function isSame(one: ListRow, other: ListRow): boolean {
  if (one.kind === "head") return other.kind === "head" && one.count === other.count
  return other.kind === "session" && one.section === other.section && one.isShort === other.isShort
}
