/** The sessions that Claude Code keeps on this machine, as a person chooses among them. */
import { type FileHandle, open, readdir, stat } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { headOf } from "@holdfast/protocol/text-cut"
import { at, textAt } from "../read.ts"
import { contentText, isPrompt } from "./entries.ts"

/** Bytes at the beginning and at the end of a file in which its title and first prompt are looked for. */
const LOOK_BYTES = 64 * 1024
const PROMPT_MAX = 200
/** A line of these may be longer than the piece that is looked at. */
const SPOKEN = /"type":\s*"(user|assistant)"/
const SESSION_FILE = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.jsonl$/

/** A session of Claude Code. `modified` is epoch milliseconds, `size` bytes. */
export interface ClaudeSession {
  readonly id: string
  /** Name of its directory below `projects`. */
  readonly project: string
  readonly path: string
  readonly modified: number
  readonly size: number
  readonly cwd?: string
  readonly title?: string
  readonly firstPrompt?: string
}

/** Where Claude Code keeps its files for a user with this environment. */
export function claudeDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  return environment["CLAUDE_CONFIG_DIR"] ?? join(environment["HOME"] ?? homedir(), ".claude")
}

const absent = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT"

async function names(path: string): Promise<ReadonlyArray<string>> {
  try {
    return await readdir(path)
  } catch (error) {
    if (absent(error) || (error instanceof Error && "code" in error && error.code === "ENOTDIR")) return []
    throw error
  }
}

/** All sessions, the latest first, without empty ones; `progress` gets how many files were looked at, of how many. Rejects with what reading throws. */
export async function listClaudeSessions(
  directory: string,
  progress: (done: number, all: number) => void = () => undefined,
): Promise<ReadonlyArray<ClaudeSession>> {
  const projects = join(directory, "projects")
  const files: Array<{ readonly id: string; readonly project: string; readonly path: string }> = []
  for (const project of await names(projects)) {
    for (const name of await names(join(projects, project))) {
      const id = SESSION_FILE.exec(name)?.[1]
      if (id !== undefined) files.push({ id, project, path: join(projects, project, name) })
    }
  }
  const found: Array<ClaudeSession> = []
  for (const [index, file] of files.entries()) {
    const session = await lookAt(file)
    if (session !== undefined) found.push(session)
    progress(index + 1, files.length)
  }
  return found.sort((a, b) => b.modified - a.modified)
}

async function lookAt(named: Pick<ClaudeSession, "id" | "project" | "path">): Promise<ClaudeSession | undefined> {
  try {
    const { size, mtimeMs } = await stat(named.path)
    const file = await open(named.path)
    try {
      const head = await pieceOf(file, 0, size)
      const tail = size > LOOK_BYTES ? await pieceOf(file, size - LOOK_BYTES, size) : ""
      const told = SPOKEN.test(head) || SPOKEN.test(tail) ? tellingOf(entriesIn(head), entriesIn(tail)) : undefined
      return told === undefined ? undefined : { ...named, ...told, modified: Math.floor(mtimeMs), size }
    } finally {
      await file.close()
    }
  } catch (error) {
    // Removed meanwhile.
    if (absent(error)) return undefined
    throw error
  }
}

async function pieceOf(file: FileHandle, from: number, size: number): Promise<string> {
  const length = Math.min(LOOK_BYTES, size)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from)
  return buffer.subarray(0, bytesRead).toString("utf8")
}

/** Entries whose lines lie whole in a piece of the file. */
const entriesIn = (piece: string): ReadonlyArray<unknown> =>
  piece.split("\n").flatMap((line) => {
    try {
      const entry: unknown = JSON.parse(line)
      return [entry]
    } catch {
      // Half a line at the edge of the piece, or none of ours.
      return []
    }
  })

function tellingOf(
  head: ReadonlyArray<unknown>,
  tail: ReadonlyArray<unknown>,
): Pick<ClaudeSession, "cwd" | "title" | "firstPrompt"> | undefined {
  const all = [...head, ...tail]
  const first = head.find(isPrompt)
  if (head.some((entry) => at(entry, "isSidechain") === true)) return undefined
  const cwd = all.map((entry) => textAt(entry, "cwd")).find((path) => path !== undefined)
  const titles = ["custom-title", "ai-title", "summary"].map((type) => all.findLast((entry) => textAt(entry, "type") === type))
  const titled = titles.find((entry) => entry !== undefined)
  const title = textAt(titled, "customTitle") ?? textAt(titled, "aiTitle") ?? textAt(titled, "title") ?? textAt(titled, "summary")
  const prompt = first === undefined ? "" : headOf(contentText(at(first, "message", "content")), PROMPT_MAX)
  return {
    ...(cwd === undefined ? {} : { cwd }),
    ...(title === undefined || title === "" ? {} : { title }),
    ...(prompt === "" ? {} : { firstPrompt: prompt }),
  }
}
