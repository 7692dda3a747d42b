/**
 * Claude's directory, and how a mirrored transcript comes to be in it.
 *
 * Where Claude's own file holds all that was mirrored, it continues from that; where there is none, it is written; where
 * there is another one, that is left alone.
 */
import { existsSync, readdirSync, realpathSync } from "node:fs"
import { appendFile, mkdir, open, rename, rm, writeFile } from "node:fs/promises"
import { homedir } from "node:os"
import { dirname, join } from "node:path"
import { headOf } from "@holdfast/protocol/text-cut"
import { isInside, type ClaudeTranscript, transcriptPieces } from "./transcript.ts"

/** Longer names of directories end in a hash, in characters. */
const PROJECT_MAX = 200
/** Bytes that are looked at together, from the end of a file. */
const LOOK_BYTES = 1024 * 1024

/** Claude's directory for a process with this environment. */
export function claudeHome(environment: Readonly<Record<string, string | undefined>>): string {
  return environment["CLAUDE_CONFIG_DIR"] ?? join(environment["HOME"] ?? homedir(), ".claude")
}

const fileOf = (home: string, project: string, session: string, part: string): string =>
  join(home, "projects", project, part === "" ? `${session}.jsonl` : `${session}/${part}.jsonl`)

/** Claude looks for a session among those of the directory it works in; this is how it names that. Long names differ. */
const projectOf = (cwd: string): string => realpathSync(cwd).replaceAll(/[^a-zA-Z0-9]/g, "-")

/** Whether Claude has a session of this id of its own for a directory. */
export function hasSession(home: string, session: string, cwd: string): boolean {
  const projects = join(home, "projects")
  if (!existsSync(projects)) return false
  const own = headOf(projectOf(cwd), PROJECT_MAX)
  return readdirSync(projects).some((name) => name.startsWith(own) && existsSync(fileOf(home, name, session, "")))
}

/** Sees to it that Claude finds a transcript by itself; false when the SDK must be given it. Rejects with what reading and writing throw. */
export async function bringHome(home: string, cwd: string, transcript: ClaudeTranscript): Promise<boolean> {
  const { project, session, last } = transcript
  if (project !== projectOf(cwd)) return false
  const path = fileOf(home, project, session, "")
  if (existsSync(path)) return last !== undefined && (await ends(path, `"uuid":"${last}"`))
  await write(transcript, (part) => fileOf(home, project, session, part))
  return true
}

/** Whether a file holds a text, which is looked for from its end. */
async function ends(path: string, text: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    for (let to = size; to > 0; to -= LOOK_BYTES) {
      const from = Math.max(0, to - LOOK_BYTES)
      // The pieces overlap, so that the text lies whole in one of them.
      const length = Math.min(size, to + text.length) - from
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from)
      if (buffer.subarray(0, bytesRead).includes(text)) return true
    }
    return false
  } finally {
    await file.close()
  }
}

/** Writes the files of a transcript; that of the session itself is there last, and whole. */
async function write(transcript: ClaudeTranscript, fileFor: (part: string) => string): Promise<void> {
  const parts = [...transcript.parts].filter((part) => part !== "" && isInside(part))
  const files = new Map([...parts, ""].map((part) => [part, fileFor(part)]))
  const draftOf = (file: string): string => `${file}.${process.pid}.new`
  try {
    for (const file of files.values()) {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      await writeFile(draftOf(file), "", { mode: 0o600 })
    }
    for await (const { part, entries } of transcriptPieces(transcript)) {
      const file = files.get(part)
      if (file !== undefined) await appendFile(draftOf(file), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""))
    }
    for (const file of files.values()) await rename(draftOf(file), file)
  } catch (error) {
    for (const file of files.values()) await rm(draftOf(file), { force: true })
    throw error
  }
}
