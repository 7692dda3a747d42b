/** Which sessions the list shows: a tab, words, and what was chosen of kinds, agents, tags and directories. */
import type { Session } from "@holdfast/protocol/session"
import { directoryOf } from "./section-of.ts"

/** Tabs of the list. */
export const TABS = ["all", "waiting", "working", "unread"] as const

/** A tab of the list. */
export type ListTab = (typeof TABS)[number]

/** Since when a session was active: since midnight, or within 7 or 30 days. */
export const SINCE = ["today", "week", "month"] as const

/** A span that reaches to now. */
export type Since = (typeof SINCE)[number]

/** What the list shows. Absent: not limited by it. */
export interface ListFilter {
  readonly status: Session["status"]
  readonly tab: ListTab
  readonly words: string
  readonly kind?: string
  readonly agent?: string
  readonly tag?: string
  readonly directory?: string
  readonly since?: Since
}

/** Everything that is active. */
export const NO_FILTER: ListFilter = { status: "active", tab: "all", words: "" }

/** What a filter is limited by besides tab and words. */
export const LIMITS = ["kind", "agent", "tag", "directory", "since"] as const

/** A limit of a filter. */
export type Limit = (typeof LIMITS)[number]

/** What becomes of a filter; `undefined` ends a limit. */
export type FilterChange = { readonly [Name in keyof ListFilter]?: ListFilter[Name] | undefined }

/** A filter after a change. Tabs are of what is active alone. */
export function changedFilter(before: ListFilter, change: FilterChange): ListFilter {
  const { status = "active", tab = "all", words = "", ...limits } = { ...before, ...change }
  const there = Object.entries(limits).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(there), status, tab: status === "active" ? tab : "all", words }
}

/** Whether a filter leaves anything out that is active. */
export function isFiltering({ words, ...filter }: ListFilter): boolean {
  return words.trim() !== "" || LIMITS.some((limit) => filter[limit] !== undefined)
}

/** A text as it is compared: in any case, and however its letters are composed. */
const folded = (text: string): string => text.normalize("NFKC").toLowerCase()

const texts = new WeakMap<object, string>()

/** Everything of a session that words are looked for in. */
function textOf(record: Session): string {
  const known = texts.get(record)
  if (known !== undefined) return known
  const { label, tags, agent, terminal, metadata = {} } = record
  const { app, title, message } = terminal?.program ?? {}
  const ofTerminal = [terminal?.command, terminal?.title, terminal?.lastCommand?.line, app, title, message]
  const parts = [label, ...tags, agent?.name, agent?.info.model, directoryOf(record), ...ofTerminal]
  const made = folded([...parts, ...Object.values(metadata)].filter((part) => part !== undefined).join("\n"))
  texts.set(record, made)
  return made
}

/** The words of a search, as they are compared. */
export function wordsOf(text: string): ReadonlyArray<string> {
  return folded(text)
    .split(/\s+/)
    .filter((word) => word !== "")
}

const DAY = 86_400_000

/** When a span began, in epoch milliseconds. */
function beginningOf(since: Since, now: number): number {
  return since === "today" ? new Date(now).setHours(0, 0, 0, 0) : now - (since === "week" ? 7 : 30) * DAY
}

/** A function that says whether a session passes a filter; tabs are not looked at, since they are sections. */
export function passing(filter: ListFilter, now = Date.now()): (record: Session) => boolean {
  const words = wordsOf(filter.words)
  const since = filter.since === undefined ? -Infinity : beginningOf(filter.since, now)
  return (record) => {
    if (filter.kind !== undefined && filter.kind !== record.kind) return false
    if (filter.agent !== undefined && filter.agent !== record.agent?.name) return false
    if (filter.tag !== undefined && !record.tags.includes(filter.tag)) return false
    if (filter.directory !== undefined && !isIn(directoryOf(record), filter.directory)) return false
    if (record.lastActiveAt < since) return false
    if (words.length === 0) return true
    const text = textOf(record)
    return words.every((word) => text.includes(word))
  }
}

const isIn = (path: string | undefined, directory: string): boolean =>
  path !== undefined && (path === directory || path.startsWith(directory.endsWith("/") ? directory : `${directory}/`))

/** A value that can be filtered by, and how many sessions have it. */
export interface Facet {
  readonly value: string
  readonly count: number
}

/** What there is to filter by, the most frequent first; spans in their order. */
export type Facets = Readonly<Record<Limit, ReadonlyArray<Facet>>>

/** Most values that are offered of one kind. */
const FACETS_MAX = 30

/** What the given sessions can be filtered by. */
export function facetsOf(records: ReadonlyArray<Session>, now = Date.now()): Facets {
  const counts = { kind: new Map<string, number>(), agent: new Map(), tag: new Map(), directory: new Map() }
  const count = (limit: keyof typeof counts, value: string | undefined): void => {
    if (value !== undefined) counts[limit].set(value, (counts[limit].get(value) ?? 0) + 1)
  }
  for (const record of records) {
    count("kind", record.kind)
    count("agent", record.agent?.name)
    count("directory", directoryOf(record))
    for (const tag of record.tags) count("tag", tag)
  }
  const most = (limit: keyof typeof counts): ReadonlyArray<Facet> =>
    [...counts[limit]]
      .sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1))
      .slice(0, FACETS_MAX)
      .map(([value, number]) => ({ value, count: number }))
  const since = SINCE.map((value) => ({ value, count: records.filter(passing({ ...NO_FILTER, since: value }, now)).length }))
  return { kind: most("kind"), agent: most("agent"), tag: most("tag"), directory: most("directory"), since }
}
