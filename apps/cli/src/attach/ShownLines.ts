/**
 * Which lines of a session the scrollback of this very terminal has already, so that to attach again adds none twice
 * (docs/protocol/rules.md, T-18).
 *
 * Kept beside the login, not in the data directory, under the terminal's device and the shell that runs in it: a window
 * that was opened again has another shell. On Linux only, where both can be seen. What cannot be read or written is left
 * out: then the lines are written again.
 */
import { createHash } from "node:crypto"
import { fstatSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir, userInfo } from "node:os"
import { join } from "node:path"
import type { LinePlace } from "@holdfast/runner/emulator/GoneLines"

/** Milliseconds after which a terminal is forgotten. */
const KEPT = 7 * 24 * 60 * 60 * 1000

/** The lines of `session` that were shown here by attachments before. */
export function shownBefore(session: string): LinePlace | undefined {
  return tried(() => {
    const { lines, rows } = JSON.parse(readFileSync(pathOf(session), "utf8")) as Partial<LinePlace>
    return Number.isSafeInteger(lines) && Number.isSafeInteger(rows) ? { lines: lines ?? 0, rows: rows ?? 0 } : undefined
  })
}

/** From here on the lines before `place` count as shown. */
export function keepShown(session: string, place: LinePlace): void {
  tried(() => {
    const folder = folderOf()
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(pathOf(session), JSON.stringify(place), { mode: 0o600 })
    for (const name of readdirSync(folder)) {
      const path = join(folder, name)
      if (statSync(path).mtimeMs < Date.now() - KEPT) rmSync(path, { force: true })
    }
  })
}

const folderOf = (): string => join(process.env["XDG_RUNTIME_DIR"] ?? tmpdir(), `holdfast-shown-${userInfo().uid}`)

/** The file of a session on this terminal; throws when the folder is not this user's alone. */
function pathOf(session: string): string {
  const folder = folderOf()
  const found = lstatSync(folder)
  if (!found.isDirectory() || found.uid !== userInfo().uid || (found.mode & 0o077) !== 0)
    throw new Error(`${folder} is not private`)
  const key = createHash("sha256").update(`${shellHere()} ${session}`).digest("hex")
  return join(folder, key.slice(0, 32))
}

/** The shell that runs on this terminal, with its start; throws where the parent is no such thing, or cannot be looked at. */
function shellHere(): string {
  const device = fstatSync(1).rdev
  const [own, parent] = [fieldsOf("self"), fieldsOf(process.ppid)]
  if (parent.terminal !== device || parent.session !== own.session) throw new Error("the parent is not a shell on this terminal")
  return `${device} ${process.ppid} ${parent.begun}`
}

/** Fields 6, 7 and 22 of proc(5), after the name, which may hold anything. */
function fieldsOf(process: number | "self"): { readonly session: number; readonly terminal: number; readonly begun: string } {
  const stat = readFileSync(`/proc/${process}/stat`, "latin1")
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return { session: Number(fields[6 - 3]), terminal: Number(fields[7 - 3]), begun: fields[22 - 3] ?? "" }
}

/** The value, or undefined where the system refuses. */
function tried<A>(what: () => A): A | undefined {
  try {
    return what()
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}
