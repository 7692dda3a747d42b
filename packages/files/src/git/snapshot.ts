/**
 * Keeps how a working tree is when a turn begins, as a tree of Git in the session's own directory (docs/protocol/rules.md, FS-24).
 *
 * Neither index, files nor references of the repository are touched. Only what differs from the last commit is written; what is
 * larger than the bounds is remembered by its size and time.
 */
import { lstat, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { AskOf } from "@holdfast/link/file-messages"
import { inputOf, items, onDisk } from "./bytes.ts"
import { findRepository, isRepository } from "./repository.ts"
import { Shadow } from "./Shadow.ts"
import { isTurnName, placeOf, RECORD, removeOlder, type Snapshot, snapshotsIn } from "./snapshot-record.ts"
import { type PathStatus, readStatus, STATUS } from "./status.ts"

const MiB = 1024 * 1024
/** Largest file that is kept, all of them together, and their number. */
const FILE_MAX = 4 * MiB
const TOTAL_MAX = 64 * MiB
const FILES_MAX = 5000
/** Files that are left out and remembered. */
const LEFT_MAX = 2000

/** Milliseconds. */
const TIMEOUT = 60_000

/** Takes the snapshot; `now`: when it was asked for. `kept` is false where there is no repository. */
export async function takeSnapshot(ask: AskOf<"snapshot">, now: number): Promise<{ readonly kept: boolean }> {
  if (!isTurnName(ask.turn)) return { kept: false }
  const repository = await findRepository(ask.root)
  if (!isRepository(repository)) return { kept: false }
  const place = placeOf(ask.kept)
  const shadow = await Shadow.make(place, repository)
  try {
    const how = { timeout: TIMEOUT, low: true }
    const status = readStatus(items(await shadow.gitOut(STATUS, how)))
    const { wanted, left } = await chosen(repository.top, status)
    if (wanted.length > 0)
      await shadow.gitOut(["update-index", "-z", "--add", "--remove", "--stdin"], { ...how, input: inputOf(wanted) })
    const tree = (await shadow.gitOut(["write-tree", "--missing-ok"], how)).toString("utf8").trim()
    // Where the clock was set back, the last one would stay the last.
    const [last] = (await snapshotsIn(place)).kept
    const time = last !== undefined && last.time > Date.now() ? last.time + 1 : now
    const record: Snapshot = { turn: ask.turn, top: repository.top, tree, time, left }
    await writeFile(join(shadow.path, RECORD), JSON.stringify(record))
    // What is kept are the tree and its objects.
    await rm(join(shadow.path, "index"), { force: true })
    await rename(shadow.path, join(place, ask.turn))
    await removeOlder(place, record)
    return { kept: true }
  } catch (cause) {
    await shadow.remove()
    throw cause
  }
}

/** What is written into the tree, within the bounds, and what is only remembered. */
async function chosen(
  top: string,
  status: ReadonlyArray<PathStatus>,
): Promise<{ readonly wanted: ReadonlyArray<string>; readonly left: Snapshot["left"] }> {
  const wanted: Array<string> = []
  const left: Array<Snapshot["left"][number]> = []
  let total = 0
  for (const { path } of status) {
    const found = await lstat(onDisk(top, path)).catch(() => undefined)
    const size = found?.isFile() === true ? found.size : 0
    if (size > FILE_MAX || total + size > TOTAL_MAX || wanted.length >= FILES_MAX) {
      if (left.length < LEFT_MAX && found !== undefined) left.push({ path, size, modified: Math.floor(found.mtimeMs) })
      continue
    }
    total += size
    wanted.push(path)
  }
  return { wanted, left }
}
