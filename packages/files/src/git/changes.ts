/** The files of a working tree that differ from a base (docs/protocol/rules.md, FS-20 to FS-22). */
import { lstat } from "node:fs/promises"
import type { AskOf } from "@holdfast/link/file-messages"
import { type Change, type ChangeBase, type ChangeList, CHANGES_MAX, type ChangeStatus } from "@holdfast/protocol/changes"
import { isWithin, realAll } from "../place/confined.ts"
import { type Base, openBase } from "./base.ts"
import { items, nameOf, onDisk } from "./bytes.ts"
import { findRepository, isRepository } from "./repository.ts"
import { GitLate, type Ran } from "./run-git.ts"
import { DIFF_COUNTS, DIFF_NAMES, type DiffedFile, type PathStatus, readDiffNames, readStatus, STATUS } from "./status.ts"
import { intendUntracked, withUncompared } from "./untracked.ts"

/** Longest list, in bytes of JSON. */
const LIST_BYTES = 1024 * 1024

/** How long lines are counted and renames looked for, in milliseconds: there is time for a list without them then. */
const COUNTS_MILLIS = 8000
/** How long files that were touched are compared with the index then. */
const REFRESH_MILLIS = 5000

/** Lists what changed. */
export async function listChanges(ask: AskOf<"changes">, countsMillis = COUNTS_MILLIS): Promise<ChangeList> {
  const repository = await findRepository(ask.root)
  if (!isRepository(repository)) return repository
  const base = await openBase(repository, ask)
  if ("available" in base) return base
  try {
    const { top } = repository
    const status = readStatus(items(await base.shadow.gitOut(STATUS)))
    const uncompared = await intendUntracked(base.shadow, status)
    const names = await withUncompared(top, await namesOf(base, countsMillis), uncompared, base.snapshot)
    const shown = await withoutLeft(top, base, await unguarded(top, names, ask.guarded))
    const files = listed(shown, new Map(status.map((each) => [each.path, each])), ask.base)
    return {
      available: true,
      root: top,
      ...(repository.branch === undefined ? {} : { branch: repository.branch.replace("refs/heads/", "") }),
      base: base.compared,
      files,
      more: shown.length - files.length,
      additions: sum(shown, "additions"),
      deletions: sum(shown, "deletions"),
    }
  } finally {
    await base.shadow.remove()
  }
}

/** The first files, as many as a list may have. */
function listed(
  files: ReadonlyArray<DiffedFile>,
  status: ReadonlyMap<string, PathStatus>,
  base: ChangeBase,
): ReadonlyArray<Change> {
  const changes: Array<Change> = []
  let bytes = 0
  for (const file of files.slice(0, CHANGES_MAX)) {
    const change = changeOf(file, status, base)
    bytes += Buffer.byteLength(JSON.stringify(change))
    if (bytes > LIST_BYTES) break
    changes.push(change)
  }
  return changes
}

/** What differs; a clone that lacks objects has no counts, and what would take too long has none. */
async function namesOf({ shadow, compared }: Base, countsMillis: number): Promise<ReadonlyArray<DiffedFile>> {
  const counted = await inTime(shadow.git([...DIFF_COUNTS, compared.id], { timeout: countsMillis }))
  if (counted?.code === 0) return readDiffNames(items(counted.out))
  // Compares by the names of contents, without the objects; what it says is in the index.
  await inTime(shadow.git(["update-index", "-q", "--refresh"], { timeout: REFRESH_MILLIS }))
  return readDiffNames(items(await shadow.gitOut([...DIFF_NAMES, compared.id])))
}

/** `undefined` where Git took too long. */
const inTime = (ran: Promise<Ran>): Promise<Ran | undefined> =>
  ran.catch((cause: unknown) => {
    if (cause instanceof GitLate) return undefined
    throw cause
  })

/** Without what is the hub's own, where its data lies in the working tree. */
async function unguarded(
  top: string,
  files: ReadonlyArray<DiffedFile>,
  directories: ReadonlyArray<string>,
): Promise<ReadonlyArray<DiffedFile>> {
  const guarded = (await realAll(directories)).filter((each) => isWithin(top, each))
  if (guarded.length === 0) return files
  return files.filter(({ path }) => !guarded.some((each) => isWithin(each, onDisk(top, path).toString("utf8"))))
}

/** Of a turn, without the large files that a snapshot left out and that are as they were. */
async function withoutLeft(
  top: string,
  { snapshot }: Base,
  files: ReadonlyArray<DiffedFile>,
): Promise<ReadonlyArray<DiffedFile>> {
  if (snapshot === undefined || snapshot.left.length === 0) return files
  const left = new Map(snapshot.left.map((each) => [each.path, each]))
  const same = await Promise.all(
    files.map(async ({ path }) => {
      const was = left.get(path)
      if (was === undefined) return false
      const now = await lstat(onDisk(top, path)).catch(() => undefined)
      return now?.size === was.size && Math.floor(now.mtimeMs) === was.modified
    }),
  )
  return files.filter((_, at) => same[at] !== true)
}

const STATUSES: Readonly<Record<string, ChangeStatus>> = { A: "added", D: "deleted", R: "renamed", C: "copied", T: "retyped" }

function changeOf(file: DiffedFile, status: ReadonlyMap<string, PathStatus>, base: ChangeBase): Change {
  const known = status.get(file.path)
  const [from, to] = file.modes
  const isNew = from === "000000"
  return {
    ...nameOf(file.path),
    ...(file.from === undefined ? {} : fromOf(file.from)),
    status: file.status === "U" && isNew ? "added" : (STATUSES[file.status] ?? "modified"),
    ...(file.binary === undefined ? {} : { binary: true }),
    ...(file.additions === undefined ? {} : { additions: file.additions, deletions: file.deletions ?? 0 }),
    ...(isNew || to === "000000" || from === to ? {} : { mode: { from, to } }),
    ...(from === "160000" || to === "160000" ? { submodule: true } : {}),
    ...(known?.kind === "untracked" ? { untracked: true } : {}),
    ...(known?.kind === "conflicted" ? { conflicted: true } : {}),
    ...(base === "uncommitted" && known !== undefined && known.kind === "tracked"
      ? { staged: known.staged, unstaged: known.unstaged }
      : {}),
  }
}

function fromOf(raw: string): Pick<Change, "from" | "fromBytes"> {
  const { path, bytes } = nameOf(raw)
  return { from: path, ...(bytes === undefined ? {} : { fromBytes: bytes }) }
}

const sum = (files: ReadonlyArray<DiffedFile>, what: "additions" | "deletions"): number =>
  files.reduce((total, file) => total + (file[what] ?? 0), 0)
