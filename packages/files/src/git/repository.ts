/**
 * Finds the repository that a directory is in, and what of its configuration is needed.
 *
 * Only references and configuration are read with the repository's own configuration in force, which executes nothing; no
 * object is, as a partial clone could fetch it. Git itself judges whether the repository may be trusted (`safe.directory`).
 */
import { lstat, stat } from "node:fs/promises"
import { homedir } from "node:os"
import { dirname, isAbsolute, join } from "node:path"
import type { NoChanges } from "@holdfast/protocol/changes"
import { real } from "../place/confined.ts"
import { failed, git, gitOut, reasonOf } from "./run-git.ts"

/** A repository with a working tree. Paths are absolute. */
export interface Repository {
  /** The top of the working tree. */
  readonly top: string
  readonly gitDir: string
  /** What linked working trees share. */
  readonly commonDir: string
  /** Settings that matter, by their names in lower case. */
  readonly settings: ReadonlyMap<string, string>
  /** The commit of `HEAD`; absent in a repository without one. */
  readonly head?: string
  /** The branch's whole name. */
  readonly branch?: string
}

const none = (reason: NoChanges["reason"], message: string): NoChanges => ({ available: false, reason, message })

/** The directory at or above a path that has a `.git`. */
export async function topOf(path: string): Promise<string | undefined> {
  for (let at = path; ; at = dirname(at)) {
    if (
      await lstat(join(at, ".git")).then(
        () => true,
        () => false,
      )
    )
      return at
    if (dirname(at) === at) return undefined
  }
}

/** The repository of a directory, or why there is none. Rejects with `GitMissing`. */
export async function findRepository(directory: string): Promise<Repository | NoChanges> {
  const there = await real(directory).catch(() => undefined)
  if (there === undefined || !(await stat(there)).isDirectory())
    return none("NoDirectory", `the directory ${directory} is gone; choose another for the session`)
  const top = await topOf(there)
  if (top === undefined) return none("NoRepository", `${directory} is in no Git repository; \`git init\` makes it one`)
  const found = await git(["rev-parse", "--path-format=absolute", "--show-toplevel", "--git-dir", "--git-common-dir"], {
    cwd: top,
  })
  const [shown, gitDir, commonDir, ...rest] = found.out.toString("utf8").trimEnd().split("\n")
  if (found.code !== 0 || gitDir === undefined || commonDir === undefined || rest.length > 0)
    return none("NotAllowed", `Git does not open the repository in ${top}: ${reasonOf(found.error)}`)
  // A repository may name any directory as its working tree; what is shown stays with its `.git`.
  if (shown !== top) return none("NotAllowed", `the repository in ${top} has its working tree elsewhere, in ${shown}`)
  const [settings, head, branch] = await Promise.all([settingsOf(top), refOf(top, ["--verify", "HEAD"]), branchOf(top)])
  return {
    top,
    gitDir,
    commonDir,
    settings,
    ...(head === undefined ? {} : { head }),
    ...(branch === undefined ? {} : { branch }),
  }
}

/** Narrows what `findRepository` answers with. */
export function isRepository(found: Repository | NoChanges): found is Repository {
  return "gitDir" in found
}

async function refOf(cwd: string, args: ReadonlyArray<string>): Promise<string | undefined> {
  const ran = await git(["rev-parse", "-q", ...args], { cwd })
  if (ran.code > 1) throw failed(["rev-parse"], ran)
  const text = ran.out.toString("utf8").trim()
  return ran.code === 0 && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text) ? text : undefined
}

async function branchOf(cwd: string): Promise<string | undefined> {
  const ran = await git(["symbolic-ref", "-q", "HEAD"], { cwd })
  if (ran.code > 1) throw failed(["symbolic-ref"], ran)
  return ran.code === 0 ? ran.out.toString("utf8").trim() : undefined
}

/** Settings that change what files mean, and execute nothing. */
const WANTED = new Set([
  "core.autocrlf",
  "core.checkstat",
  "core.eol",
  "core.excludesfile",
  "core.filemode",
  "core.ignorecase",
  "core.precomposeunicode",
  "core.sparsecheckout",
  "core.sparsecheckoutcone",
  "core.symlinks",
  "core.trustctime",
  "index.sparse",
  "extensions.objectformat",
])

async function settingsOf(cwd: string): Promise<ReadonlyMap<string, string>> {
  const listed = (await gitOut(["config", "--list", "-z"], { cwd })).toString("utf8")
  const settings = new Map<string, string>()
  for (const entry of listed.split("\0")) {
    const end = entry.indexOf("\n")
    const name = end < 0 ? entry : entry.slice(0, end)
    // What `git -c` sets comes last and is not the repository's.
    if (WANTED.has(name)) settings.set(name, end < 0 ? "true" : entry.slice(end + 1))
  }
  const excludes = await excludesFile(settings.get("core.excludesfile"))
  if (excludes === undefined) settings.delete("core.excludesfile")
  else settings.set("core.excludesfile", excludes)
  return settings
}

/** The user's own file of ignored files, when it is a file. */
async function excludesFile(value: string | undefined): Promise<string | undefined> {
  if (value === undefined) return undefined
  const path = value.startsWith("~/") ? join(homedir(), value.slice(2)) : value
  const found = isAbsolute(path) ? await stat(path).catch(() => undefined) : undefined
  return found?.isFile() === true ? path : undefined
}

/** A reference that branches are compared with: its whole name and its commit. */
export interface Ref {
  readonly name: string
  readonly id: string
}

const FORMAT = "%(refname)%00%(objectname)%00%(upstream)%00%(symref)"

interface Listed extends Ref {
  readonly upstream: string
  readonly symref: string
}

async function refs(cwd: string, patterns: ReadonlyArray<string>): Promise<ReadonlyArray<Listed>> {
  const out = await gitOut(["for-each-ref", `--format=${FORMAT}`, ...patterns], { cwd })
  return out
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [name = "", id = "", upstream = "", symref = ""] = line.split("\0")
      return { name, id, upstream, symref }
    })
}

const shortName = (ref: string): string => ref.replace(/^refs\/(heads|remotes\/[^/]+)\//, "")

/** What the branch is compared with: an upstream of another name, else the default branch, else its own upstream. */
export async function baseRef({ top, branch }: Repository): Promise<Ref | undefined> {
  const usual = ["main", "master", "trunk", "develop"]
  const all = await refs(top, [
    ...(branch === undefined ? [] : [branch]),
    "refs/remotes/origin/HEAD",
    ...usual.map((name) => `refs/remotes/origin/${name}`),
    ...usual.map((name) => `refs/heads/${name}`),
  ])
  const own = all.find(({ name }) => name === branch)
  const [upstream] = own === undefined || own.upstream === "" ? [] : await refs(top, [own.upstream])
  if (upstream !== undefined && branch !== undefined && shortName(upstream.name) !== shortName(branch)) return upstream
  const origin = all.find(({ name }) => name === "refs/remotes/origin/HEAD")
  const byName = (name: string): Listed | undefined => all.find((ref) => ref.name === name)
  const candidates = [
    origin === undefined ? undefined : { ...origin, name: origin.symref || origin.name },
    ...usual.map((name) => byName(`refs/remotes/origin/${name}`)),
    ...usual.map((name) => byName(`refs/heads/${name}`)),
  ]
  const chosen = candidates.find(
    (ref) => ref !== undefined && ref.name !== branch && shortName(ref.name) !== shortName(branch ?? ""),
  )
  return chosen ?? upstream ?? candidates.find((ref) => ref !== undefined)
}
