/** The directories in a directory, in pages (docs/protocol/rules.md, FS-1, FS-2). */
import type { Dirent } from "node:fs"
import { access, opendir, realpath, stat } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { AskOf } from "@holdfast/link/file-messages"
import type { DirectoryEntry, DirectoryPage } from "@holdfast/protocol/files"
import { confined, isWithin, realAll } from "./confined.ts"
import { codeOf, pathRefused } from "./refused.ts"

/** Names that are read of one directory; a larger one shows those. */
const NAMES_MAX = 200_000

/** Longest page, in bytes of JSON. */
const PAGE_BYTES = 1024 * 1024

const byName = new Intl.Collator("en", { numeric: true })
const inOrder = (a: string, b: string): number => byName.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0)

/** Lists a page. */
export async function listDirectories(ask: AskOf<"directories">): Promise<DirectoryPage> {
  const [roots, guarded] = await Promise.all([realAll(ask.roots), realAll(ask.guarded)])
  const path = await confined(ask.path, roots, guarded)
  const names = (await namesIn(path, ask.hidden, ask.prefix.toLowerCase())).sort(inOrder)
  const { after } = ask
  const directories: Array<DirectoryEntry> = []
  let next: string | null = null
  let bytes = 0
  for (const name of after === undefined ? names : names.filter((each) => inOrder(each, after) > 0)) {
    const last = directories.at(-1)
    const entry = await entryOf(path, name, roots, guarded)
    if (entry === undefined) continue
    bytes += Buffer.byteLength(JSON.stringify(entry))
    if (last !== undefined && (directories.length === ask.limit || bytes > PAGE_BYTES)) {
      next = last.name
      break
    }
    directories.push(entry)
  }
  const above = dirname(path)
  const parent = above !== path && roots.some((root) => isWithin(root, above)) ? above : null
  return { path, parent, repository: await hasRepository(path), directories, next, roots }
}

/** The names of what may be directories; those that are not UTF-8 cannot be chosen. */
async function namesIn(path: string, hidden: boolean, prefix: string): Promise<Array<string>> {
  const names: Array<string> = []
  try {
    const directory = await opendir(path, { bufferSize: 512 })
    for await (const entry of directory) {
      const { name } = entry
      const isWanted = (hidden || !name.startsWith(".")) && name.toLowerCase().startsWith(prefix)
      if (isWanted && mayBeDirectory(entry) && !name.includes("\ufffd")) names.push(name)
      if (names.length === NAMES_MAX) break
    }
  } catch (cause) {
    if (codeOf(cause) === "ENOTDIR") throw pathRefused(path, "is not a directory")
    if (codeOf(cause) === "EACCES") throw pathRefused(path, "cannot be read by the user who runs the hub")
    throw cause
  }
  return names
}

const mayBeDirectory = (entry: Dirent): boolean => entry.isDirectory() || entry.isSymbolicLink()

/** A directory that may be entered; `undefined` for what is none, is guarded, or leads out of the roots. */
async function entryOf(
  parent: string,
  name: string,
  roots: ReadonlyArray<string>,
  guarded: ReadonlyArray<string>,
): Promise<DirectoryEntry | undefined> {
  const path = join(parent, name)
  try {
    const found = await realpath(path)
    const isAllowed = roots.some((root) => isWithin(root, found)) && !guarded.some((each) => isWithin(each, found))
    if (!isAllowed || !(await stat(found)).isDirectory()) return undefined
    const repository = await hasRepository(found)
    return { name, path, ...(repository ? { repository } : {}), ...(found === path ? {} : { link: true }) }
  } catch {
    // Gone meanwhile, or not for this user: it cannot be chosen.
    return undefined
  }
}

const hasRepository = (path: string): Promise<boolean> =>
  access(join(path, ".git")).then(
    () => true,
    () => false,
  )
