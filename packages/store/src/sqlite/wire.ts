/**
 * Messages between the store and its writer thread.
 *
 * Requests go in batches and are answered one by one in the same order. The bytes of a batch's appends lie one after
 * the other in one buffer, which moves to the writer without being copied again (`plain-appends.ts`).
 */
import type { PutDocument, PutOutcome, SeenMark } from "../People.ts"
import type { AppendKey, AppendOutcome, Checkpoint, Claimed, JournalPosition, Note, StoredState } from "../Store.ts"
import type { TracePoint } from "../Traces.ts"

/** The records of one append as one piece of a log. `offset` and `length` place them in the batch's buffer. */
export interface WirePiece {
  readonly from: number
  readonly to: number
  readonly kinds: string
  readonly offset: number
  readonly length: number
}

/** The piece of a request: absent when it has no records, `"broken"` when they are not dense among themselves. */
export type RequestPiece = WirePiece | undefined | "broken"

/** A range of a log and the whole record that stands for it. */
export interface FoldedRange {
  readonly from: number
  readonly seq: number
  readonly bytes: Uint8Array
}

/** What the writer is asked to do. */
export type WriterRequest =
  | {
      readonly op: "append"
      readonly session: number
      readonly epoch: number
      readonly piece: RequestPiece
      readonly state: StoredState | undefined
      readonly journal: JournalPosition | undefined
      readonly key: AppendKey | undefined
      readonly notes?: ReadonlyArray<Note> | undefined
      readonly trace?: ReadonlyArray<TracePoint> | undefined
    }
  | {
      readonly op: "create"
      readonly id: string
      readonly piece: RequestPiece
      readonly state: StoredState
      readonly key: AppendKey | undefined
      readonly trace?: ReadonlyArray<TracePoint> | undefined
      readonly notes?: ReadonlyArray<Note> | undefined
    }
  | { readonly op: "claim"; readonly id: string }
  | { readonly op: "putCheckpoint"; readonly session: number; readonly epoch: number; readonly checkpoint: Checkpoint }
  | {
      readonly op: "trim"
      readonly session: number
      readonly epoch: number
      readonly through: number
      readonly piece: RequestPiece
    }
  /** Ranges in order, each with the record that takes its place. */
  | { readonly op: "fold"; readonly session: number; readonly epoch: number; readonly ranges: ReadonlyArray<FoldedRange> }
  | { readonly op: "purge"; readonly now: number; readonly limit: number }
  | { readonly op: "lease"; readonly name: string; readonly owner: string; readonly now: number; readonly ttl: number }
  | { readonly op: "putSetting"; readonly name: string; readonly value: string | undefined }
  | { readonly op: "putDocument"; readonly request: PutDocument }
  | { readonly op: "putSeen"; readonly person: string; readonly id: string; readonly seq: number; readonly back: boolean }
  | { readonly op: "forgetPerson"; readonly person: string }
  | { readonly op: "openNotes"; readonly reader: string }
  | { readonly op: "moveNotes"; readonly reader: string; readonly cursor: number | undefined }

/** What the writer answers. `Appended` without a change is reported as `0`. */
export type WriterReply =
  | 0
  | AppendOutcome
  | { readonly _tag: "Created"; readonly session: number; readonly change: number; readonly log: string }
  | { readonly _tag: "Exists"; readonly id: string }
  | { readonly _tag: "Claimed"; readonly claimed: Claimed }
  | { readonly _tag: "Damaged"; readonly message: string }
  | { readonly _tag: "Purged"; readonly ids: ReadonlyArray<string> }
  | { readonly _tag: "Leased"; readonly token: number | undefined }
  | { readonly _tag: "Noted"; readonly cursor: number }
  | { readonly _tag: "DocumentPut"; readonly outcome: PutOutcome }
  | { readonly _tag: "Seen"; readonly mark: SeenMark }
  | { readonly _tag: "Forgotten"; readonly more: boolean }
  | { readonly _tag: "Done" }

/** From the store to the writer. */
export type ToWriter =
  /**
   * A number stands for the plain append of that number; there are `plain` of them, and `length` bytes of records. Without
   * `requests` they are all there is, in order.
   */
  | {
      readonly _tag: "Batch"
      readonly requests?: ReadonlyArray<WriterRequest | number>
      readonly buffer: ArrayBuffer
      readonly plain: number
      readonly length: number
      readonly texts: ReadonlyArray<string>
    }
  | { readonly _tag: "Settle"; readonly number: number }
  | { readonly _tag: "Close" }

/** Why the store could not be opened. */
export type OpenRefusal =
  | { readonly _tag: "TooNew"; readonly found: number; readonly known: number; readonly message: string }
  | { readonly _tag: "Full"; readonly message: string }
  | { readonly _tag: "Unusable"; readonly reason: "unreadable" | "damaged" | "locked" | "failed"; readonly message: string }

/** From the writer to the store. */
export type FromWriter =
  | { readonly _tag: "Ready" }
  | { readonly _tag: "Refused"; readonly refusal: OpenRefusal }
  /** A number of replies stands for as many `0`. `buffers` are those of the batches that were answered; they may be filled again. */
  | {
      readonly _tag: "Replies"
      readonly replies: ReadonlyArray<WriterReply> | number
      readonly buffers: ReadonlyArray<ArrayBuffer>
    }
  /** The store accepts nothing, and why; without a reason it does again. */
  | { readonly _tag: "Trouble"; readonly problem: string | undefined }
  | { readonly _tag: "Settled"; readonly number: number; readonly problem?: string }
  | { readonly _tag: "Closed" }

/** What the writer thread is started with. */
export interface WriterOptions {
  readonly path: string
  readonly durability: "power" | "process"
  readonly sealBytes: number
  /** Milliseconds each commit is held back; for tests of what is seen before it. */
  readonly commitDelay: number
  /** Largest size of the database file in pages of 4 KiB, 0 without a limit; for tests of a full disk. */
  readonly maxPages: number
  /** Pages in the write-ahead log after which it is moved into the database and started over. */
  readonly walPages: number
}
