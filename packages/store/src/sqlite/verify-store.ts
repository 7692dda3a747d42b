/**
 * Checks the logs of a database that no hub has open: every record is read and compared with its checksum. Nothing is changed.
 */
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import { type DataDamaged, StoreUnusable } from "../Store.ts"
import { classify } from "./sqlite-error.ts"
import { StoreReader } from "./store-reader.ts"

/** What was found. Sessions are checked from the newest on. */
export interface StoreVerdict {
  readonly sessions: number
  /** How many of them were checked before the time was over. */
  readonly checked: number
  readonly damaged: ReadonlyArray<DataDamaged>
}

/** Checks the database at `path` for at most `milliseconds`, at least one session. Rejects when it cannot be read at all. */
export async function verifyStore(path: string, milliseconds: number): Promise<StoreVerdict> {
  const until = performance.now() + milliseconds
  const reader = new StoreReader(new DatabaseSync(path, { readOnly: true }), path)
  try {
    const ids = await Effect.runPromise(reader.ids)
    const damaged: Array<DataDamaged> = []
    let checked = 0
    for (const id of ids) {
      const damage = await Effect.runPromise(reader.effects.verify(id))
      if (damage !== undefined) damaged.push(damage)
      checked++
      if (performance.now() >= until) break
    }
    return { sessions: ids.length, checked, damaged }
  } finally {
    reader.close()
  }
}

/** Whether reading the database at `path` failed because another program has it locked. */
export function isLocked(cause: unknown, path: string): boolean {
  return cause instanceof StoreUnusable ? cause.reason === "locked" : classify(cause, path).kind === "locked"
}
