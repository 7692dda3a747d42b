/**
 * The hub: every operation on sessions, whatever door it comes through.
 *
 * Doors (socket, HTTP, SSE and later ones) use this contract and nothing below it. `attach` and `watch` are the only
 * ways to read live events and records in the code base (D-1). Callers have passed the guard; `Principal` says who they are.
 */
import type { FeedCursor } from "@holdfast/core/cursor"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type { BadRequest, CursorAhead, CursorInvalid, DoorError } from "@holdfast/protocol/errors"
import type { EventFilter } from "@holdfast/protocol/event-filter"
import type { SnapshotHead, Viewers } from "@holdfast/protocol/frame"
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"
import type {
  CreateSession,
  MarkSession,
  RestartSession,
  Screen,
  Session,
  SessionPage,
  SessionQuery,
  UpdateSession,
} from "@holdfast/protocol/session"

/** Who acts: from the credential, never from what a client claims. */
export interface Principal {
  /** Name of the credential: `owner`, or that of a token. */
  readonly name: string
  /** Id of the credential, to close what it opened when it is revoked. */
  readonly credential: string
  readonly scope: "all" | "write" | "read"
  /** Whose idempotency keys it uses, when not its own: the owner's are one, through restarts and rotations (H-22). */
  readonly holder?: string
}

/** A session that was asked for. `created` is false for a key that was used before. */
export interface Created {
  readonly session: Session
  readonly created: boolean
}

/** Receives how a creation ended, once; a fault of the hub's own is in it as a defect. */
export type CreateAnswer = (exit: Exit.Exit<Created, DoorError>) => void

/** What an append-making command answers with. `changed` is false when there was nothing to change. */
export interface Changed {
  readonly session: Session
  readonly seq: number
  readonly changed: boolean
}

/** A command that appends to a session's log, with the key that makes it happen once. */
export type SessionChange =
  | { readonly _tag: "Update"; readonly change: UpdateSession }
  | { readonly _tag: "Mark"; readonly mark: MarkSession }
  | { readonly _tag: "Archive" | "Restore"; readonly key: string | undefined }

/** Receives how a change ended, once: refused, or durable with the seq of its first event. */
export type ChangeAnswer = (refused: DoorError | undefined, seq: number) => void

/** Receives the events of one attachment; called by the delivery loop, never concurrently. */
export interface AttachmentSink {
  /**
   * Whole records in order. The array is the same object for every live subscriber of the session and tick, so that a
   * door can encode it once; it must not be changed.
   */
  readonly events: (records: ReadonlyArray<Uint8Array>, last: number) => void
  /** True while the door cannot take more; `acknowledge` (of any seq) tells that it can again. Absent: never full. */
  readonly full?: () => boolean
  readonly snapshot: (seq: number, head: SnapshotHead, screen: Uint8Array, session: Session) => void
  readonly synced: (seq: number) => void
  readonly viewers: (viewers: Viewers) => void
  /** The hub ended the attachment: session purged, credential revoked, hub stopping. Nothing follows. */
  readonly detached: (reason: string) => void
  /** A person ended the attachment (T-31). Absent where nobody looks on: such an attachment is left alone. */
  readonly released?: (by: string) => void
}

/** One who may come back: a client by the id that everybody sees, with what only its own connection knows. */
export interface Seated {
  readonly client: string
  /** Chosen by the client at random, or by the hub; absent for who reads alone. */
  readonly connection?: string
}

/** A request to attach. `after` absent: start with a snapshot of what is on the screen. */
export interface AttachRequest extends Seated {
  readonly session: string
  readonly after?: number
  readonly log?: string
  readonly mode: "interactive" | "viewer"
  readonly name: string
  readonly cols?: number
  readonly rows?: number
  /** Session that the viewer's terminal is in. */
  readonly within?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly colors?: TerminalColors
  /** Of a viewer that comes back: whether it gave the size when it was last told (T-48). */
  readonly gaveSize?: boolean
  readonly filter?: EventFilter
}

/** An attachment. Frames begin after `start`, so that a door can send its answer first (W-3). */
export interface Attachment {
  readonly handle: number
  readonly session: Session
  readonly log: string
  /** Highest settled input number of this connection. */
  readonly inputs: number
  readonly start: () => void
  /** The reader consumed everything up to `seq`: gives credit (D-10). */
  readonly acknowledge: (seq: number) => void
  /** Size of this viewer's window (T-8). Gives an error tag and message when refused. */
  readonly resize: (cols: number, rows: number) => DoorError | undefined
  /**
   * Types into the terminal. `settled` is called once, when the child took it or it was refused.
   * Numbers only grow per connection; a repeated one settles without effect (W-6).
   */
  readonly input: (number: number, bytes: Uint8Array, settled: (error: DoorError | undefined) => void) => void
  /** Head of the session now, for heartbeats. */
  readonly head: () => number
  /** Last seq handed to the sink; bytes handed out and not acknowledged. */
  readonly position: () => { readonly sent: number; readonly unacknowledged: number; readonly synced: boolean }
  readonly detach: () => void
  /** The same as its client asks for it: a keyboard that it holds is free at once (T-47). */
  readonly leave: () => void
}

/** Who is attached to a session. */
export interface SessionViewers {
  readonly session: string
  readonly viewers: Viewers["viewers"]
}

