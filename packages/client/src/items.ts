/**
 * What an attachment hands to its consumer, in order and once each (docs/protocol/rules.md, C-4).
 */
import type { FRAME_SNAPSHOT, ServerFrame, SnapshotReason, Viewers } from "@holdfast/protocol/frame"
import type { RecordView } from "@holdfast/protocol/record"
import type { Session } from "@holdfast/protocol/session"
import type { HoldfastError } from "./errors.ts"
import { given } from "./given.ts"

/** One item. */
export type Item =
  /** An event, not decoded: `decodeRecord(record)` gives it; output has its bytes in `record.body`. */
  | { readonly _tag: "Event"; readonly record: RecordView; /** False for history sent before `Synced`. */ readonly live: boolean }
  /**
   * What the log came to at `seq`, instead of its events. With another reason than `fresh` whatever was shown before is
   * to be replaced by it.
   */
  | {
      readonly _tag: "Snapshot"
      readonly seq: number
      readonly reason: SnapshotReason
      /** `agent`: `screen` is JSON of the last messages and the streaming turn so far. */
      readonly kind?: string
      readonly cols: number | undefined
      readonly rows: number | undefined
      readonly screen: Uint8Array
    }
  /** Attached, for the first time or again. */
  | { readonly _tag: "Attached"; readonly session: Session; readonly log: string; readonly again: boolean }
  /** Everything up to `seq` was handed out; what follows happens now. Said after every attach. */
  | { readonly _tag: "Synced"; readonly seq: number }
  | { readonly _tag: "Viewers"; readonly viewers: Viewers["viewers"] }
  /** The connection is away; the attachment resumes by itself. */
  | { readonly _tag: "Dropped" }
  /** The last item: the attachment is over. Without an error it was ended by this client. */
  | { readonly _tag: "Ended"; readonly error: HoldfastError | undefined }

/** The item of a snapshot's frame. */
export function snapshotItem(frame: Extract<ServerFrame, { readonly type: typeof FRAME_SNAPSHOT }>): Item {
  const { seq, screen } = frame
  const { reason, kind, cols, rows } = frame.head
  return { _tag: "Snapshot", seq, reason, ...given({ kind }), cols, rows, screen }
}
