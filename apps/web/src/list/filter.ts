/** Which sessions the list shows: a tab, words, and what was chosen of kinds, agents, tags and directories. */
import type { Session } from "@holdfast/protocol/session"
import { directoryOf } from "./section-of.ts"

/** Tabs of the list. */
export const TABS = ["all", "waiting", "working", "unread"] as const

/** A tab of the list. */
export type ListTab = (typeof TABS)[number]

/** What the list shows. Absent: not limited by it. */
export interface ListFilter {
  readonly status: Session["status"]
  readonly tab: ListTab
  readonly words: string
  readonly kind?: string
  readonly agent?: string
  readonly tag?: string
  readonly directory?: string
}

/** Everything that is active. */
export const NO_FILTER: ListFilter = { status: "active", tab: "all", words: "" }

/** What a filter is limited by besides tab and words. */
export const LIMITS = ["kind", "agent", "tag", "directory"] as const

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
  const parts = [label, ...tags, agent?.name, agent?.info.model, terminal?.command, terminal?.title, directoryOf(record)]
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

/** A function that says whether a session passes a filter; tabs are not looked at, since they are sections. */
export function passing(filter: ListFilter): (record: Session) => boolean {
  const words = wordsOf(filter.words)
  return (record) => {
    if (filter.kind !== undefined && filter.kind !== record.kind) return false
    if (filter.agent !== undefined && filter.agent !== record.agent?.name) return false
    if (filter.tag !== undefined && !record.tags.includes(filter.tag)) return false
    if (filter.directory !== undefined && !isIn(directoryOf(record), filter.directory)) return false
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

/** What there is to filter by, the most frequent first. */
export type Facets = Readonly<Record<Limit, ReadonlyArray<Facet>>>

/** Most values that are offered of one kind. */
const FACETS_MAX = 30

/** What the given sessions can be filtered by. */
export function facetsOf(records: ReadonlyArray<Session>): Facets {
  const counts: Record<Limit, Map<string, number>> = { kind: new Map(), agent: new Map(), tag: new Map(), directory: new Map() }
  const count = (limit: Limit, value: string | undefined): void => {
    if (value !== undefined) counts[limit].set(value, (counts[limit].get(value) ?? 0) + 1)
  }
  for (const record of records) {
    count("kind", record.kind)
    count("agent", record.agent?.name)
    count("directory", directoryOf(record))
    for (const tag of record.tags) count("tag", tag)
  }
  const most = (limit: Limit): ReadonlyArray<Facet> =>
    [...counts[limit]]
      .sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1))
      .slice(0, FACETS_MAX)
      .map(([value, number]) => ({ value, count: number }))
  return { kind: most("kind"), agent: most("agent"), tag: most("tag"), directory: most("directory") }
}
