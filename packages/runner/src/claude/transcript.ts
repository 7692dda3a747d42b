/**
 * Claude's own transcript, mirrored into the session's log and given back to the next process.
 *
 * The key of an entry is `PROJECT/SESSION` for the session itself and `PROJECT/SESSION/SUBPATH` for its subagents, as the
 * files are named below `projects` of Claude's directory. Where Claude's own file holds all that was mirrored, it goes
 * on from that; where there is none, it is written; where there is another one, that is left alone and the SDK gets the
 * mirrored entries.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs"
import { homedir } from "node:os"
import { dirname, join } from "node:path"
import { listAt, textAt } from "./read.ts"

/** Longest transcript that is loaded, in bytes. */
const TRANSCRIPT_MAX = 512 * 1024 * 1024
/** Longer names of directories end in a hash, in characters. */
const PROJECT_MAX = 200

/** The key for one of Claude's files; `undefined` for another file. */
export function transcriptKey(path: string): string | undefined {
  const found = /[\\/]projects[\\/]([^\\/]+(?:[\\/].+)?)\.jsonl$/.exec(path)
  return found?.[1]?.replaceAll("\\", "/")
}

/** Claude's directory for a process with this environment. */
export const claudeHome = (environment: Readonly<Record<string, string | undefined>>): string =>
  environment["CLAUDE_CONFIG_DIR"] ?? join(environment["HOME"] ?? homedir(), ".claude")

/** A mirrored transcript: entries by the part of the key after the session, empty for the session itself. */
export interface Transcript {
  readonly project: string
  readonly parts: ReadonlyMap<string, ReadonlyArray<unknown>>
}

/** Reads the mirrored transcript of a session; `undefined` when there is nothing to go on from. */
export function readTranscript(path: string, session: string): Transcript | undefined {
  if (statSync(path).size > TRANSCRIPT_MAX) return undefined
  const parts = new Map<string, Array<unknown>>()
  let project = ""
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (line === "") continue
    const batch: unknown = JSON.parse(line)
    const [first = "", second, ...rest] = (textAt(batch, "key") ?? "").split("/")
    if (second !== session || !isInside(first)) continue
    project = first
    const subpath = rest.join("/")
    const entries = parts.get(subpath) ?? []
    parts.set(subpath, entries)
    for (const entry of listAt(batch, "entries")) entries.push(entry)
  }
  const own = parts.get("") ?? []
  return own.some((entry) => ["user", "assistant"].includes(textAt(entry, "type") ?? "")) ? { project, parts } : undefined
}

const fileOf = (home: string, project: string, session: string, part: string): string =>
  join(home, "projects", project, part === "" ? `${session}.jsonl` : `${session}/${part}.jsonl`)

/** Claude looks for a session among those of the directory it works in; this is how it names that. Long names differ. */
const projectOf = (cwd: string): string => realpathSync(cwd).replaceAll(/[^a-zA-Z0-9]/g, "-")

/** Whether Claude has a session of this id of its own for a directory. */
export function hasSession(home: string, session: string, cwd: string): boolean {
  const projects = join(home, "projects")
  if (!existsSync(projects)) return false
  const own = projectOf(cwd).slice(0, PROJECT_MAX)
  return readdirSync(projects).some((name) => name.startsWith(own) && existsSync(fileOf(home, name, session, "")))
}

/** Whether Claude's own file holds what was mirrored last. */
function isAtHome(path: string, own: ReadonlyArray<unknown>): boolean {
  const uuid = textAt(
    own.findLast((entry) => textAt(entry, "uuid") !== undefined),
    "uuid",
  )
  return uuid !== undefined && statSync(path).size <= TRANSCRIPT_MAX && readFileSync(path).includes(`"uuid":"${uuid}"`)
}

function writeWhole(path: string, entries: ReadonlyArray<unknown>): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}.new`
  writeFileSync(draft, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""), { mode: 0o600 })
  renameSync(draft, path)
}

/** Sees to it that Claude finds a transcript by itself; false when the SDK must be given it. Throws what writing throws. */
export function bringHome(home: string, session: string, cwd: string, { project, parts }: Transcript): boolean {
  if (project !== projectOf(cwd)) return false
  const path = fileOf(home, project, session, "")
  if (existsSync(path)) return isAtHome(path, parts.get("") ?? [])
  const subagents = [...parts].filter(([part]) => part !== "")
  for (const [part, entries] of subagents) if (isInside(part)) writeWhole(fileOf(home, project, session, part), entries)
  writeWhole(path, parts.get("") ?? [])
  return true
}

const isInside = (part: string): boolean => part.split(/[\\/]/).every((name) => name !== "" && name !== "." && name !== "..")
