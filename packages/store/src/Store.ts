/**
 * The store: where logs, session records, keys, checkpoints and leases last.
 *
 * One contract, one suite (`contract/`), one folder per driver. The rules are S-1 to S-28 of docs/PROTOCOL.md.
 * `append` and `createThen` are the hot paths and take callbacks; everything else is an effect. A store never shows an event that
 * would not outlast what its durability setting names, and never acknowledges one.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { EventFilter } from "@holdfast/protocol/event-filter"
import type { LogRecord } from "@holdfast/protocol/record"
import type { Session, SessionQuery, SessionStatus } from "@holdfast/protocol/session"
import type { People } from "./People.ts"
import type { DataDamaged, NoSuchSession, PageCursorInvalid, StoreError } from "./store-errors.ts"
import type { TracePoint, Traces } from "./Traces.ts"

export {
  DataDamaged,
  NoSuchSession,
  PageCursorInvalid,
  StoreFull,
  StoreTooNew,
  StoreUnusable,
  type StoreError,
} from "./store-errors.ts"

/** Number of a session inside one store; small, never reused, unknown outside the server. */
export type SessionHandle = number

/** Position up to which a runner's journal is in the log: stored in the transaction that appends. */
export interface JournalPosition {
  readonly runner: string
  readonly child: string
  readonly position: number
}

/**
 * The cached fold of a session that is stored with it, as JSON text, with the fields a list filters by.
 * `firstSeq`, `lastSeq` and `change` of the record are the store's own and are overwritten on read.
 */
export interface StoredState {
  /** `Session` as JSON text, without a need to be parsed by the store. */
  readonly record: string
  /** What the hub needs beyond the record to continue after a restart, as JSON text. */
  readonly inner: string
  readonly kind: string
  readonly status: string
  readonly process: string
  readonly label: string
  readonly owner: string
  readonly createdBy?: string
  readonly pinned: boolean
  readonly tags: ReadonlyArray<string>
  /** Metadata as JSON text, an object of texts with its names in order; absent when there is none. */
  readonly metadata?: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly lastActiveAt: number
  /** Seq of the last event that a person should know of. */
  readonly news?: number
  /** Set while the session is deleted. */
  readonly purgeAt?: number
}

/** A keyed append: same key and hash again gives the first result, another hash is a conflict. */
export interface AppendKey {
  readonly key: string
  /** Hash of the command's body. */
  readonly hash: string
}

/** An event that readers of notes are to learn of (Y-2): its seq and its name, `channel/type`. */
export interface Note {
  readonly seq: number
  readonly name: string
}

/** A note as it is kept. `number` only grows, over all sessions. */
export interface KeptNote extends Note {
  readonly number: number
  readonly session: SessionHandle
  readonly id: string
}

/**
 * Notes in order; `head` is the number of the last one that was made, whether or not it is kept. `lost`: how many at most the reader
 * will not get, as it is further behind than notes are kept.
 */
export interface NotePage {
  readonly notes: ReadonlyArray<KeptNote>
  readonly head: number
  readonly lost?: number
}

/** One atomic append to one session. */
export interface AppendRequest {
  readonly session: SessionHandle
  /** Fence: must equal the session's epoch in the store, compared in the statement itself. */
  readonly epoch: number
  /** `from` of the first record must equal the session's next seq, compared in the statement itself. */
  readonly records: ReadonlyArray<LogRecord>
  /** New state, when it changed. */
  readonly state?: StoredState
  readonly journal?: JournalPosition
  readonly key?: AppendKey
  /** Kept in the same transaction, as long as there is a reader of notes. */
  readonly notes?: ReadonlyArray<Note>
  /** Kept in the same transaction. */
  readonly trace?: ReadonlyArray<TracePoint>
}

/** How an append ended. Only `Appended` and `Repeated` mean that something is durable. */
export type AppendOutcome =
  /** Durable. `change` is there when a state was stored. */
  | { readonly _tag: "Appended"; readonly change?: number }
  /** The key was used with the same hash: nothing was appended; the seqs are those of the first time. */
  | { readonly _tag: "Repeated"; readonly first: number; readonly last: number }
  | { readonly _tag: "KeyConflict" }
  /** Another owner claimed the session; this one must let go of it. */
  | { readonly _tag: "EpochLost"; readonly epoch: number }
  | { readonly _tag: "SeqConflict"; readonly next: number }
  | { readonly _tag: "NotFound" }
  | { readonly _tag: "StorageFull"; readonly message: string }
  | { readonly _tag: "Failed"; readonly message: string }

