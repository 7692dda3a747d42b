/**
 * The hub: every operation on sessions, whatever door it comes through.
 *
 * Doors (socket, HTTP, SSE and later ones) perform, attach and watch; they use this contract and nothing below it. `attach`
 * and `watch` are the only ways to read live events and records in the code base (D-1). Callers have passed the guard; `Principal` says who they are.
 */
import type { FeedCursor } from "@holdfast/core/cursor"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type { Announcement } from "@holdfast/protocol/announcement"
import type { Seen } from "@holdfast/protocol/desk"
import type { Doing } from "@holdfast/protocol/doing"
import type { DoorError } from "@holdfast/protocol/errors"
import type { EventFilter } from "@holdfast/protocol/event-filter"
import type { SnapshotHead, Viewers } from "@holdfast/protocol/frame"
import type {
  AdministrationName,
  AnswerOf,
  OperationInput,
  OperationName,
  OperationOutput,
  PushName,
  StreamName,
  WebhookName,
} from "@holdfast/protocol/operations"
import type { CreatedBy, Session } from "@holdfast/protocol/session"
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"

/** Who acts: from the credential, never from what a client claims. */
export interface Principal {
  /** Name of the credential: `owner`, or that of a token. */
  readonly name: string
  /** Id of the credential, to close what it opened when it is revoked. */
  readonly credential: string
  /** `none`: no credential was shown; only public operations are for it. */
  readonly scope: "all" | "write" | "read" | "none"
  /** The sessions that the credential is bound to; all of them when absent. */
  readonly sessions?: ReadonlySet<string>
  /** Whose idempotency keys it uses, when not its own: the owner's are one, through restarts and rotations (H-22). */
  readonly holder?: string
  /** It is a device of its holder's: a credential with a scope of its own (G-23). */
  readonly device?: true
  /** It is the key of a browser that the credential signed in: the hash of that key, to end it alone (G-26). */
  readonly browser?: string
}

/** Whose keys a caller uses, which names the person (H-22). */
export function keeperOf({ credential, holder = credential }: Pick<Principal, "credential" | "holder">): string {
  return holder
}

/** Who asks for an operation, and through which door. */
export interface Caller extends Principal {
  /** Name of the door, for log lines and metrics. */
  readonly door?: string
  /** Id that ties log lines to an answer. */
  readonly trace?: string
  /** The client at the other end of a connection that lasts, and what kind of client it says it is. */
  readonly seated?: Seated & { readonly name: string; readonly createdBy?: CreatedBy }
  /** The hub's own end of the caller's connection, as an address. */
  readonly address?: string
  /** Key of this request, for an operation whose input has no place for one. */
  readonly key?: string
}

/** A session that was asked for. `created` is false for a key that was used before. */
export interface Created {
  readonly session: Session
  readonly created: boolean
}

/** What a change of a session answers with. `changed` is false when there was nothing to change. */
export interface Changed {
  /** The record as it is when this is read. */
  readonly session: Session
  readonly seq: number
  readonly changed: boolean
}

/** Receives how a creation ended, once; a fault of the hub's own is in it as a defect. */
export type CreateAnswer = Done<Created>

/** Receives how an operation ended, once; a fault of the hub's own is in it as a defect. */
export type Done<A> = (exit: Exit.Exit<A, DoorError>) => void

/** A file of a session's messages. `mediaType` is that of an image, told by its bytes. */
export interface MessageFile {
  readonly bytes: Uint8Array
  readonly mediaType: string | undefined
}

/** What the handlers of some operations answer with, where it is not what crosses the wire. */
interface OwnOutputs {
  readonly "log.events": EventTexts
  readonly "messages.file": MessageFile
}

/** Name of an operation that is performed; the others are attachments and watches. */
export type PerformedName = Exclude<OperationName, StreamName>

/** What an operation answers a door with. */
export type Outcome<N extends OperationName> = N extends StreamName
  ? never
  : N extends keyof OwnOutputs
    ? OwnOutputs[N]
    : AnswerOf<N> extends "session"
      ? Changed
      : AnswerOf<N> extends "created"
        ? Created
        : OperationOutput<N>

/** How an operation ended: with what its handler answered, or refused. */
export type Performed<A> =
  | { readonly _tag: "Success"; readonly value: A }
  | { readonly _tag: "Refused"; readonly error: DoorError }

/** Work that continues behind a call, and can be interrupted. */
export interface Running {
  readonly interruptUnsafe: () => void
}

/** Carries out an operation: everything that appends does so with its callbacks, without an effect. */
export type Handler<N extends PerformedName> = (input: OperationInput<N>, by: Caller, done: Done<Outcome<N>>) => Running | void

/** Handlers of operations by their names. */
export type Handlers<N extends PerformedName> = { readonly [Name in N]: Handler<Name> }

/** Receives the events of one attachment; called by the delivery loop, never concurrently. */
export interface AttachmentSink {
  /**
   * Whole records in order. The array is the same object for every live subscriber of the session and tick, so that a
   * door can encode it once; it must not be changed.
   */
  readonly events: (records: ReadonlyArray<Uint8Array>, last: number) => void
  /** True while the door cannot take more; `acknowledge` (of any seq) says that it can again. Absent: never full. */
  readonly full?: () => boolean
  readonly snapshot: (seq: number, head: SnapshotHead, screen: Uint8Array, session: Session) => void
  readonly synced: (seq: number) => void
  readonly viewers: (viewers: Viewers) => void
  /** The hub ended the attachment: session purged, credential revoked, hub stopping. Nothing follows. */
  readonly detached: (reason: string) => void
  /** A person ended the attachment (T-31). Absent where no one looks on: such an attachment is left alone. */
  readonly released?: (by: string) => void
}

