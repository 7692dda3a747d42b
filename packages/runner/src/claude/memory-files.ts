/**
 * The memory files of a directory whose settings are not read: they are text and run nothing, so Claude gets them anyway.
 *
 * Those of the directory and of the ones above it in the same repository, the outermost first, without what they include.
 */
import { existsSync } from "node:fs"
import { open } from "node:fs/promises"
import { dirname, join } from "node:path"

const NAMES = ["CLAUDE.md", join(".claude", "CLAUDE.md"), "CLAUDE.local.md"]
/** Most bytes of one file, and of directories that are looked at. */
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

/** The memory files of a directory. Files that cannot be read are left out. */
export async function memoryFiles(cwd: string): Promise<ReadonlyArray<MemoryFile>> {
  const found: Array<MemoryFile> = []
  for (const directory of directoriesUpTo(cwd)) {
    for (const name of NAMES) {
      const path = join(directory, name)
      const text = await beginningOf(path)
      if (text !== undefined && text.trim() !== "") found.push({ path, text })
    }
  }
  return found
}

/** What the model is told of them; undefined when there are none. */
export const memoryPrompt = (files: ReadonlyArray<MemoryFile>): string | undefined =>
  files.length === 0
    ? undefined
    : files.map(({ path, text }) => `Contents of ${path} (instructions of the project):\n\n${text}`).join("\n\n")

async function beginningOf(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FILE_MAX), 0, FILE_MAX, 0)
    return buffer.subarray(0, bytesRead).toString("utf8").toWellFormed()
  } catch (error) {
    // Mostly it is not there.
    void error
    return undefined
  }
}
