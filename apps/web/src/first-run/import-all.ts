/** Importing sessions of another program. */
import { HoldfastError } from "@holdfast/client"
import type { ClaudeImportable } from "@holdfast/protocol/agent/import"

/** How far an import is. */
export interface Progress {
  readonly done: number
  readonly of: number
  readonly failed: ReadonlyArray<string>
}

/** Imports sessions one after the other; what fails is said and does not keep the others from it. */
export async function importAll(
  importOne: (id: string) => Promise<unknown>,
  wanted: ReadonlyArray<ClaudeImportable>,
  tell: (progress: Progress) => void,
): Promise<Progress> {
  let progress: Progress = { done: 0, of: wanted.length, failed: [] }
  tell(progress)
  for (const { id, title } of wanted) {
    try {
      await importOne(id)
    } catch (cause) {
      const why = cause instanceof HoldfastError ? cause.message : String(cause)
      progress = { ...progress, failed: [...progress.failed, `${title}: ${why}`] }
    }
    progress = { ...progress, done: progress.done + 1 }
    tell(progress)
  }
  return progress
}
