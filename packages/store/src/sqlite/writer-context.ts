/** What every operation of the writer works with. */
import type { ChangeCounter, SessionCounts } from "./session-counts.ts"
import type { Statements } from "./statements.ts"
import type { Tail } from "./tail-rows.ts"

/** The writer's connection and its bookkeeping. */
export interface WriterContext {
  readonly statements: Statements
  readonly change: ChangeCounter
  readonly counts: SessionCounts
  readonly tail: Tail
  /** Size that sealed pieces have, in bytes. */
  readonly sealBytes: number
  /** A session has this many bytes in pieces that are not sealed. */
  readonly loosened: (session: number, bytes: number) => void
  /** Some log has pieces to be removed. */
  readonly sweepable: () => void
}
