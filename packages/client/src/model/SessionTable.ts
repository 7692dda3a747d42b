/**
 * The records of all sessions, from the feed (docs/protocol/rules.md, D-12, U-7): a cell for each record, and lists that change
 * only where their order does.
 */
import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { Session } from "@holdfast/protocol/session"
import type { Connection } from "../Connection.ts"
import type { HoldfastError } from "../errors.ts"
import { Feed } from "../Feed.ts"
import type { FeedCursor } from "../Feed.ts"
import { Cell } from "./cell.ts"
import type { Readable } from "./cell.ts"
import type { Frames, Source } from "./frames.ts"
import { SessionList } from "./SessionList.ts"
import type { SessionFilter } from "./SessionList.ts"

/** A request of any session that waits for a person. */
export interface WaitingRequest {
  readonly session: string
  readonly label: string
  readonly request: PermissionRequest
}

/** How far the feed is. */
export type FeedState =
  /** The records that are there are on their way. */
  | { readonly _tag: "Loading" }
  | { readonly _tag: "Synced" }
  /** The hub refuses it, or the connection was closed. */
  | { readonly _tag: "Ended"; readonly error: HoldfastError }

const NONE: ReadonlyArray<never> = Object.freeze([])
const LOADING: FeedState = Object.freeze({ _tag: "Loading" })
const SYNCED: FeedState = Object.freeze({ _tag: "Synced" })

/** All sessions of a hub. */
export class SessionTable implements Source {
  readonly #frames: Frames
  readonly #records = new Map<string, Session>()
  readonly #cells = new Map<string, Cell<Session | undefined>>()
  readonly #lists = new Map<string, SessionList>()
  readonly #state: Cell<FeedState>
  readonly #waiting: Cell<ReadonlyArray<WaitingRequest>>
  /** Ids of sessions with open requests. */
  readonly #asking = new Set<string>()
  #isWaitingNew = false
  #feed: Feed | undefined
  #cursor: FeedCursor | undefined

  constructor(frames: Frames) {
    this.#frames = frames
    this.#state = new Cell<FeedState>(frames, LOADING)
    this.#waiting = new Cell<ReadonlyArray<WaitingRequest>>(frames, NONE)
  }

  get state(): Readable<FeedState> {
    return this.#state
  }

  /** Open permission requests of all sessions, the oldest first. */
  get waiting(): Readable<ReadonlyArray<WaitingRequest>> {
    return this.#waiting
  }

  /** The record of a session by its whole id; `undefined` while there is none. */
  record(id: string): Readable<Session | undefined> {
    const known = this.#cells.get(id)
    if (known !== undefined) return known
    const made = new Cell<Session | undefined>(this.#frames, this.#records.get(id))
    this.#cells.set(id, made)
    return made
  }

  /** The sessions that a filter chooses, in its order; the same list for the same filter. */
  list(filter: SessionFilter): SessionList {
    const name = JSON.stringify(Object.entries(filter).sort(([one], [other]) => (one < other ? -1 : 1)))
    const known = this.#lists.get(name)
    if (known !== undefined) return known
    const made = new SessionList(this.#frames, filter, this.#records)
    this.#lists.set(name, made)
    return made
  }

  /** Follows the feed of a connection, from where the last one ended. */
  start(connection: Connection): void {
    if (this.#feed !== undefined) return
    if (this.#state.latest._tag === "Ended") this.#state.set(LOADING)
    this.#feed = new Feed(
      connection,
      {
        sessions: (sessions, _, synced) => {
          for (const session of sessions) this.#changed(session)
          if (synced) this.#state.set(SYNCED)
        },
        reset: () => this.#reset(),
        refused: (error) => this.#state.set(Object.freeze({ _tag: "Ended", error })),
      },
      this.#cursor ?? { after: 0 },
    )
  }

  /** Ends the feed; what is shown stays. */
  stop(): void {
    this.#cursor = this.#feed?.cursor
    this.#feed?.stop()
    this.#feed = undefined
  }

  collect(): void {
    if (!this.#isWaitingNew) return
    this.#isWaitingNew = false
    const waiting = [...this.#asking].flatMap((id) => {
      const record = this.#records.get(id)
      return record === undefined ? [] : openRequests(record).map((request) => ({ session: id, label: record.label, request }))
    })
    this.#waiting.set(Object.freeze(waiting.sort((one, other) => one.request.askedAt - other.request.askedAt)))
  }

  #changed(session: Session): void {
    const record = Object.freeze(session)
    this.#records.set(record.id, record)
    this.#cells.get(record.id)?.set(record)
    for (const list of this.#lists.values()) list.changed(record)
    const isAsking = record.status === "active" && openRequests(record).length > 0
    if (isAsking) this.#asking.add(record.id)
    else if (!this.#asking.delete(record.id)) return
    this.#isWaitingNew = true
    this.#frames.mark(this)
  }

  #reset(): void {
    this.#records.clear()
    this.#asking.clear()
    this.#isWaitingNew = true
    for (const cell of this.#cells.values()) cell.set(undefined)
    for (const list of this.#lists.values()) list.reset()
    this.#state.set(LOADING)
    this.#frames.mark(this)
  }
}

const openRequests = ({ permissions }: Session): ReadonlyArray<PermissionRequest> =>
  permissions.filter(({ decision }) => decision === undefined)
