/** How a session's directory was when its last turn began: where that is kept, and what is written of it. */
import { readdir, readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { fields, list, number, text, type TypeOf, whole } from "@holdfast/protocol/codec"
import { isAbsent } from "../place/refused.ts"
import { SHADOW } from "./Shadow.ts"

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
  return (await snapshotsIn(place)).kept.find((snapshot) => snapshot.top === top)
}

/** The snapshots of a place, the last first, and names of what is none. */
export async function snapshotsIn(
  place: string,
): Promise<{ readonly kept: ReadonlyArray<Snapshot>; readonly others: ReadonlyArray<string> }> {
  const kept: Array<Snapshot> = []
  const others: Array<string> = []
  for (const name of await namesIn(place)) {
    if (name.startsWith(SHADOW)) continue
    const record = TURN.test(name) ? await read(join(place, name, RECORD)) : undefined
    if (record?.turn === name) kept.push(record)
    else others.push(name)
  }
  return { kept: kept.sort((a, b) => b.time - a.time), others }
}

/** Removes what is older than a snapshot, but the one before it: a question that began before this turn may still use that. */
export async function removeOlder(place: string, { time }: Snapshot): Promise<void> {
  const { kept, others } = await snapshotsIn(place)
  const older = kept.filter((snapshot) => snapshot.time < time).slice(1)
  for (const name of [...others, ...older.map(({ turn }) => turn)]) await rm(join(place, name), { recursive: true, force: true })
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
