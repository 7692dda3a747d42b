/** How a session's directory was when its last turn began: where that is kept, and what is written of it. */
import { readdir, readFile, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { fields, list, number, text, type TypeOf, whole } from "@holdfast/protocol/codec"
import { isAbsent } from "../place/refused.ts"

/** What is known of a snapshot. Names of `left` are bytes as texts: files that were too large or too many to be kept. */
const SnapshotRecord = fields({
  turn: text,
  /** The top of the working tree. */
  top: text,
  tree: text,
  time: number,
  left: list(fields({ path: text, size: whole, modified: number })),
})
export type Snapshot = TypeOf<typeof SnapshotRecord>

/** Names of files in the place. */
export const RECORD = "snapshot.json"

const TURN = /^[\w-]{8,64}$/

/** Whether a turn's id can name a directory. */
export function isTurnName(turn: string): boolean {
  return TURN.test(turn)
}

/** Where a session keeps what it needs to compare files; `kept` is the session's own directory. */
export function placeOf(kept: string): string {
  return join(kept, "changes")
}

/** The objects of a snapshot. */
export function objectsOf(place: string, turn: string): string {
  return join(place, turn, "objects")
}

/** The snapshot of the turn that began last in this working tree. */
export async function lastSnapshot(place: string, top: string): Promise<Snapshot | undefined> {
  const found: Array<Snapshot> = []
  for (const name of await namesIn(place)) {
    const record = TURN.test(name) && !name.startsWith("shadow-") ? await read(join(place, name, RECORD)) : undefined
    if (record?.top === top && record.turn === name) found.push(record)
  }
  return found.sort((a, b) => b.time - a.time)[0]
}

/** Removes everything but one snapshot, and shadows that a kill left behind. */
export async function removeOthers(place: string, turn: string, now: number): Promise<void> {
  for (const name of await namesIn(place)) {
    if (name === turn) continue
    const path = join(place, name)
    // A shadow that is younger may be in use.
    const age = now - ((await stat(path).catch(() => undefined))?.mtimeMs ?? now)
    if (!name.startsWith("shadow-") || age > 600_000) await rm(path, { recursive: true, force: true })
  }
}

async function namesIn(place: string): Promise<ReadonlyArray<string>> {
  try {
    return await readdir(place)
  } catch (cause) {
    if (isAbsent(cause)) return []
    throw cause
  }
}

async function read(path: string): Promise<Snapshot | undefined> {
  try {
    return SnapshotRecord.read(JSON.parse(await readFile(path, "utf8")), "a snapshot")
  } catch {
    // Half written, or of another version: as if there were none.
    return undefined
  }
}
