/** Untracked files of a working tree: they are compared as if they were about to be added, within bounds (docs/protocol/rules.md, FS-20). */
import type { Stats } from "node:fs"
import { lstat } from "node:fs/promises"
import { inputOf, onDisk } from "./bytes.ts"
import { BIG_FILE, type Shadow } from "./Shadow.ts"
import type { Snapshot } from "./snapshot-record.ts"
import type { DiffedFile, PathStatus } from "./status.ts"

/** Untracked files that are compared, and their bytes; of the rest it is told that they are there. */
const FILES_MAX = 5000
const BYTES_MAX = 64 * 1024 * 1024

/** Files of which a system call is made at once. */
const RUN = 200

/** Has untracked files compared, as many as the bounds allow; answers with the others. */
export async function intendUntracked(shadow: Shadow, status: ReadonlyArray<PathStatus>): Promise<ReadonlyArray<DiffedFile>> {
  const paths = status.flatMap(({ kind, path }) => (kind === "untracked" ? [path] : []))
  const found = await statsOf(shadow.repository.top, paths.slice(0, FILES_MAX))
  const compared: Array<string> = []
  const others: Array<DiffedFile> = []
  let total = 0
  for (const [at, path] of paths.entries()) {
    const size = found[at]?.size ?? 0
    const isBig = size > BIG_FILE
    if (at < FILES_MAX && !isBig && total + size <= BYTES_MAX) {
      total += size
      compared.push(path)
    } else others.push({ path, status: "A", modes: [NONE, "100644"], ...(isBig ? { binary: true as const } : {}) })
  }
  await intend(shadow, compared)
  return others
}

/** What the disk has of files; `undefined` for those that are gone. */
async function statsOf(top: string, paths: ReadonlyArray<string>): Promise<ReadonlyArray<Stats | undefined>> {
  const all: Array<Stats | undefined> = []
  for (let first = 0; first < paths.length; first += RUN) {
    const run = paths.slice(first, first + RUN)
    all.push(...(await Promise.all(run.map((path) => lstat(onDisk(top, path)).catch(() => undefined)))))
  }
  return all
}

const NONE = "000000"

/** Has files that are not tracked compared as if they were about to be added. */
export async function intend(shadow: Shadow, paths: ReadonlyArray<string>): Promise<void> {
  if (paths.length === 0) return
  const args = ["add", "--intent-to-add", "--ignore-errors", "--pathspec-from-file=-", "--pathspec-file-nul"]
  // One that is gone meanwhile, or cannot be read, is left out.
  await shadow.git(args, { input: inputOf(paths) })
}

/**
 * What differs, with untracked files that were not compared, by path. Those that a base has look as if they were deleted or
 * renamed: they are there, and have changed unless they are older than the snapshot.
 */
export async function withUncompared(
  top: string,
  files: ReadonlyArray<DiffedFile>,
  others: ReadonlyArray<DiffedFile>,
  snapshot: Snapshot | undefined,
): Promise<ReadonlyArray<DiffedFile>> {
  if (others.length === 0) return files
  const all = new Map(others.map((file) => [file.path, file]))
  /** By path, with their modes. */
  const inBase = new Map<string, string>()
  for (const file of files) {
    const { path, from, modes } = file
    const isThere = from !== undefined && all.has(from)
    if (isThere) inBase.set(from, modes[0])
    if (all.has(path)) inBase.set(path, modes[0])
    else all.set(path, isThere ? { path, status: "A", modes: [NONE, modes[1]] } : file)
  }
  const stats = await statsOf(top, [...inBase.keys()])
  for (const [at, [path, mode]] of [...inBase].entries()) {
    const found = stats[at]
    const isOld = snapshot !== undefined && found !== undefined && Math.max(found.mtimeMs, found.ctimeMs) < snapshot.time
    if (isOld) all.delete(path)
    else all.set(path, { path, status: "M", modes: [mode, mode] })
  }
  return [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}
