/**
 * Making a directory with those above it. Node's own `recursive` never returns where the system takes a directory's parent for there
 * and the directory for impossible, as in /proc.
 */
import { mkdirSync, statSync } from "node:fs"
import { dirname } from "node:path"

/** Makes a directory and those above it that are missing, for their owner only. Throws the system's error. */
export const makeDirectory = (path: string): void => {
  const missing: Array<string> = []
  for (let at = path; !isThere(at); at = dirname(at)) missing.unshift(at)
  if (missing.length === 0) return madeOrThere(path)
  for (const directory of missing) madeOrThere(directory)
}

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined || dirname(path) === path

/** What another process makes at the same moment is as good as made. */
function madeOrThere(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error
  }
}
