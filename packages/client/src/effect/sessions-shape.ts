/** What the service of sessions takes and answers with; `Sessions.ts` has the service. */
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Announcement } from "@holdfast/protocol/announcement"
import type { Event } from "@holdfast/protocol/event"
import type { CreateSession, Session, SessionPage, SessionQuery, SessionStatus, UpdateSession } from "@holdfast/protocol/session"
import type { SessionCreationError, SessionsError } from "./errors.ts"

/** A change that several sessions get. */
export type BatchChange = { readonly status: SessionStatus } | UpdateSession

/** What became of one session of a batch. */
export type BatchOutcome =
  | { readonly session: string; readonly changed: boolean }
  | { readonly session: string; readonly error: SessionsError }

/** How a batch is carried out. */
export interface BatchOptions {
  /** Requests under way at a time; 4. */
  readonly concurrency?: number
  /** Sessions in a request, 1,000 at most; 100. */
  readonly size?: number
}

/** Where a stream of one session continues. Without `after` it begins with a snapshot. */
export interface StreamOptions {
  readonly after?: number
  /** Of which log `after` is, as `Synced` said. */
  readonly log?: string
}

/** One item of a session's stream. Every `seq` is a cursor. */
export type StreamItem =
  /** The state instead of the events up to `seq`; `reason` other than `fresh` makes void what was shown. */
  | {
      readonly _tag: "Snapshot"
      readonly seq: number
      readonly log: string
      readonly reason: "fresh" | "trimmed" | "reset"
      readonly session: Session | undefined
      /** An agent's messages as JSON, or the bytes that draw a terminal's screen. */
      readonly screen: Uint8Array
    }
  | {
      readonly _tag: "Event"
      readonly seq: number
      readonly log: string
      readonly event: Event
      /** False before `Synced`. */ readonly live: boolean
    }
  | { readonly _tag: "Synced"; readonly seq: number; readonly log: string }

/** Which sessions and which of their events. */
export interface AllFilter {
  readonly sessions?: ReadonlyArray<string>
  readonly kind?: string
  readonly tag?: string
  readonly where?: (session: Session) => boolean
  readonly channel?: ReadonlyArray<string>
  readonly type?: ReadonlyArray<string>
}

/** Where a stream of all sessions is: in each session, the last seq and the log that it is of. Plain JSON. */
export interface AllCursor {
  readonly sessions: Readonly<Record<string, { readonly seq: number; readonly log?: string }>>
}

/** What a stream of all sessions needs. */
export interface AllOptions {
  /** Where it continues; without it, at the present of every session there is, and at the start of later ones. */
  readonly cursor?: AllCursor
  readonly filter?: AllFilter
  /** Attachments at a time; 8. What happens in other sessions is read when their turn comes. */
  readonly live?: number
}

/** One item of the stream of all sessions; `advanceCursor` takes it into a cursor. */
export type AllItem =
  | { readonly _tag: "Started"; readonly cursor: AllCursor }
  /** What happened in one session, in order. `missed`: events before them are gone, as their log was trimmed or replaced. */
  | {
      readonly _tag: "Events"
      readonly session: Session
      readonly events: ReadonlyArray<Event>
      readonly seq: number
      readonly log: string
      readonly missed: boolean
    }

/** The cursor after an item. */
export function advanceCursor(cursor: AllCursor, item: AllItem): AllCursor {
  if (item._tag === "Started") return item.cursor
  return { sessions: { ...cursor.sessions, [item.session.id]: { seq: item.seq, log: item.log } } }
}

/** The sessions of a hub. */
export interface SessionsShape {
  /**
   * Creates a session, once for each key. A request without one gets its own here: the effect makes one session, however often it
   * is run or tried again; ask again for another.
   */
  readonly create: (request: CreateSession) => Effect.Effect<Session, SessionCreationError>
  readonly get: (session: string) => Effect.Effect<Session, SessionsError>
  /** Renames, tags or pins. */
  readonly update: (session: string, change: UpdateSession) => Effect.Effect<Session, SessionsError>
  /** Archives, restores, or moves to the trash. */
  readonly updateStatus: (session: string, status: SessionStatus) => Effect.Effect<Session, SessionsError>
  /** Ends the session's process and moves it to the trash. */
  readonly delete: (session: string) => Effect.Effect<Session, SessionsError>
  /** Changes many sessions; never fails: each has its own outcome, in the order asked. */
  readonly batchUpdate: (
    sessions: ReadonlyArray<string>,
    change: BatchChange,
    options?: BatchOptions,
  ) => Effect.Effect<ReadonlyArray<BatchOutcome>>
  /** One page, with the total and the cursor of the next. */
  readonly query: (query?: SessionQuery) => Effect.Effect<SessionPage, SessionsError>
  /** Every session of a query, page by page as it is read. */
  readonly queryAll: (query?: Omit<SessionQuery, "cursor">) => Stream.Stream<Session, SessionsError>
  /** What happens in one session. It survives lost connections; leaving it detaches, and stops nothing. */
  readonly stream: (session: string, options?: StreamOptions) => Stream.Stream<StreamItem, SessionsError>
  /** What happens in every session that the credential may read, grouped by session. */
  readonly streamAll: (options?: AllOptions) => Stream.Stream<AllItem, SessionsError>
  /** What the hub announces to everyone: all that is in force, at the beginning and whenever that changes. */
  readonly announcements: Stream.Stream<ReadonlyArray<Announcement>, SessionsError>
}