/** One page of events, as JSON texts in order, ready to be joined. */
export interface EventPage {
  readonly events: ReadonlyArray<string>
  readonly firstSeq: number
  readonly lastSeq: number
  /** Cursor to go on with: last seq looked at. */
  readonly next: number
  readonly atHead: boolean
  /** Identity of the log, for the cursor. */
  readonly log: string
}

/** What is up and what is missing (H-14, row:K4). */
export interface Health {
  readonly ready: boolean
  readonly store: "ok" | "full" | "failed"
  readonly runner: "ok" | "starting" | "away"
  readonly problems: ReadonlyArray<string>
  readonly sessions: number
  readonly loaded: number
  readonly attachments: number
}

/** A watcher of the feed. */
export interface FeedWatch {
  /** It is given what changed after this. */
  readonly change: number
  /** Identity of the feed, for the cursor. */
  readonly feed: string
  /** The cursor was of another feed, or beyond the head: what the watcher knows is void, and everything is given. */
  readonly reset: boolean
  readonly start: () => void
  readonly stop: () => void
}

/** The contract. */
export class Hub extends Context.Service<
  Hub,
  {
    /** Changes at every start. */
    readonly id: string
    readonly create: (request: CreateSession, by: Principal) => Effect.Effect<Created, DoorError>
    /** The same as plain callbacks. */
    readonly createThen: (request: CreateSession, by: Principal, answer: CreateAnswer) => void
    /** The id of the one session that an id, a unique beginning or end of one, or a label names; everything else takes whole ids (H-3). */
    readonly resolve: (text: string) => Effect.Effect<string, DoorError>
    readonly get: (id: string) => Effect.Effect<Session, DoorError>
    readonly list: (query: SessionQuery) => Effect.Effect<SessionPage, DoorError>
    /** Changes the session of an id, as plain callbacks: `update`, `mark`, `archive` and `restore` are the same. */
    readonly change: (session: string, change: SessionChange, by: Principal, answer: ChangeAnswer) => void
    readonly update: (id: string, change: UpdateSession, by: Principal) => Effect.Effect<Changed, DoorError>
    readonly mark: (id: string, mark: MarkSession, by: Principal) => Effect.Effect<Changed, DoorError>
    readonly archive: (id: string, key: string | undefined, by: Principal) => Effect.Effect<Changed, DoorError>
    readonly restore: (id: string, key: string | undefined, by: Principal) => Effect.Effect<Changed, DoorError>
    /** Soft delete: ends the child, moves the session to the trash. */
    readonly remove: (id: string, key: string | undefined, by: Principal) => Effect.Effect<Changed, DoorError>
    readonly events: (
      id: string,
      range: EventFilter & {
        readonly after: number
        /** Identity of the log that `after` is of, as far as the caller knows; another one is `CursorAhead`. */
        readonly log?: string
        readonly limit: number
      },
    ) => Effect.Effect<EventPage, DoorError | CursorInvalid | CursorAhead>
    readonly attach: (request: AttachRequest, sink: AttachmentSink, by: Principal) => Effect.Effect<Attachment, DoorError>
    /** Follows the feed of sessions (D-12): what changed after `after`, then live; without it from the head on. */
    readonly watch: (
      cursor: FeedCursor,
      sink: (change: number, sessions: ReadonlyArray<Session>, synced: boolean) => void,
    ) => Effect.Effect<FeedWatch, DoorError | BadRequest>
    /** Types into a terminal without an attachment; with a key once (H-7). */
    readonly input: (
      id: string,
      key: string | undefined,
      bytes: Uint8Array,
      by: Principal,
    ) => Effect.Effect<{ readonly seq: number }, DoorError>
    readonly resize: (id: string, cols: number, rows: number, by: Principal) => Effect.Effect<void, DoorError>
    readonly signal: (id: string, signal: string, by: Principal) => Effect.Effect<void, DoorError>
    readonly setTypist: (
      id: string,
      viewer: Seated & Pick<AttachRequest, "name">,
      mode: "single" | "free",
      by: Principal,
    ) => Effect.Effect<Changed, DoorError>
    /** Starts an ended terminal's command again in its session (T-32). */
    readonly restart: (id: string, request: RestartSession, by: Principal) => Effect.Effect<Session, DoorError>
    /** Who is attached: to a session, or to all that somebody is attached to. */
    readonly viewers: (id: string | undefined) => Effect.Effect<ReadonlyArray<SessionViewers>, DoorError>
    /** Ends the attachments of people, but for those of a client id or of one connection; gives how many (T-31). */
    readonly release: (
      id: string,
      except: string | Seated | undefined,
      name: string,
      by: Principal,
    ) => Effect.Effect<number, DoorError>
    readonly screen: (id: string) => Effect.Effect<Screen, DoorError>
    readonly health: Effect.Effect<Health>
    readonly runnerStatus: Effect.Effect<ReadonlyArray<unknown>, DoorError>
    readonly stopRunners: (now: boolean) => Effect.Effect<ReadonlyArray<unknown>, DoorError>
    /** Ends what a revoked credential opened: its attachments get `detached`. */
    readonly dropCredential: (credential: string) => Effect.Effect<void>
  }
>()("@holdfast/hub/Hub") {}
