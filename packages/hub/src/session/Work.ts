/** Work for a session's loop: a command with what it carries, and how it ended. */
import type { Decision } from "@holdfast/core/decision"
import type { SessionState } from "@holdfast/core/state"
import type { DoorError } from "@holdfast/protocol/errors"
import type { EventDraft } from "@holdfast/protocol/events"
import type { AppendKey, JournalPosition } from "@holdfast/store/Store"

/** How work ended: durable, without effect, or refused. `events` are those of this time; absent when its key was used before. */
export type WorkResult =
  | {
      readonly _tag: "Done"
      readonly first: number
      readonly last: number
      readonly changed: boolean
      readonly events: ReadonlyArray<EventDraft> | undefined
    }
  | { readonly _tag: "Refused"; readonly error: DoorError }

/**
 * How an append ended that is durable, the same each time its key comes again. Without records, when only its key was kept, `first` is after
 * `last`, and it stands at the end that the log had then.
 */
export function doneAs(first: number, last: number, events: ReadonlyArray<EventDraft> | undefined): WorkResult {
  return {
    _tag: "Done",
    first: Math.min(first, last),
    last,
    changed: first <= last,
    events,
  }
}

/** One command for the loop. `done` is called exactly once. */
export interface Work {
  readonly decide: (state: SessionState) => Decision
  readonly by?: string
  readonly key?: AppendKey
  /** Epoch milliseconds when it happened; now when absent. */
  readonly time?: number
  readonly journal?: JournalPosition
  readonly done: (result: WorkResult) => void
}

/** Output of the child, as the chunks the runner sent. */
export interface OutputWork {
  readonly chunks: ReadonlyArray<Uint8Array>
  readonly bytes: number
  readonly time: number
  readonly journal: JournalPosition
  /** Called once the seq is known, before it is durable. */
  readonly placed: (seq: number) => void
  readonly done: (result: WorkResult) => void
}

/** Work of either kind. */
export type AnyWork = Work | OutputWork

/** True for output. */
export function isOutput(work: AnyWork): work is OutputWork {
  return "chunks" in work
}
