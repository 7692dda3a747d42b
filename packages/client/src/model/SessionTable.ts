/**
 * The records of all sessions, from the feed (docs/protocol/rules.md, D-12, U-7): a cell for each record, and lists that change
 * only where their order does. What waits in the outbox is shown as if it were done (U-11).
 */
import { sameJson } from "@holdfast/core/agent/same-json"
import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { Session } from "@holdfast/protocol/session"
import type { Connection } from "../Connection.ts"
import type { HoldfastError } from "../errors.ts"
import { Feed } from "../Feed.ts"
import type { FeedCursor } from "../Feed.ts"
import type { OutboxItem } from "../outbox/item.ts"
import { inPlaceOf } from "../outbox/optimistic.ts"
import type { ShownSession } from "../outbox/optimistic.ts"
import type { BesideCells } from "./BesideCells.ts"
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

/** Lists that are kept although no one shows them: each word that is typed into a search makes one. */
const LISTS_KEPT = 32

const NONE: ReadonlyArray<never> = Object.freeze([])
const LOADING: FeedState = Object.freeze({ _tag: "Loading" })
const SYNCED: FeedState = Object.freeze({ _tag: "Synced" })

/** All sessions of a hub. */
export class SessionTable implements Source {
  readonly beside: BesideCells | undefined
  readonly #frames: Frames
  /** As the hub has them. */
  readonly #records = new Map<string, Session>()
  /** What is shown in place of records, or without one, because of what is in the outbox. */
  #shown: ReadonlyMap<string, ShownSession> = new Map()
  #items: ReadonlyArray<OutboxItem> = NONE
  #isShownNew = false
  readonly #cells = new Map<string, Cell<ShownSession | undefined>>()
  readonly #lists = new Map<string, SessionList>()
  readonly #state: Cell<FeedState>
  readonly #waiting: Cell<ReadonlyArray<WaitingRequest>>
  /** Ids of sessions with open requests. */
  readonly #asking = new Set<string>()
  #isWaitingNew = false
  /** Ids of records that an earlier visit kept, and of which the feed has said nothing yet. */
  readonly #kept = new Set<string>()
  #feed: Feed | undefined
  #cursor: FeedCursor | undefined
  /** The hub has another store than before, so what it answered earlier says nothing about this one. */
  #wasReset = false

