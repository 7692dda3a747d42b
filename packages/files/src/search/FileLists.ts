/**
 * The files of directories, listed once and kept for searches (docs/protocol/rules.md, FS-5 to FS-7).
 *
 * A list that is older than `FRESH` is made again behind the search that finds it so; the search is answered from the old one.
 * Bounds: `FILES` paths of a directory, `LISTS` directories, dropped after `KEPT` without a search; `AT_ONCE` are made at once,
 * and more than `WAITING_MAX` that wait are refused.
 */
import { Lane } from "../Lane.ts"
import { isWithin, real, realAll } from "../place/confined.ts"
import { FilesRefused } from "../place/refused.ts"
import { items, nameOf } from "../git/bytes.ts"
import { findRepository, isRepository } from "../git/repository.ts"
import { GitMissing } from "../git/git-program.ts"
import { Shadow } from "../git/Shadow.ts"
import { placeOf } from "../git/snapshot-record.ts"
import { type PathList, pathList } from "./rank.ts"
import { walk } from "./walk.ts"

const FILES = 200_000
const LISTS = 4
const FRESH = 5000
const KEPT = 600_000
const AT_ONCE = 2
const WAITING_MAX = 50
/** Longest output of Git and walk without it. */
const OUT_MAX = 32 * 1024 * 1024
const WALK = { files: 50_000, directories: 20_000, millis: 4000 } as const

/** The files of a directory. */
export interface FileList extends PathList {
  readonly root: string
  readonly partial: boolean
}

interface Entry {
  made: Promise<FileList>
  madeAt: number
  usedAt: number
  renewing: boolean
}

/** Which directory. */
export interface Listed {
  readonly root: string
  readonly kept: string
  readonly guarded: ReadonlyArray<string>
}

/** The lists. */
export class FileLists {
  readonly #entries = new Map<string, Entry>()
  readonly #lane = new Lane(AT_ONCE, WAITING_MAX)
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** The list of a directory. */
  of(listed: Listed): Promise<FileList> {
    const now = this.#now()
    this.#drop(now)
    const known = this.#entries.get(listed.root)
    if (known === undefined) return this.#begin(listed, now)
    known.usedAt = now
    if (now - known.madeAt > FRESH && !known.renewing) this.#renew(listed, known)
    return known.made
  }

  #begin(listed: Listed, now: number): Promise<FileList> {
    const entry: Entry = { made: this.#list(listed), madeAt: now, usedAt: now, renewing: true }
    this.#entries.set(listed.root, entry)
    entry.made.then(
      () => this.#made(entry),
      () => this.#remove(listed.root, entry),
    )
    return entry.made
  }

  #list(listed: Listed): Promise<FileList> {
    return this.#lane.run(() => listFiles(listed))
  }

  #renew(listed: Listed, entry: Entry): void {
    entry.renewing = true
    this.#list(listed).then(
      (list) => {
        entry.made = Promise.resolve(list)
        this.#made(entry)
      },
      (cause: unknown) => {
        // Too much is asked: the old one does for now.
        if (cause instanceof FilesRefused && cause.tag === "Busy") this.#made(entry)
        // It is gone: the next search says so.
        else this.#remove(listed.root, entry)
      },
    )
  }

  /** One that was dropped may have been begun again meanwhile, which stays. */
  #remove(root: string, entry: Entry): void {
    if (this.#entries.get(root) === entry) this.#entries.delete(root)
  }

  #made(entry: Entry): void {
    entry.madeAt = this.#now()
    entry.renewing = false
  }

  #drop(now: number): void {
    const byUse = [...this.#entries].sort(([, a], [, b]) => b.usedAt - a.usedAt)
    for (const [at, [root, { usedAt }]] of byUse.entries()) {
      if (at >= LISTS || now - usedAt > KEPT) this.#entries.delete(root)
    }
  }
}

/** Lists the files of a directory: by Git where there is a repository, else by a walk. */
async function listFiles(listed: Listed): Promise<FileList> {
  const root = await real(listed.root)
  const { paths, partial } = await pathsOf(root, listed.kept)
  const guarded = (await realAll(listed.guarded)).filter((each) => isWithin(root, each))
  const shown = guarded.length === 0 ? paths : paths.filter((path) => !guarded.some((each) => isWithin(each, `${root}/${path}`)))
  return { root, partial, ...pathList(shown) }
}

async function pathsOf(
  root: string,
  kept: string,
): Promise<{ readonly paths: ReadonlyArray<string>; readonly partial: boolean }> {
  try {
    const repository = await findRepository(root)
    if (!isRepository(repository)) return await walk(root, WALK)
    const shadow = await Shadow.make(placeOf(kept), repository)
    try {
      const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
      const { out, isCut, code, error } = await shadow.git(args, { cwd: root, most: OUT_MAX })
      if (code !== 0 && !isCut) throw new Error(error)
      const all = items(out)
      const names = (isCut ? all.slice(0, -1) : all).slice(0, FILES).filter((name) => !name.endsWith("/"))
      return { paths: names.map((name) => nameOf(name).path), partial: isCut || all.length > FILES }
    } finally {
      await shadow.remove()
    }
  } catch (cause) {
    if (cause instanceof GitMissing) return walk(root, WALK)
    throw cause
  }
}
