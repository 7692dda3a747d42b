/**
 * Folding: moves the oldest rows of the tail into the pieces of their logs, in the open transaction.
 *
 * A record is in the tail or in a piece at any time. An entry that fails its checksum stays in the tail: nothing is made
 * of it, and it can still be looked at.
 */
import { joinKinds } from "../record-filter.ts"
import { insertPiece } from "./append-rows.ts"
import { LARGE_PIECE } from "./plain-appends.ts"
import { type Statements, num } from "./statements.ts"
import { type TailEntry, isWhole, readEntries } from "./tail-rows.ts"
import type { WriterContext } from "./writer-context.ts"

/** Bytes of records after which a fold takes no further row. */
const FOLD_MOST = 1024 * 1024

/** Folds the oldest rows, at most about 1 MiB of records; false when there is nothing that can be folded. */
export function foldTail(context: WriterContext): boolean {
  const { statements } = context
  const rows = statements.all("SELECT rowid, length(bytes) AS size FROM tail ORDER BY rowid")
  const newest = rows.at(-1)
  const logs = new Map<number, Array<TailEntry>>()
  let taken = 0
  for (const row of rows) {
    if (taken >= FOLD_MOST) break
    const rowid = num(row, "rowid")
    const entries = readEntries(statements, rowid)
    if (entries === undefined) continue
    const whole = entries.filter(isWhole)
    for (const entry of whole) {
      taken += entry.bytes.length
      const log = logs.get(entry.session)
      if (log === undefined) logs.set(entry.session, [entry])
      else log.push(entry)
    }
    if (whole.length === 0 && entries.length > 0) continue
    const left = entries.filter((entry) => !whole.includes(entry))
    clearRow(statements, rowid, left, row === newest)
    context.tail.removed(num(row, "size"))
  }
  for (const [session, entries] of logs) foldLog(context, session, entries)
  return taken > 0
}

function clearRow(statements: Statements, rowid: number, left: ReadonlyArray<TailEntry>, newest: boolean): void {
  if (left.length > 0) {
    const places = Buffer.concat(left.map((entry) => entry.place))
    statements.run("UPDATE tail SET places = ? WHERE rowid = ?", places, rowid)
  } else if (newest) statements.run("UPDATE tail SET places = x'', kinds = '', bytes = x'' WHERE rowid = ?", rowid)
  else statements.run("DELETE FROM tail WHERE rowid = ?", rowid)
}

function foldLog(context: WriterContext, session: number, entries: ReadonlyArray<TailEntry>): void {
  const { statements } = context
  const head = statements.get("SELECT trimmed FROM heads WHERE handle = ?", session)
  if (head === undefined) return
  let loose = 0
  for (const run of runsOf(entries, context.sealBytes)) {
    const [first, last] = [run[0], run.at(-1)]
    if (first === undefined || last === undefined) continue
    const before = statements.get(
      "SELECT upto FROM pieces WHERE session = ? AND to_seq < ? ORDER BY to_seq DESC LIMIT 1",
      session,
      first.from,
    )
    const bytes = run.length === 1 ? first.bytes : Buffer.concat(run.map((entry) => entry.bytes))
    const upto = (before === undefined ? num(head, "trimmed") : num(before, "upto")) + bytes.length
    const kinds = run.length === 1 ? first.kinds : joinKinds(new Set(run.map((entry) => entry.kinds)))
    insertPiece(statements, session, { from: first.from, to: last.to, kinds }, upto, bytes)
    if (bytes.length < LARGE_PIECE) loose += bytes.length
  }
  const grown = statements.get("UPDATE heads SET loose = loose + ? WHERE handle = ? RETURNING loose", loose, session)
  if (grown !== undefined) context.loosened(session, num(grown, "loose"))
}

/** Entries that follow each other without a gap, in runs of at most about `most` bytes. */
function runsOf(entries: ReadonlyArray<TailEntry>, most: number): ReadonlyArray<ReadonlyArray<TailEntry>> {
  const runs: Array<Array<TailEntry>> = []
  let run: Array<TailEntry> = []
  let size = 0
  let next = -1
  for (const entry of entries) {
    if (run.length === 0 || entry.from !== next || size + entry.bytes.length > most) {
      run = []
      runs.push(run)
      size = 0
    }
    run.push(entry)
    size += entry.bytes.length
    next = entry.to + 1
  }
  return runs
}
