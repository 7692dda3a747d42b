/**
 * Making a directory with those above it. Node's own `recursive` never returns where the system takes a directory's parent for there
 * and the directory for impossible, as in /proc.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from "node:fs"
import { dirname } from "node:path"

/**
 * Makes a directory and those above it that are missing, for their owner only, durably: an earlier process may have made the
 * lowest and not have got further. Throws the system's error.
 */
export function makeDirectory(path: string): void {
  const missing: Array<string> = []
  for (let at = path; !isThere(at); at = dirname(at)) missing.unshift(at)
  if (missing.length === 0) missing.push(path)
  for (const directory of missing) madeOrThere(directory)
  for (const directory of missing) syncDirectory(dirname(directory))
}

/** What the system says where directories cannot be synced or need not be. */
const NO_SYNC = new Set(["EINVAL", "ENOTSUP", "EISDIR", "EPERM", "EACCES", "EBADF"])

/** Whether an error says that the system has no sync of directories, rather than that one failed. */
export function cannotSync(error: unknown): boolean {
  return error instanceof Error && "code" in error && NO_SYNC.has(String(error.code))
}

/** Makes what was made or removed in a directory durable. Throws the system's error. */
export function syncDirectory(path: string): void {
  try {
    const directory = openSync(path, "r")
    try {
      fsyncSync(directory)
    } finally {
      closeSync(directory)
    }
  } catch (error) {
    if (!cannotSync(error)) throw error
  }
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
