/**
 * From where on a transcript is new to a person (docs/protocol/app-rules.md, APP-38). This page knows to the part what it showed
 * last; of what another client has seen, the mark has the seq alone, and the event's time says which messages came later.
 */
import type { Row } from "../rows/plan.ts"

/** Up to where something was seen: a message, and how many of its parts there were. */
export interface SeenPlace {
  readonly seq: number
  readonly message: string
  readonly parts: number
  /** When, in epoch milliseconds. */
  readonly time: number
}

/** What is needed of a message. */
export interface PlacedMessage {
  readonly id: string
  readonly createdAt: number
  readonly role: string
  readonly parts: number
}

/** The row above which the line stands; `undefined` when nothing is new, or everything. */
export function firstNew(rows: ReadonlyArray<Row>, place: SeenPlace): string | undefined {
  const last = rows.findLastIndex(({ message }) => message === place.message)
  if (last === -1) return undefined
  const first = rows.findIndex(({ message }) => message === place.message)
  for (let at = first; at <= last; at++) {
    const row = rows[at] as Row
    const begin = row.parts[0]
    if (begin !== undefined && begin >= place.parts) return at === 0 ? undefined : row.key
  }
  return rows[last + 1]?.key
}

/** The same, by the time of the mark: the first message that came later, or the answer that ended later. */
export function firstNewAfter(
  rows: ReadonlyArray<Row>,
  messages: ReadonlyArray<PlacedMessage>,
  time: number,
  isLastNew: boolean,
): string | undefined {
  const later = messages.find(({ createdAt }) => createdAt > time)
  const last = messages.at(-1)
  const message = later ?? (isLastNew && last?.role === "assistant" ? last : undefined)
  if (message === undefined) return undefined
  const at = rows.findIndex((row) => row.message === message.id)
  return at <= 0 ? undefined : rows[at]?.key
}

const KEY = "holdfast.seen-places"
/** Sessions whose place is kept. */
const KEPT = 100

type Places = ReadonlyArray<readonly [session: string, place: SeenPlace]>

function read(): Places {
  try {
    const value: unknown = JSON.parse(globalThis.localStorage?.getItem(KEY) ?? "[]")
    return Array.isArray(value) ? (value as Places) : []
  } catch {
    // No storage, or not ours: the mark on the server is enough.
    return []
  }
}

let places: Map<string, SeenPlace> | undefined

/** The place that this browser showed last of a session. */
export function seenPlace(session: string): SeenPlace | undefined {
  places ??= new Map(read())
  return places.get(session)
}

/** Keeps the place that is shown last. */
export function keepSeenPlace(session: string, place: SeenPlace): void {
  places ??= new Map(read())
  places.delete(session)
  places.set(session, place)
  try {
    globalThis.localStorage?.setItem(KEY, JSON.stringify([...places].slice(-KEPT)))
  } catch {
    // It is full or forbidden: the place is known until the page goes.
  }
}