/** A session as claimed by an owner: `epoch` is the new fence. */
export interface Claimed {
  readonly session: SessionHandle
  readonly id: string
  readonly epoch: number
  readonly firstSeq: number
  readonly nextSeq: number
  readonly change: number
  /** Identity of this log; a log created again under the same id has another one. */
  readonly log: string
  readonly record: string
  readonly inner: string
  readonly journal?: JournalPosition
  /** Bytes of the records in the log. */
  readonly bytes: number
}

/** A session to be made, with its first records, which begin at seq 1. */
export interface CreateRequest {
  readonly id: string
  readonly records: ReadonlyArray<LogRecord>
  readonly state: StoredState
  readonly key?: AppendKey
  readonly notes?: ReadonlyArray<Note>
  readonly trace?: ReadonlyArray<TracePoint>
}

/** How the making of a session ended: `Created` is durable; `Exists` names the session that the key or id made before. */
export type CreateOutcome =
  | { readonly _tag: "Created"; readonly claimed: Claimed }
  | { readonly _tag: "Exists"; readonly id: string }
  | { readonly _tag: "KeyConflict" }

/** Which part of a log to read. */
export interface ReadRange extends EventFilter {
  /** Read what follows this seq. */
  readonly after: number
  /** Stop once this many bytes are gathered; at least one record is given when there is one. */
  readonly maxBytes: number
  readonly maxRecords?: number
}

/** A piece of a log: whole records in order, ready to be sent. */
export interface Chunk {
  readonly records: ReadonlyArray<Uint8Array>
  /** Last seq covered: of the last record, or, under a filter, of the last record looked at. Equals `after` at the head. */
  readonly last: number
  /** Nothing follows `last` now. */
  readonly atHead: boolean
}

/** Bounds of a log. `lastSeq` is 0 and `firstSeq` 1 while it is empty. */
export interface Head {
  readonly session: SessionHandle
  readonly firstSeq: number
  readonly lastSeq: number
  readonly bytes: number
  readonly log: string
}

/** A stored screen: what a terminal showed after `seq`. */
export interface Checkpoint {
  readonly seq: number
  readonly cols: number
  readonly rows: number
  readonly screen: Uint8Array
  readonly time: number
}

/** Filters of a list; without `status` all but the trash. `ids`: these sessions alone. */
export type ListQuery = Omit<SessionQuery, "status" | "unread"> & {
  readonly status?: SessionStatus
  /** Sessions with news that this person has not seen. */
  readonly unreadBy?: string
  readonly ids?: ReadonlyArray<string>
}

/**
 * One page of session records, as parsed and completed `Session` objects. `total` is exact up to `LIST_TOTAL_MAX`, beyond it
 * `more` is true: no store counts everything.
 */
export interface SessionList {
  readonly sessions: ReadonlyArray<Session>
  readonly total: number
  readonly more: boolean
  readonly next: string | null
}

/** Changed records up to the change number `change`; the last one of all is `head`. */
export interface ChangePage {
  readonly sessions: ReadonlyArray<Session>
  readonly change: number
  readonly head: number
  /** Identity of what the numbers count: made with the store, another one in every other store. */
  readonly feed: string
}

/** Totals for health and metrics. */
export interface StoreStats {
  readonly sessions: number
  readonly byStatus: Readonly<Record<string, number>>
  readonly bytes: number
  readonly commits: number
  readonly appends: number
  /** Appends that wait for a commit now. */
  readonly waiting: number
}