  /** With `beside` the feed is asked for what goes beside the records too. */
  constructor(frames: Frames, beside?: BesideCells) {
    this.#frames = frames
    this.beside = beside
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

  /** A session by its whole id, or by the one that stands for it in the outbox; `undefined` while there is none. */
  record(id: string): Readable<ShownSession | undefined> {
    const known = this.#cells.get(id)
    if (known !== undefined) return known
    const made = new Cell<ShownSession | undefined>(this.#frames, this.#read(this.#idOf(id)))
    this.#cells.set(id, made)
    return made
  }

  /** The sessions that a filter chooses, in its order; the same list for the same filter, for as long as someone shows it. */
  list(filter: SessionFilter): SessionList {
    const name = JSON.stringify(Object.entries(filter).sort(([one], [other]) => (one < other ? -1 : 1)))
    const list = this.#lists.get(name) ?? this.#listed(filter)
    // Those that were asked for longest ago come first.
    this.#lists.delete(name)
    this.#lists.set(name, list)
    for (const [other, { isShown }] of this.#lists) {
      if (this.#lists.size <= LISTS_KEPT) break
      if (other !== name && !isShown) this.#lists.delete(other)
    }
    return list
  }

  /** Takes what is in the outbox now. */
  setOutbox(items: ReadonlyArray<OutboxItem>): void {
    this.#items = items
    this.#isShownNew = true
    this.#frames.mark(this)
  }

  /** Shows records that the page kept of an earlier visit, until the feed has said what is so now; nothing once it has said anything. */
  restore(records: ReadonlyArray<Session>): void {
    if (this.#records.size > 0 || this.#state.latest._tag !== "Loading") return
    for (const record of records) {
      this.#kept.add(record.id)
      this.#changed(record)
    }
  }

  /** Follows the feed of a connection, from where the last one ended. */
  start(connection: Connection): void {
    if (this.#feed !== undefined) return
    if (this.#state.latest._tag === "Ended") this.#state.set(LOADING)
    this.#feed = new Feed(
      connection,
      {
        sessions: (sessions, _, synced) => {
          for (const session of sessions) {
            this.#kept.delete(session.id)
            this.#changed(session)
          }
          if (synced) this.#synced()
        },
        ...(this.beside === undefined ? {} : { beside: (what) => this.beside?.take(what) }),
        reset: () => this.#reset(),
        refused: (error) => this.#state.set(Object.freeze({ _tag: "Ended", error })),
      },
      this.#cursor ?? { after: 0 },
      this.beside?.wishes,
    )
  }

  /** Ends the feed; what is shown stays. */
  stop(): void {
    this.#cursor = this.#feed?.cursor
    this.#feed?.stop()
    this.#feed = undefined
  }

  collect(): void {
    if (this.#isShownNew) this.#renewShown()
    if (!this.#isWaitingNew) return
    this.#isWaitingNew = false
    const waiting = [...this.#asking].flatMap((id) => {
      const record = this.#records.get(id)
      return record === undefined ? [] : openRequests(record).map((request) => ({ session: id, label: record.label, request }))
    })
    this.#waiting.set(Object.freeze(waiting.sort((one, other) => one.request.askedAt - other.request.askedAt)))
  }

  #listed(filter: SessionFilter): SessionList {
    const list = new SessionList(this.#frames, filter, (id) => this.#read(id))
    for (const session of [...this.#records.values(), ...this.#shown.values()]) list.changed(session)
    return list
  }

  /** The feed has caught up: what was kept and is not at the hub is gone. */
  #synced(): void {
    for (const id of this.#kept) {
      this.#records.delete(id)
      this.beside?.gone(id)
      if (this.#asking.delete(id)) this.#isWaitingNew = true
      this.#show(id)
    }
    if (this.#kept.size > 0) this.#frames.mark(this)
    this.#kept.clear()
    this.#state.set(SYNCED)
  }

  #changed(session: Session): void {
    const record = Object.freeze(session)
    this.#records.set(record.id, record)
    this.beside?.changed(record)
    if (this.#items.length > 0) this.setOutbox(this.#items)
    this.#show(record.id)
    const isAsking = record.status === "active" && openRequests(record).length > 0
    if (isAsking) this.#asking.add(record.id)
    else if (!this.#asking.delete(record.id)) return
    this.#isWaitingNew = true
    this.#frames.mark(this)
  }

  #read(id: string): ShownSession | undefined {
    return this.#shown.get(id) ?? this.#records.get(id)
  }

  /** The hub's id of a session that was created through the outbox. */
  #idOf(id: string): string {
    const answer = this.#items.find((item) => item.operation === "sessions.create" && item.session === id)?.answer
    return (answer as Session | undefined)?.id ?? id
  }

  #show(id: string): void {
    const session = this.#read(id)
    this.#cells.get(id)?.set(session)
    for (const list of this.#lists.values()) list.changed(session ?? id)
  }

  #renewShown(): void {
    this.#isShownNew = false
    const before = this.#shown
    const change = this.#wasReset ? Infinity : (this.#feed?.change ?? this.#cursor?.after ?? 0)
    const shown = inPlaceOf((id) => this.#records.get(id), this.#items, change)
    for (const [id, session] of shown) {
      const same = before.get(id)
      shown.set(id, same !== undefined && sameJson(same, session) ? same : Object.freeze(session))
    }
    this.#shown = shown
    for (const id of new Set([...before.keys(), ...shown.keys()])) if (before.get(id) !== shown.get(id)) this.#show(id)
    // Who shows a session by the id that stands for it continues with the real one.
    for (const { operation, session } of this.#items) {
      if (operation === "sessions.create") this.#cells.get(session)?.set(this.#read(this.#idOf(session)))
    }
  }

  #reset(): void {
    this.#wasReset = true
    this.#records.clear()
    this.#kept.clear()
    this.beside?.reset()
    this.#asking.clear()
    this.#isWaitingNew = true
    for (const cell of this.#cells.values()) cell.set(undefined)
    for (const list of this.#lists.values()) list.reset()
    this.#state.set(LOADING)
    this.#shown = new Map()
    this.setOutbox(this.#items)
  }
}

const openRequests = ({ permissions }: Session): ReadonlyArray<PermissionRequest> =>
  permissions.filter(({ decision }) => decision === undefined)
