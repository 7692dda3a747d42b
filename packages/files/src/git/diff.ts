/** The diff of one file against a base (docs/protocol/rules.md, FS-25). */
import { lstat, realpath } from "node:fs/promises"
import type { AskOf } from "@holdfast/link/file-messages"
import { DIFF_MAX, type DiffAnswer } from "@holdfast/protocol/changes"
import { isWithin, realAll } from "../place/confined.ts"
import { pathRefused } from "../place/refused.ts"
import { openBase } from "./base.ts"
import { items, nameOf, onDisk, rawOf } from "./bytes.ts"
import { readPatch, sectionsOf } from "./patch.ts"
import { findRepository, isRepository } from "./repository.ts"
import { failed } from "./run-git.ts"
import type { Shadow } from "./Shadow.ts"
import { intend } from "./untracked.ts"

/** Unlike `diff` it does not look at every other file first. */
const DIFF = [
  "diff-index",
  "-p",
  "--no-ext-diff",
  "--no-textconv",
  "--no-color",
  "--src-prefix=a/",
  "--dst-prefix=b/",
  "-M",
  "--ignore-submodules=dirty",
]

/** Makes it. */
export async function diffFile(ask: AskOf<"diff">): Promise<DiffAnswer> {
  const repository = await findRepository(ask.root)
  if (!isRepository(repository)) return repository
  const { top } = repository
  const raw = rawOf(ask.path, ask.bytes)
  const from = ask.from === undefined ? undefined : rawOf(ask.from, ask.fromBytes)
  const named = from === undefined ? [raw] : [raw, from]
  if (!named.every(isPlain)) throw pathRefused(ask.path, "is not a path in the repository; take one of the list of changes")
  if (await isGuarded(top, named, ask.guarded)) throw pathRefused(ask.path, "belongs to the hub and is not shown")
  const isDirectory = (await lstat(onDisk(top, raw)).catch(() => undefined))?.isDirectory() === true
  const base = await openBase(repository, ask)
  if ("available" in base) return base
  try {
    const { shadow, compared } = base
    if (!isDirectory && (await isUntracked(shadow, raw))) await intend(shadow, [raw])
    const { paths, env } = pathspecs(named)
    const args = [...DIFF, `-U${ask.context}`, compared.id, "--", ...paths]
    const ran = await shadow.git(args, { most: DIFF_MAX, env })
    if (ran.code !== 0 && !ran.isCut) throw failed(args, ran)
    // Patterns match others, too: nothing but this file is shown.
    const text = sectionsOf(ran.out, raw, from)
    if (text === "" && isDirectory) throw pathRefused(ask.path, "is a directory; take a file of the list of changes")
    const { hunks, binary, cut } = readPatch(text, ran.isCut)
    return { available: true, path: nameOf(raw).path, hunks, binary, cut }
  } finally {
    await base.shadow.remove()
  }
}

/** Relative, of whole components, and without a way up. */
const isPlain = (raw: string): boolean =>
  !raw.includes("\0") && raw.split("/").every((part) => part !== "" && part !== "." && part !== ".." && part !== ".git")

/** Whether one of the paths leads into what is the hub's own: as it is written, and without links. */
async function isGuarded(top: string, named: ReadonlyArray<string>, directories: ReadonlyArray<string>): Promise<boolean> {
  const guarded = await realAll(directories)
  for (const raw of named) {
    const path = onDisk(top, raw)
    const found = await realpath(path).catch(() => undefined)
    const written = path.toString("utf8")
    if (guarded.some((each) => isWithin(each, written) || (found !== undefined && isWithin(each, found)))) return true
  }
  return false
}

async function isUntracked(shadow: Shadow, raw: string): Promise<boolean> {
  const { paths, env } = pathspecs([raw])
  return !items(await shadow.gitOut(["ls-files", "-z", "--", ...paths], { env })).includes(raw)
}

/**
 * Files as Git is asked for them, without what is below them should they be directories. Arguments are texts: a name that is
 * not UTF-8 is asked for by a pattern with a wildcard for each other byte.
 */
function pathspecs(named: ReadonlyArray<string>): {
  readonly paths: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
} {
  const paths = named.flatMap((raw) => {
    const { path, bytes } = nameOf(raw)
    const pattern = bytes === undefined ? escaped(path) : [...raw].map((byte) => (byte > "\x7f" ? "?" : escaped(byte))).join("")
    return [bytes === undefined ? `:(literal)${path}` : `:(glob)${pattern}`, `:(exclude,glob)${pattern}/**`]
  })
  return { paths, env: { GIT_LITERAL_PATHSPECS: "0" } }
}

const escaped = (text: string): string => text.replace(/[*?[\\]/g, "\\$&")