/** The contract. */
export class Store extends Context.Service<
  Store,
  People &
    Traces & {
      /** Appends; `done` is called exactly once, in the order of the calls, never before the outcome is durable. */
      readonly append: (request: AppendRequest, done: (outcome: AppendOutcome) => void) => void

      /** Makes a session with its first records at epoch 1. The same `key` again gives the first session. */
      readonly create: (request: CreateRequest) => Effect.Effect<CreateOutcome, StoreError>
      /** The same with a callback; `done` is called exactly once, after the call returned. */
      readonly createThen: (request: CreateRequest, done: (outcome: CreateOutcome | StoreError) => void) => void
      /** Takes a session over: raises its epoch, so that every earlier owner's appends fail. */
      readonly claim: (id: string) => Effect.Effect<Claimed, NoSuchSession | DataDamaged | StoreError>
      /** The record, completed with `firstSeq`, `lastSeq` and `change`. */
      readonly get: (id: string) => Effect.Effect<Session, NoSuchSession | DataDamaged | StoreError>
      /** Ids that equal, begin or end with `text`, or whose label equals it; at most `limit`; the trash last. */
      readonly resolve: (text: string, limit: number) => Effect.Effect<ReadonlyArray<string>, StoreError>
      readonly list: (query: ListQuery) => Effect.Effect<SessionList, PageCursorInvalid | StoreError>
      /** Records that changed after a change number, oldest change first, each at its latest state only. */
      readonly changes: (after: number, limit: number) => Effect.Effect<ChangePage, StoreError>

      readonly head: (id: string) => Effect.Effect<Head, NoSuchSession | StoreError>
      readonly read: (session: SessionHandle, range: ReadRange) => Effect.Effect<Chunk, DataDamaged | StoreError>
      /** What a key was used for, if it was. */
      readonly keyed: (
        session: SessionHandle,
        key: string,
      ) => Effect.Effect<{ readonly hash: string; readonly first: number; readonly last: number } | undefined, StoreError>

      readonly putCheckpoint: (session: SessionHandle, epoch: number, checkpoint: Checkpoint) => Effect.Effect<void, StoreError>
      /** The newest checkpoint at or before `atOrBefore`, or the newest of all. */
      readonly checkpoint: (
        session: SessionHandle,
        atOrBefore?: number,
      ) => Effect.Effect<Checkpoint | undefined, DataDamaged | StoreError>
      /** Removes the records up to `through` and appends `notice` (the `system/trimmed` event) in one transaction. */
      readonly trim: (
        session: SessionHandle,
        epoch: number,
        through: number,
        notice: LogRecord,
      ) => Effect.Effect<AppendOutcome, StoreError>
      /**
       * Replaces ranges of whole records by one record each, which stands for its range (`from` to `seq`), in one
       * transaction. A range that is one such record already stays as it is; one that would cut a record is `SeqConflict`
       * and nothing is changed.
       */
      readonly fold: (
        session: SessionHandle,
        epoch: number,
        records: ReadonlyArray<LogRecord>,
      ) => Effect.Effect<AppendOutcome, StoreError>
      /** Ids of the sessions that `purge` would remove. */
      readonly due: (now: number, limit: number) => Effect.Effect<ReadonlyArray<string>, StoreError>
      /** Removes sessions whose `purgeAt` has passed, with all they own; gives their ids. */
      readonly purge: (now: number, limit: number) => Effect.Effect<ReadonlyArray<string>, StoreError>

      /** Takes or renews a named lease until `now + ttl`; `undefined` while another owner's has not expired. Gives a token that only grows; a `ttl` of 0 ends it. */
      readonly lease: (name: string, owner: string, now: number, ttl: number) => Effect.Effect<number | undefined, StoreError>

      /** Credentials and other small settings of the server; `undefined` as value removes. */
      readonly putSetting: (name: string, value: string | undefined) => Effect.Effect<void, StoreError>
      readonly settings: (
        prefix: string,
      ) => Effect.Effect<ReadonlyArray<{ readonly name: string; readonly value: string }>, StoreError>

      /** Adds a reader of notes, which begins at the present, or gives the cursor of the one that is there. */
      readonly openNotes: (reader: string) => Effect.Effect<number, StoreError>
      /** Notes after a number, of sessions that were not purged. */
      readonly notes: (after: number, limit: number) => Effect.Effect<NotePage, StoreError>
      /** A reader needs nothing up to `cursor` any more; without a cursor it is gone. What no reader needs is dropped. */
      readonly moveNotes: (reader: string, cursor: number | undefined) => Effect.Effect<void, StoreError>
      /** Calls back after notes became durable, until the returned function is called. */
      readonly onNotes: (listener: () => void) => () => void

      /** Checks one session's log from its first to its last record; `undefined` when all is well. */
      readonly verify: (id: string) => Effect.Effect<DataDamaged | undefined, NoSuchSession | StoreError>
      readonly stats: Effect.Effect<StoreStats, StoreError>
      /** Seals what can be sealed and waits for it; the background does the same in small steps. */
      readonly settle: Effect.Effect<void, StoreError>
    }
>()("@holdfast/store/Store") {}
