/** A list of sessions: filtered and ordered as `sessions.list` does it, from records that change. */
import type { SessionQuery } from "@holdfast/protocol/session"
import { isOffline } from "../outbox/optimistic.ts"
import type { ShownSession } from "../outbox/optimistic.ts"
import { Cell } from "./cell.ts"
import type { Readable } from "./cell.ts"
import type { Frames, Source } from "./frames.ts"

/** Which sessions, and in which order: as in `GET /api/sessions`, without `status` the active ones, those active last first. */
export type SessionFilter = Pick<SessionQuery, "status" | "kind" | "tag" | "owner" | "process" | "pinned" | "q" | "sort">

const NONE: ReadonlyArray<never> = Object.freeze([])

/** The sessions that a filter chooses. */
export class SessionList implements Source {
  readonly #frames: Frames
  readonly #filter: SessionFilter
  readonly #words: ReadonlyArray<string>
  readonly #read: (id: string) => ShownSession | undefined
  /** What each session in the list is ordered by. */
  readonly #places = new Map<string, number | string>()
  readonly #ids: Cell<ReadonlyArray<string>>
  readonly #sessions: Cell<ReadonlyArray<ShownSession>>
  #isOrderNew = false

  constructor(frames: Frames, filter: SessionFilter, read: (id: string) => ShownSession | undefined) {
    this.#frames = frames
    this.#filter = filter
    this.#words = folded(filter.q ?? "")
      .split(/\s+/)
      .filter((word) => word !== "")
    this.#read = read
    this.#ids = new Cell<ReadonlyArray<string>>(frames, NONE)
    this.#sessions = new Cell<ReadonlyArray<ShownSession>>(frames, NONE)
  }

  /** Ids in order: what a list subscribes to whose rows read their own records. */
  get ids(): Readable<ReadonlyArray<string>> {
    return this.#ids
  }

  /** Records in order. */
  get sessions(): Readable<ReadonlyArray<ShownSession>> {
    return this.#sessions
  }

  /** Whether anyone shows it. */
  get isShown(): boolean {
    return this.#ids.isHeard || this.#sessions.isHeard
  }

  /** A session is new or has changed; an id alone: there is no such session any more. */
  changed(session: ShownSession | string): void {
    const id = typeof session === "string" ? session : session.id
    const before = this.#places.get(id)
    const place = typeof session === "string" || !this.#chooses(session) ? undefined : this.#placeOf(session)
    if (before === undefined && place === undefined) return
    if (before !== place) {
      if (place === undefined) this.#places.delete(id)
      else this.#places.set(id, place)
      this.#isOrderNew = true
    }
    this.#frames.mark(this)
  }

  /** Every record is void. */
  reset(): void {
    this.#places.clear()
    this.#isOrderNew = true
    this.#frames.mark(this)
  }

  collect(): void {
    if (this.#isOrderNew) {
      this.#isOrderNew = false
      const before = this.#ids.latest
      const ids = [...this.#places].sort(byPlace).map(([id]) => id)
      if (ids.length !== before.length || ids.some((id, index) => id !== before[index])) this.#ids.set(Object.freeze(ids))
    }
    this.#sessions.set(Object.freeze(this.#ids.latest.flatMap((id) => this.#read(id) ?? [])))
  }

  #chooses(session: ShownSession): boolean {
    const { status: wanted = "active", ...filter } = this.#filter
    const { kind, tags, pinned, label } = session
    if (filter.kind !== undefined && filter.kind !== kind) return false
    if (filter.tag !== undefined && !tags.includes(filter.tag)) return false
    if (filter.pinned !== undefined && filter.pinned !== pinned) return false
    const shown = folded(label)
    if (!this.#words.every((word) => shown.includes(word))) return false
    // The hub alone knows whose it will be, and how its process is.
    if (isOffline(session)) return AS_ACTIVE.has(wanted) && filter.owner === undefined && filter.process === undefined
    const { status, owner, process } = session
    if (wanted === "all" ? status === "deleted" : status !== wanted) return false
    if (filter.owner !== undefined && filter.owner !== owner) return false
    return filter.process === undefined || filter.process === process
  }

  #placeOf(session: ShownSession): number | string {
    const { sort = "active" } = this.#filter
    if (sort === "label") return folded(session.label)
    if (isOffline(session)) return AHEAD + session.createdAt
    return sort === "created" ? session.createdAt : sort === "updated" ? session.updatedAt : session.lastActiveAt
  }
}

/** A text as the hub compares it. */
const folded = (text: string): string => text.normalize("NFKC").toLowerCase()

const AS_ACTIVE: ReadonlySet<string> = new Set(["active", "all"])

/** Later than any clock: what is not created yet is newer than all that is. */
const AHEAD = 2 ** 52

type Placed = readonly [id: string, place: number | string]

/** Texts from A, times from the newest; what is equal in the same direction, by when it was created. */
function byPlace([one, a]: Placed, [other, b]: Placed): number {
  if (typeof a === "string") return a < b || (a === b && one < other) ? -1 : 1
  return Number(b) - a || (one < other ? 1 : -1)
}
