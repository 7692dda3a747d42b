/** The session list in plain code: which sessions a query takes and in which order. The memory store lists with it. */
import type { ListQuery, StoredState } from "../Store.ts"
import { foldLabel, searchWords } from "./label-words.ts"
import { metadataPairs } from "./metadata-pairs.ts"
import type { PagePlace } from "./page-cursor.ts"

/** Page size of a query that names none. */
export const DEFAULT_LIMIT = 50

/** Whether a query takes the session of an id with this state. */
export function matches(query: ListQuery, id: string, state: StoredState): boolean {
  const folded = foldLabel(state.label)
  return (
    (query.ids === undefined || query.ids.includes(id)) &&
    (query.status === undefined ? state.status !== "deleted" : state.status === query.status) &&
    (query.kind === undefined || state.kind === query.kind) &&
    (query.owner === undefined || state.owner === query.owner) &&
    (query.createdBy === undefined || state.createdBy === query.createdBy) &&
    (query.process === undefined || state.process === query.process) &&
    (query.pinned === undefined || state.pinned === query.pinned) &&
    (query.tag === undefined || state.tags.includes(query.tag)) &&
    hasMetadata(query, state) &&
    (query.activeSince === undefined || state.lastActiveAt >= query.activeSince) &&
    (query.createdSince === undefined || state.createdAt >= query.createdSince) &&
    (query.createdBefore === undefined || state.createdAt < query.createdBefore) &&
    searchWords(query.q).every((word) => folded.includes(word))
  )
}

function hasMetadata({ metadata: filters = [] }: ListQuery, { metadata = "{}" }: StoredState): boolean {
  if (filters.length === 0) return true
  const entries = JSON.parse(metadata) as Readonly<Record<string, string>>
  return metadataPairs(filters).every(([name, value]) => Object.hasOwn(entries, name) && entries[name] === value)
}

/** The value a query sorts this state by. */
export function sortValue(query: ListQuery, state: StoredState): number | string {
  switch (query.sort ?? "active") {
    case "active":
      return state.lastActiveAt
    case "created":
      return state.createdAt
    case "updated":
      return state.updatedAt
    case "label":
      return foldLabel(state.label)
  }
}

function compareValues(a: number | string, b: number | string): number {
  if (typeof a === "number" && typeof b === "number") return a - b
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)))
}

/** Order of two places in a query's list: times newest first, labels A first, then by handle in the same direction. */
export function comparePlaces(query: ListQuery, a: PagePlace, b: PagePlace): number {
  const rising = compareValues(a.value, b.value) || a.handle - b.handle
  return query.sort === "label" ? rising : -rising
}
