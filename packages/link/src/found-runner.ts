/** What a hub learns of runners beside their connections: those of a data directory, and what dead ones left. */
import type { RunnerRecord } from "./generation.ts"
import type { JournalEntry } from "./messages.ts"

/** A generation found in a data directory. A dead one has no process any more; its journal can be recovered. */
export type FoundRunner =
  | { readonly state: "live"; readonly generation: string; readonly directory: string; readonly record: RunnerRecord }
  | { readonly state: "dead"; readonly generation: string; readonly directory: string; readonly record: RunnerRecord | undefined }

/** A dead generation. */
export type DeadRunner = FoundRunner & { readonly state: "dead" }

/** A runner that listens. */
export interface StartedRunner {
  readonly generation: string
  readonly directory: string
  readonly socket: string
  readonly pid: number
}

/** The leftover journal of one child. */
export interface RecoveredChild {
  readonly id: string
  readonly session: string
  /** First and last position that can be read; entries after `last` were in the dead runner's memory. */
  readonly first: number
  readonly last: number
  /** What follows `last` was there and is damaged. */
  readonly damaged: boolean
  /** Entries after a position, in order, dense, from the file; memory stays flat. */
  readonly entries: (after: number) => AsyncGenerator<JournalEntry, void, void>
}
