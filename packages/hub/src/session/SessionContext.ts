/** What a session's loop needs of the hub around it, and what it tells its parts. */
import type { LogRecord } from "@holdfast/protocol/record"
import type { Settings } from "@holdfast/protocol/settings"
import type { AppendOutcome, AppendRequest, Store } from "@holdfast/store/Store"
import type { Fork } from "./Fork.ts"
import type { OpenSession } from "./OpenSession.ts"

/** The hub as a session sees it. */
export interface SessionContext {
  readonly settings: Settings
  readonly store: Store["Service"]
  readonly fork: Fork
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly append: (request: AppendRequest, done: (outcome: AppendOutcome) => void) => void
  /** Sees every outcome, for health. */
  readonly outcome: (outcome: AppendOutcome) => void
  /** The stored record of a session changed. */
  readonly changed: (session: OpenSession) => void
  /** Every append of a failed session was answered: claim it again, or let go of it. */
  readonly reclaim: (session: OpenSession) => void
  /** Something worth a line in the log. */
  readonly report: (message: string, fields: Readonly<Record<string, unknown>>) => void
}

/** The parts of a session that follow its log. */
export interface SessionPart {
  /** Records that are durable now, in order. */
  readonly appended: (records: ReadonlyArray<LogRecord>) => void
  /** An append failed; what was not durable is dropped. */
  readonly stalled: () => void
  /** The session was claimed again. */
  readonly resumed: () => void
  /** True while something keeps the session in memory. */
  readonly busy: () => boolean
  /** The session leaves this hub for good. */
  readonly gone: (reason: string) => void
}
