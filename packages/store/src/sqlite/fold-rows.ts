/**
 * Replacing ranges of whole records by one record each (S-22), inside the writer's transaction.
 *
 * The pieces that hold the ranges are read once, checked, and written again with what is left of them. Nothing is written
 * before all of them were found whole and cut at the bounds of records.
 */
import { decodeRecord, readRecord, RECORD_OUTPUT } from "@holdfast/protocol/record"
import { joinKinds, recordKind } from "../record-filter.ts"
import { recordsOf } from "../record-walk.ts"
import { fence, insertPiece } from "./append-rows.ts"
import { pieceCrc, placeCrc } from "./checksum.ts"
import { type Row, type Statements, blob, num, str } from "./statements.ts"
import { FINAL_PIECE, foldTail } from "./tail-fold.ts"
import type { FoldedRange, WriterReply, WriterRequest } from "./wire.ts"
import type { WriterContext } from "./writer-context.ts"

interface Kept {
  readonly from: number
  readonly seq: number
  readonly bytes: Uint8Array
}

/** What the pieces of some ranges become. */
interface Plan {
  /** Bytes of the log before the first of the pieces, and of the pieces. */
  readonly begin: number
  readonly before: number
  readonly first: number
  readonly last: number
  readonly kept: ReadonlyArray<Kept>
}

/** Replaces ranges; one that is a single record of that range already stays. */
export function foldRanges(context: WriterContext, request: Extract<WriterRequest, { op: "fold" }>): WriterReply {
  const { statements } = context
  const { session, epoch, ranges } = request
  const refused = fence(statements, session, epoch)
  if (refused !== undefined) return refused
  const [first, last] = [ranges[0], ranges.at(-1)]
  if (first === undefined || last === undefined) return 0
  // What is replaced must be in pieces, each record in one only.
  if (!isInPieces(statements, session, last.seq)) while (foldTail(context));
  removeDead(statements, session)
  const plan = planOf(statements, session, ranges)
  if (plan === undefined) {
    const head = statements.get("SELECT next_seq FROM heads WHERE handle = ?", session)
    return { _tag: "SeqConflict", next: head === undefined ? 1 : num(head, "next_seq") }
  }
  statements.run("DELETE FROM pieces WHERE session = ? AND to_seq >= ? AND to_seq <= ?", session, plan.first, plan.last)
  const upto = writePieces(context, session, plan)
  const saved = plan.begin + plan.before - upto
  statements.run("UPDATE pieces SET upto = upto - ? WHERE session = ? AND to_seq > ?", saved, session, plan.last)
  const head = statements.get(
    "UPDATE heads SET total = total - ?, sealed = min(sealed, ?) WHERE handle = ? RETURNING sealed",
    saved,
    plan.first - 1,
    session,
  )
  if (head !== undefined) countLoose(context, session, num(head, "sealed"))
  return 0
}

function isInPieces(statements: Statements, session: number, seq: number): boolean {
  const row = statements.get("SELECT 1 FROM pieces WHERE session = ? AND to_seq >= ? LIMIT 1", session, seq)
  return row !== undefined && statements.get("SELECT 1 FROM tail WHERE length(places) > 0 LIMIT 1") === undefined
}

/** Removes pieces whose records are in a joined one too. */
function removeDead(statements: Statements, session: number): void {
  const sweep = statements.get("SELECT dead_from, dead_before FROM sweeps WHERE handle = ?", session)
  if (sweep === undefined) return
  const bounds = [num(sweep, "dead_from"), num(sweep, "dead_before")] as const
  statements.run("DELETE FROM pieces WHERE session = ? AND to_seq >= ? AND to_seq < ?", session, ...bounds)
}

const SELECT = `SELECT to_seq, from_seq, upto, place_crc, crc, kinds, bytes FROM pieces
  WHERE session = ? AND to_seq >= ? AND from_seq <= ? ORDER BY to_seq`

/** Reads the pieces of the ranges; `undefined` when a range is not there or cuts a record. Throws when one is damaged. */
function planOf(statements: Statements, session: number, ranges: ReadonlyArray<FoldedRange>): Plan | undefined {
  const [start, end] = [ranges[0]?.from ?? 0, ranges.at(-1)?.seq ?? 0]
  const kept: Array<Kept> = []
  let [begin, before, first, last] = [0, 0, -1, -1]
  let at = 0
  for (const row of statements.of(SELECT).iterate(session, start, end) as Iterable<Row>) {
    const bytes = checked(session, row)
    if (first < 0) {
      first = num(row, "from_seq")
      begin = num(row, "upto") - bytes.length
    }
    if (last >= 0 && num(row, "from_seq") !== last + 1) throw new Error(`seq ${last + 1} of session ${session} is missing`)
    last = num(row, "to_seq")
    before += bytes.length
    for (const place of recordsOf(bytes, num(row, "from_seq"), last)) {
      const range = ranges[at]
      if (range === undefined || place.seq < range.from) {
        kept.push({ from: place.from, seq: place.seq, bytes: bytes.slice(place.offset, place.end) })
        continue
      }
      const begins = place.from <= range.from
      if ((begins && place.from !== range.from) || place.seq > range.seq) return undefined
      if (place.seq < range.seq) continue
      const there = begins && place.from < place.seq ? bytes.slice(place.offset, place.end) : range.bytes
      kept.push({ from: range.from, seq: range.seq, bytes: there })
      at++
    }
  }
  return at === ranges.length ? { begin, before, first, last, kept } : undefined
}

function checked(session: number, row: Row): Uint8Array {
  const bytes = blob(row, "bytes")
  const place = placeCrc(session, num(row, "from_seq"), num(row, "to_seq"), str(row, "kinds"))
  if (place === num(row, "place_crc") && pieceCrc(place, bytes) === num(row, "crc")) return bytes
  throw new Error(`a piece of session ${session} fails its checksum`)
}

/** Writes what was kept in pieces of about `sealBytes`; gives the log's bytes with them. */
function writePieces({ statements, sealBytes }: WriterContext, session: number, { begin, kept }: Plan): number {
  let upto = begin
  let run: Array<Kept> = []
  let size = 0
  const write = (): void => {
    const [first, last] = [run[0], run.at(-1)]
    if (first === undefined || last === undefined) return
    const kinds = joinKinds(run.map(({ bytes }) => kindIn(bytes)))
    upto += size
    insertPiece(
      statements,
      session,
      { from: first.from, to: last.seq, kinds },
      upto,
      Buffer.concat(run.map(({ bytes }) => bytes)),
    )
    run = []
    size = 0
  }
  for (const record of kept) {
    if (size + record.bytes.length > sealBytes) write()
    run.push(record)
    size += record.bytes.length
  }
  write()
  return upto
}

function kindIn(bytes: Uint8Array): string {
  const record = readRecord(bytes, 0)
  return record.kind === RECORD_OUTPUT ? "terminal/output" : recordKind(decodeRecord(record))
}

function countLoose(context: WriterContext, session: number, sealed: number): void {
  const { statements } = context
  const row = statements.get(
    `SELECT total(length(bytes)) AS loose FROM pieces WHERE session = ? AND to_seq > ? AND length(bytes) < ${FINAL_PIECE}`,
    session,
    sealed,
  )
  const loose = row === undefined ? 0 : num(row, "loose")
  statements.run("UPDATE heads SET loose = ? WHERE handle = ?", loose, session)
  context.loosened(session, loose)
}
