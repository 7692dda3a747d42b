/** The diff of one file against a base (docs/protocol/rules.md, FS-25). */
import type { AskOf } from "@holdfast/link/file-messages"
import { DIFF_MAX, type DiffAnswer } from "@holdfast/protocol/changes"
import { isWithin, realAll } from "../place/confined.ts"
import { pathRefused } from "../place/refused.ts"
import { openBase } from "./base.ts"
import { nameOf, rawOf } from "./bytes.ts"
import { intend } from "./changes.ts"
import { readPatch } from "./patch.ts"
import { findRepository, isRepository } from "./repository.ts"
import type { Shadow } from "./Shadow.ts"
import { onDisk } from "./snapshot.ts"

/** Makes it. */
export async function diffFile(ask: AskOf<"diff">): Promise<DiffAnswer> {
  const repository = await findRepository(ask.root)
  if (!isRepository(repository)) return repository
  const raw = rawOf(ask.path, ask.bytes)
  if (!isPlain(raw) || (ask.from !== undefined && !isPlain(ask.from)))
    throw pathRefused(ask.path, "is not a path in the repository; take one of the list of changes")
  const disk = onDisk(repository.top, raw).toString("utf8")
  if ((await realAll(ask.guarded)).some((each) => isWithin(each, disk)))
    throw pathRefused(ask.path, "belongs to the hub and is not shown")
  const base = await openBase(repository, ask)
  if ("available" in base) return base
  try {
    const { shadow, compared } = base
    if (await isUntracked(shadow, raw)) await intend(shadow, [raw])
    // Unlike `diff` it does not look at every other file first.
    const args = ["diff-index", "-p", "--no-ext-diff", "--no-textconv", "--no-color", "-M", "--ignore-submodules=dirty"]
    const { paths, env } = pathspecs(raw, ask.from)
    const ran = await shadow.git([...args, `-U${ask.context}`, compared.id, "--", ...paths], { most: DIFF_MAX, env })
    const { hunks, binary, cut } = readPatch(ran.out.toString("utf8"), ran.isCut)
    return { available: true, path: nameOf(raw).path, hunks, binary, cut }
  } finally {
    await base.shadow.remove()
  }
}

/** Relative, and without a way up. */
const isPlain = (raw: string): boolean =>
  raw !== "" && !raw.startsWith("/") && !raw.includes("\0") && !raw.split("/").some((part) => part === ".." || part === ".git")

async function isUntracked(shadow: Shadow, raw: string): Promise<boolean> {
  const { paths, env } = pathspecs(raw, undefined)
  return (await shadow.gitOut(["ls-files", "-z", "--", ...paths], { env })).length === 0
}

/** Arguments are texts: a name that is not UTF-8 is asked for by a pattern with a wildcard for each other byte. */
function pathspecs(
  raw: string,
  from: string | undefined,
): { readonly paths: ReadonlyArray<string>; readonly env: Readonly<Record<string, string>> } {
  const { path, bytes } = nameOf(raw)
  if (bytes === undefined) return { paths: from === undefined ? [path] : [path, from], env: {} }
  const pattern = [...raw].map((byte) => (byte > "\x7f" ? "?" : byte.replace(/[*?[\\]/, "\\$&"))).join("")
  return { paths: [pattern], env: { GIT_LITERAL_PATHSPECS: "0", GIT_GLOB_PATHSPECS: "1" } }
}
