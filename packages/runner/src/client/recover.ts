/** Reads what a dead runner's journal still holds. */
import type { JournalEntry } from "../wire/messages.ts"

/** The leftover journal of one child. */
export interface RecoveredChild {
  readonly id: string
  readonly session: string
  /** First and last position that can be read; entries after `last` were in the dead runner's memory. */
  readonly first: number
  readonly last: number
  /** The entry at `last` + 1 was there and is damaged. */
  readonly damaged: boolean
  /** Entries after a position, in order, dense, from the file; memory stays flat. */
  readonly entries: (after: number) => AsyncGenerator<JournalEntry, void, void>
}

/** The leftover journals of a dead generation's directory, each checked by its checksums; empty when it had spilled nothing. */
export function recoverJournal(directory: string): Promise<ReadonlyArray<RecoveredChild>> {
  void directory
  return Promise.reject(new Error("not built yet"))
}
