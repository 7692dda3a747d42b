/**
 * The files below a directory where there is no Git: a walk of our own that honours `.gitignore` (docs/protocol/rules.md, FS-5).
 *
 * Near files come first, so that a bound leaves out what is far. Links are listed and not followed.
 */
import { readdir, readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import makeIgnore, { type Ignore } from "ignore"

/** Bounds of a walk: files, directories, milliseconds. */
export interface WalkBounds {
  readonly files: number
  readonly directories: number
  readonly millis: number
}

/** Rules of a directory, with where its paths begin. */
interface Rules {
  readonly from: string
  readonly ignore: Ignore
}

interface Folder {
  /** From the root, with a `/` at the end; empty for the root. */
  readonly path: string
  readonly rules: ReadonlyArray<Rules>
}

/** Longest `.gitignore` that is read, in bytes. */
const RULES_MAX = 256 * 1024

/** Directories that hold nothing to mention, ignored or not. */
const NEVER = new Set([".git", "node_modules", ".hg", ".svn", ".Trash"])

/** Walks; `partial`: a bound was reached. */
export async function walk(
  root: string,
  bounds: WalkBounds,
): Promise<{ readonly paths: ReadonlyArray<string>; readonly partial: boolean }> {
  const until = performance.now() + bounds.millis
  const paths: Array<string> = []
  let level: ReadonlyArray<Folder> = [{ path: "", rules: [] }]
  let directories = 0
  while (level.length > 0) {
    const next: Array<Folder> = []
    for (const folder of level) {
      if (++directories > bounds.directories || performance.now() > until) return { paths, partial: true }
      const found = await look(root, folder)
      next.push(...found.folders)
      for (const path of found.files) {
        if (paths.length === bounds.files) return { paths, partial: true }
        paths.push(path)
      }
    }
    level = next
  }
  return { paths, partial: false }
}

/** What is in one directory; one that cannot be read is empty. */
async function look(
  root: string,
  { path, rules: above }: Folder,
): Promise<{ readonly files: ReadonlyArray<string>; readonly folders: ReadonlyArray<Folder> }> {
  const entries = await readdir(join(root, path), { withFileTypes: true }).catch(() => [])
  const own = entries.some((entry) => entry.name === ".gitignore" && entry.isFile()) ? await rulesOf(root, path) : undefined
  const rules = own === undefined ? above : [...above, own]
  const files: Array<string> = []
  const folders: Array<Folder> = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = path + entry.name
    if (entry.isDirectory()) {
      if (!NEVER.has(entry.name) && !isIgnored(rules, `${name}/`)) folders.push({ path: `${name}/`, rules })
    } else if ((entry.isFile() || entry.isSymbolicLink()) && !isIgnored(rules, name)) files.push(name)
  }
  return { files, folders }
}

async function rulesOf(root: string, path: string): Promise<Rules | undefined> {
  const file = join(root, path, ".gitignore")
  const found = await stat(file).catch(() => undefined)
  if (found === undefined || found.size > RULES_MAX) return undefined
  const text = await readFile(file, "utf8").catch(() => "")
  return text === "" ? undefined : { from: path, ignore: makeIgnore().add(text) }
}

/** The nearest rules that say anything of a path decide. */
function isIgnored(rules: ReadonlyArray<Rules>, path: string): boolean {
  for (let at = rules.length - 1; at >= 0; at--) {
    const { from, ignore } = rules[at]!
    const { ignored, unignored } = ignore.test(path.slice(from.length))
    if (ignored || unignored) return ignored
  }
  return false
}
