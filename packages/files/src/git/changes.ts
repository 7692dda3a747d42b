/** The files of a working tree that differ from a base (docs/protocol/rules.md, FS-20 to FS-22). */
import { lstat } from "node:fs/promises"
import type { AskOf } from "@holdfast/link/file-messages"
import { type Change, type ChangeList, CHANGES_MAX, type ChangeStatus } from "@holdfast/protocol/changes"
import { isWithin, realAll } from "../place/confined.ts"
import { type Base, openBase } from "./base.ts"
import { inputOf, items, nameOf } from "./bytes.ts"
import { findRepository, isRepository } from "./repository.ts"
import type { Shadow } from "./Shadow.ts"
import { onDisk } from "./snapshot.ts"
import { DIFF_COUNTS, DIFF_NAMES, type DiffedFile, type PathStatus, readDiffNames, readStatus, STATUS } from "./status.ts"

/** Untracked files that are compared; of more, only that they are there. */
const UNTRACKED_MAX = 2000

/** Lists what changed. */
export async function listChanges(ask: AskOf<"changes">): Promise<ChangeList> {
  const repository = await findRepository(ask.root)
  if (!isRepository(repository)) return repository
  const base = await openBase(repository, ask)
  if ("available" in base) return base
  try {
    const status = readStatus(items(await base.shadow.gitOut(STATUS)))
    const untracked = status.flatMap(({ kind, path }) => (kind === "untracked" ? [path] : []))
    const compared = untracked.filter((_, at) => at < UNTRACKED_MAX)
    await intend(base.shadow, compared)
    const names = await namesOf(base)
    const shown = await withoutLeft(repository.top, base, await unguarded(repository.top, names, ask.guarded))
    const all = shown.map((file) => changeOf(file, new Map(status.map((each) => [each.path, each])), ask.base))
    return {
      available: true,
      root: repository.top,
      ...(repository.branch === undefined ? {} : { branch: repository.branch.replace("refs/heads/", "") }),
      base: base.compared,
      files: all.slice(0, CHANGES_MAX),
      more: Math.max(0, all.length - CHANGES_MAX) + (untracked.length - compared.length),
      additions: sum(all, "additions"),
      deletions: sum(all, "deletions"),
    }
  } finally {
    await base.shadow.remove()
  }
}

/** What differs; a clone that lacks objects has no counts. */
async function namesOf({ shadow, compared }: Base): Promise<ReadonlyArray<DiffedFile>> {
  const counted = await shadow.git([...DIFF_COUNTS, compared.id])
  const out = counted.code === 0 ? counted.out : await shadow.gitOut([...DIFF_NAMES, compared.id])
  return readDiffNames(items(out))
}

/** Has untracked files compared as if they were about to be added. */
export async function intend(shadow: Shadow, paths: ReadonlyArray<string>): Promise<void> {
  if (paths.length === 0) return
  const args = ["add", "--intent-to-add", "--ignore-errors", "--pathspec-from-file=-", "--pathspec-file-nul"]
  // One that is gone meanwhile, or cannot be read, is left out.
  await shadow.git(args, { input: inputOf(paths) })
}

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

function changeOf(file: DiffedFile, status: ReadonlyMap<string, PathStatus>, base: string): Change {
  const known = status.get(file.path)
  const [from, to] = file.modes
  const isNew = from === "000000"
  return {
    ...nameOf(file.path),
    ...(file.from === undefined ? {} : { from: nameOf(file.from).path }),
    status: file.status === "U" && isNew ? "added" : (STATUSES[file.status] ?? "modified"),
    ...(file.additions === undefined ? { binary: true } : { additions: file.additions, deletions: file.deletions ?? 0 }),
    ...(isNew || to === "000000" || from === to ? {} : { mode: { from, to } }),
    ...(from === "160000" || to === "160000" ? { submodule: true } : {}),
    ...(known?.kind === "untracked" ? { untracked: true } : {}),
    ...(known?.kind === "conflicted" ? { conflicted: true } : {}),
    ...(base === "uncommitted" && known !== undefined && known.kind === "tracked"
      ? { staged: known.staged, unstaged: known.unstaged }
      : {}),
  }
}

const sum = (files: ReadonlyArray<Change>, what: "additions" | "deletions"): number =>
  files.reduce((total, file) => total + (file[what] ?? 0), 0)