/** One who may come back: a client by the id that everyone sees, with what only its own connection knows. */
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
  /** Of a viewer that comes back: whether it gave the size when it last learned (T-48). */
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
  /** Its seat, as viewers are shown it. */
  readonly seat: string
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
  /** Ends it; the reason is for the log. */
  readonly detach: (reason?: string) => void
  /** The same as its client asks for it: a keyboard that it holds is free at once (T-47). */
  readonly leave: () => void
}

/** Who is attached to a session. */
export interface SessionViewers {
  readonly session: string
  readonly viewers: Viewers["viewers"]
}

/** One page of events, as JSON texts in order, ready to be joined. */
export interface EventTexts {
  readonly events: ReadonlyArray<string>
  readonly firstSeq: number
  readonly lastSeq: number
  /** Cursor to continue with: last seq looked at. */
  readonly next: number
  readonly atHead: boolean
  /** Identity of the log, for the cursor. */
  readonly log: string
  /** Of a page that was read backwards: before which seq the next older one ends; null at the beginning of the log. */
  readonly before?: number | null
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
  /** Ends it; the reason is for the log. */
  readonly stop: (reason?: string) => void
}

/** How often a credential may ask, and where it stands. Times are milliseconds. */
export interface Rate {
  readonly limit: number
  readonly window: number
  readonly remaining: number
  /** From now until the window is over. */
  readonly reset: number
}

/** The contract. */
export class Hub extends Context.Service<
  Hub,
  {
    /** Changes at every start. */
    readonly id: string
    /**
     * Carries out an operation of the table, whatever door it came through. Scope, the session's id, log line, metric, span and
     * the shape of errors are decided here. A door that could not read the input passes the refusal in its place. `done` is
     * called once, perhaps at once; gives what can be interrupted when no one waits for the answer any more.
     */
    readonly perform: <N extends OperationName>(
      name: N,
      input: OperationInput<N> | DoorError,
      by: Caller,
      done: (performed: Performed<Outcome<N>>) => void,
    ) => Running | undefined
    /** Adds the handlers of the operations that are not about sessions. */
    readonly serve: <N extends AdministrationName | PushName | WebhookName>(handlers: Handlers<N>) => void
    readonly attach: (request: AttachRequest, sink: AttachmentSink, by: Caller) => Effect.Effect<Attachment, DoorError>
    /** Follows the feed of sessions (D-12): what changed after `after`, then live; without it from the head on. */
    readonly watch: (request: WatchRequest, sink: FeedListener, by: Caller) => Effect.Effect<FeedWatch, DoorError>
    readonly health: Effect.Effect<Health>
    /** How often a credential may ask; `undefined` when it has no limit. */
    readonly rate: (by: Principal) => Rate | undefined
    /** Ends what a credential opened that was revoked or has expired: its attachments get `detached` with the reason. */
    readonly dropCredential: (credential: string, reason: string) => Effect.Effect<void>
    /** Says who the persons are (H-22): what is kept of others is forgotten (L-12). */
    readonly knowPersons: (isKnown: (person: string) => boolean) => void
    /** Forgets what is kept of a person who is not known any more. */
    readonly forgetPerson: (person: string) => void
  }
>()("@holdfast/hub/Hub") {}

/**
 * Takes records that changed, up to a change number. `announcements` are all that are in force now: given when they
 * change, and when the watcher has caught up.
 */
export type FeedListener = (
  change: number,
  sessions: ReadonlyArray<Session>,
  synced: boolean,
  announcements?: ReadonlyArray<Announcement>,
  beside?: Beside,
) => void

/** What goes beside the records, to a watcher that asked for it, once it has caught up: it is no change and moves no cursor. */
export interface Beside {
  /** What sessions do now (L-1): of each only when that changes. */
  readonly doing?: ReadonlyArray<Doing>
  /** Up to where the watcher has seen sessions (L-5), in the order of the marks' numbers. */
  readonly seen?: ReadonlyArray<Seen>
}

/** What a watcher asks for: where it continues, and whether it wants the announcements alone. */
export interface WatchRequest extends FeedCursor {
  readonly only?: "announcements" | undefined
  /** It is told what sessions do. */
  readonly doing?: boolean | undefined
  /** It is given its marks after this number. */
  readonly seen?: number | undefined
  /** It continues a watch that its door stopped while the client read nothing: the client did not ask again. */
  readonly continues?: true
}

/** Performs an operation as an effect, which ends with what it answers. */
export function performed<N extends PerformedName>(
  hub: Pick<Hub["Service"], "perform">,
  name: N,
  input: OperationInput<N>,
  by: Caller,
): Effect.Effect<Outcome<N>, DoorError> {
  return Effect.callback<Outcome<N>, DoorError>((resume) => {
    const running = hub.perform(name, input, by, (result) =>
      resume(result._tag === "Success" ? Effect.succeed(result.value) : Effect.fail(result.error)),
    )
    return running === undefined ? undefined : Effect.sync(() => running.interruptUnsafe())
  })
}
