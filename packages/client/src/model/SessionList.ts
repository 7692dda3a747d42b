/** A list of sessions: filtered and ordered as `sessions.list` does it, from records that change. */
import type { Session, SessionQuery } from "@holdfast/protocol/session"
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
  readonly #records: ReadonlyMap<string, Session>
  /** What each session in the list is ordered by. */
  readonly #places = new Map<string, number | string>()
  readonly #ids: Cell<ReadonlyArray<string>>
  readonly #sessions: Cell<ReadonlyArray<Session>>
  #isOrderNew = false

  constructor(frames: Frames, filter: SessionFilter, records: ReadonlyMap<string, Session>) {
    this.#frames = frames
    this.#filter = filter
    this.#words = (filter.q ?? "")
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== "")
    this.#records = records
    this.#ids = new Cell<ReadonlyArray<string>>(frames, NONE)
    this.#sessions = new Cell<ReadonlyArray<Session>>(frames, NONE)
    for (const record of records.values()) this.changed(record)
  }

  /** Ids in order: what a list subscribes to whose rows read their own records. */
  get ids(): Readable<ReadonlyArray<string>> {
    return this.#ids
  }

  /** Records in order. */
  get sessions(): Readable<ReadonlyArray<Session>> {
    return this.#sessions
  }

  /** A record is new or has changed. */
  changed(record: Session): void {
    const before = this.#places.get(record.id)
    const place = this.#chooses(record) ? this.#placeOf(record) : undefined
    if (before === undefined && place === undefined) return
    if (before !== place) {
      if (place === undefined) this.#places.delete(record.id)
      else this.#places.set(record.id, place)
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
    this.#sessions.set(Object.freeze(this.#ids.latest.flatMap((id) => this.#records.get(id) ?? [])))
  }

  #chooses({ status, kind, tags, owner, process, pinned, label }: Session): boolean {
    const { status: wanted = "active", ...filter } = this.#filter
    if (wanted === "all" ? status === "deleted" : status !== wanted) return false
    if (filter.kind !== undefined && filter.kind !== kind) return false
    if (filter.tag !== undefined && !tags.includes(filter.tag)) return false
    if (filter.owner !== undefined && filter.owner !== owner) return false
    if (filter.process !== undefined && filter.process !== process) return false
    if (filter.pinned !== undefined && filter.pinned !== pinned) return false
    const shown = label.toLowerCase()
    return this.#words.every((word) => shown.includes(word))
  }

  #placeOf({ lastActiveAt, createdAt, updatedAt, label }: Session): number | string {
    const { sort = "active" } = this.#filter
    if (sort === "label") return label.toLowerCase()
    return sort === "created" ? createdAt : sort === "updated" ? updatedAt : lastActiveAt
  }
}

type Placed = readonly [id: string, place: number | string]

/** Texts from A, times from the newest; what is equal by its id, the newest first. */
function byPlace([one, a]: Placed, [other, b]: Placed): number {
  if (a !== b) return typeof a === "string" ? (a < b ? -1 : 1) : Number(b) - Number(a)
  return one < other ? 1 : -1
}
