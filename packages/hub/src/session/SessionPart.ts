/** What belongs to one open session beside its loop, as the loop and the table see it. */
import type { DoingReader } from "@holdfast/core/doing/doing-reader"
import type { SnapshotHead } from "@holdfast/protocol/frame"
import type { LogRecord } from "@holdfast/protocol/record"

/** What an attachment begins with: what a viewer sees after `seq`. */
export interface Snapshot {
  readonly seq: number
  readonly head: Omit<SnapshotHead, "reason">
  readonly screen: Uint8Array
}

/** The part that a session's kind adds: it follows the log and keeps what is not in it. */
export interface SessionPart {
  /** Records that are durable now, in order. */
  readonly appended: (records: ReadonlyArray<LogRecord>) => void
  /** An append failed; what was not durable is dropped. */
  readonly stalled: () => void
  /** The session was claimed again. */
  readonly resumed: () => void
  /** Makes a reader of what the session does; a kind that has no words for it makes none. */
  readonly makeDoing: () => DoingReader | undefined
  /** True while something keeps the session in memory. */
  readonly busy: () => boolean
  /** The session leaves this hub for good. */
  readonly gone: (reason: string) => void
}
