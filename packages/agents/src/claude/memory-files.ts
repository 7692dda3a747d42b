/**
 * The memory files of a directory whose settings are not read: they are text and run nothing, so Claude gets them anyway.
 *
 * Those of the directory and of the ones above it in the same repository, the outermost first, without what they include.
 */
import { existsSync } from "node:fs"
import { realpath } from "node:fs/promises"
import { dirname, join, sep } from "node:path"
import { headOf } from "@holdfast/protocol/text-cut"
import { smallFile } from "./small-file.ts"

const NAMES = ["CLAUDE.md", join(".claude", "CLAUDE.md"), "CLAUDE.local.md"]
/** Most characters of one file, and the most directories that are looked at. */
const FILE_MAX = 40_000
const DEPTH_MAX = 30

/** A memory file with its path. */
export interface MemoryFile {
  readonly path: string
  readonly text: string
}

/** From a directory up to the root of its repository; the directory alone where there is none. */
export function directoriesUpTo(cwd: string): ReadonlyArray<string> {
  const passed: Array<string> = []
  for (let at = cwd; passed.length < DEPTH_MAX; at = dirname(at)) {
    passed.unshift(at)
    if (existsSync(join(at, ".git"))) return passed
    if (dirname(at) === at) break
  }
  return [cwd]
}

/**
 * The memory files of a directory. Files that cannot be read are left out, and of a directory that no one trusts links out of
 * its repository: the model would be told any file of the user's.
 */
export async function memoryFiles(cwd: string, isTrusted: boolean): Promise<ReadonlyArray<MemoryFile>> {
  const found: Array<MemoryFile> = []
  const directories = directoriesUpTo(cwd)
  const root = await realpath(directories[0] ?? cwd)
  for (const directory of directories) {
    for (const name of NAMES) {
      const path = join(directory, name)
      if (!isTrusted && !(await isBelow(path, root))) continue
      const text = headOf((await smallFile(path)) ?? "", FILE_MAX)
      if (text.trim() !== "") found.push({ path, text })
    }
  }
  return found
}

const isBelow = (path: string, root: string): Promise<boolean> =>
  realpath(path).then(
    (place) => place.startsWith(root.endsWith(sep) ? root : `${root}${sep}`),
    () => false,
  )

/** What the model is told of them; undefined when there are none. */
export function memoryPrompt(files: ReadonlyArray<MemoryFile>): string | undefined {
  return files.length === 0
    ? undefined
    : files.map(({ path, text }) => `Contents of ${path} (instructions of the project):\n\n${text}`).join("\n\n")
}
