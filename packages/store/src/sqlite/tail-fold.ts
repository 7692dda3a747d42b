/**
 * Folding: moves the oldest rows of the tail into the pieces of their logs, in the open transaction.
 *
 * A record is in the tail or in a piece at any time. An entry that fails its checksum stays in the tail: nothing is made
 * of it, and it can still be looked at.
 */
import { joinKinds } from "../record-filter.ts"
import { insertPiece } from "./append-rows.ts"
import { type Statements, num } from "./statements.ts"
import { type TailEntry, isWhole, keepEntries, readEntries } from "./tail-rows.ts"
import type { WriterContext } from "./writer-context.ts"

/** Pieces of this size stay as they are when a log is sealed, in bytes. */
export const FINAL_PIECE = 8 * 1024

/** Bytes of records after which a fold takes no further row. */
const FOLD_MOST = 1024 * 1024

type Logs = Map<number, Array<TailEntry>>

/** Folds the oldest rows, at most about 1 MiB of records; false when there is nothing that can be folded. */
export function foldTail(context: WriterContext): boolean {
  const { statements } = context
  const rows = statements.all("SELECT rowid, length(bytes) AS size FROM tail ORDER BY rowid")
  const newest = rows.at(-1)
  const logs: Logs = new Map()
  let taken = 0
  for (const row of rows) {
    if (taken >= FOLD_MOST) break
    const size = foldRow(statements, num(row, "rowid"), row === newest, logs)
    if (size === undefined) continue
    taken += size
    context.tail.removed(num(row, "size"))
  }
  for (const [session, entries] of logs) foldLog(context, session, entries)
  return taken > 0
}

/** Takes a row's entries and leaves what is damaged; gives the bytes taken, `undefined` when the row stays as it is. */
function foldRow(statements: Statements, rowid: number, newest: boolean, logs: Logs): number | undefined {
  const entries = readEntries(statements, rowid)
  if (entries === undefined) return undefined
  const damaged: Array<number> = []
  let size = 0
  for (const [number, entry] of entries.entries()) {
    if (!isWhole(entry)) {
      damaged.push(number)
      continue
    }
    size += entry.bytes.length
    const log = logs.get(entry.session)
    if (log === undefined) logs.set(entry.session, [entry])
    else log.push(entry)
  }
  if (damaged.length > 0 && damaged.length === entries.length) return undefined
  if (damaged.length > 0) keepEntries(statements, rowid, damaged)
  else if (newest) statements.run("UPDATE tail SET places = x'', kinds = '', bytes = x'' WHERE rowid = ?", rowid)
  else statements.run("DELETE FROM tail WHERE rowid = ?", rowid)
  return size
}

const GROWN = "UPDATE heads SET loose = loose + ? WHERE handle = ? RETURNING loose, trimmed"

const BEFORE = "SELECT upto FROM pieces WHERE session = ? AND to_seq < ? ORDER BY to_seq DESC LIMIT 1"

function foldLog(context: WriterContext, session: number, entries: ReadonlyArray<TailEntry>): void {
  const { statements } = context
  const runs = runsOf(entries, context.sealBytes).map(joined)
  let loose = 0
  for (const { bytes } of runs) if (bytes.length < FINAL_PIECE) loose += bytes.length
  const head = statements.get(GROWN, loose, session)
  // Its session was purged.
  if (head === undefined) return
  for (const { from, to, kinds, bytes } of runs) {
    const before = from === 1 ? undefined : statements.get(BEFORE, session, from)
    const upto = before === undefined ? num(head, "trimmed") : num(before, "upto")
    insertPiece(statements, session, { from, to, kinds }, upto + bytes.length, bytes)
  }
  if (loose > 0) context.loosened(session, num(head, "loose"))
}

type Run = [TailEntry, ...Array<TailEntry>]

type Joined = Pick<TailEntry, "from" | "to" | "kinds" | "bytes">

/** A run of entries as one. */
function joined(run: Run): Joined {
  const [first] = run
  const last = run.at(-1)
  if (last === undefined || last === first) return first
  const kinds = joinKinds(new Set(run.map((entry) => entry.kinds)))
  return { from: first.from, to: last.to, kinds, bytes: Buffer.concat(run.map((entry) => entry.bytes)) }
}

/** Entries that follow each other without a gap, in runs of at most about `most` bytes. */
function runsOf(entries: ReadonlyArray<TailEntry>, most: number): ReadonlyArray<Run> {
  const runs: Array<Run> = []
  let run: Run | undefined
  let size = 0
  let next = -1
  for (const entry of entries) {
    if (run === undefined || entry.from !== next || size + entry.bytes.length > most) {
      run = [entry]
      runs.push(run)
      size = 0
    } else run.push(entry)
    size += entry.bytes.length
    next = entry.to + 1
  }
  return runs
}
