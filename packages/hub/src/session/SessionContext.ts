/** What a session's loop needs of the hub around it. */
import type { Session } from "@holdfast/protocol/session"
import type { Settings } from "@holdfast/protocol/settings"
import type { AppendOutcome, AppendRequest, Store } from "@holdfast/store/Store"
import type { DoingBoard } from "./DoingBoard.ts"
import type { Fork } from "./Fork.ts"
import type { Gate } from "./Gate.ts"

/** A session as the hub around it sees it. */
export interface KnownSession {
  readonly id: string
  /** The record as doors show it. */
  readonly record: () => Session
}

/** The hub as a session sees it. */
export interface SessionContext {
  readonly settings: Settings
  readonly store: Store["Service"]
  readonly fork: Fork
  /** Bounds how many readers are served from the log at one moment, over all sessions. */
  readonly reads: Gate
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly append: (request: AppendRequest, done: (outcome: AppendOutcome) => void) => void
  /** Sees every outcome, for health. */
  readonly outcome: (outcome: AppendOutcome) => void
  /** The stored record of a session changed. */
  readonly changed: (session: KnownSession) => void
  /** What sessions do, for those who want to know. */
  readonly doing: DoingBoard
  /** Every append of a failed session was answered: claim it again, or let go of it. */
  readonly reclaim: (session: KnownSession) => void
  /** Something worth a line in the log. */
  readonly report: (message: string, fields: Readonly<Record<string, unknown>>) => void
}
