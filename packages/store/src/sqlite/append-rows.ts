/**
 * The append itself: fence and expected seq are compared in the statement that takes the seqs (S-2, S-3).
 *
 * Everything here happens inside the writer's open transaction; an append that is refused has written nothing.
 */
import type { AppendKey, AppendOutcome, JournalPosition } from "../Store.ts"
import { journalCrc, keyCrc, pieceCrc, placeCrc } from "./checksum.ts"
import { keepNotes } from "./note-rows.ts"
import { type BatchBytes, LARGE_PIECE, type PlainAppend } from "./plain-appends.ts"
import { updateState } from "./state-rows.ts"
import { type Statements, num, str } from "./statements.ts"
import { keepTrace } from "./trace-rows.ts"
import type { WirePiece, WriterReply, WriterRequest } from "./wire.ts"
import type { WriterContext } from "./writer-context.ts"

const ADVANCE = "UPDATE heads SET next_seq = ?, total = total + ? WHERE handle = ? AND epoch = ? AND next_seq = ?"

const ADVANCE_JOURNAL = `UPDATE heads SET next_seq = ?, total = total + ?, runner = ?, child = ?, position = ?, position_crc = ?
  WHERE handle = ? AND epoch = ? AND next_seq = ?`

const INSERT_PIECE =
  "INSERT INTO pieces (session, to_seq, from_seq, upto, place_crc, crc, kinds, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"

/** Stores one piece; `upto` is the log's size in bytes with it. */
export function insertPiece(
  statements: Statements,
  session: number,
  piece: Omit<WirePiece, "offset" | "length">,
  upto: number,
  bytes: Uint8Array,
): void {
  const place = placeCrc(session, piece.from, piece.to, piece.kinds)
  statements.run(INSERT_PIECE, session, piece.to, piece.from, upto, place, pieceCrc(place, bytes), piece.kinds, bytes)
}

/** Takes the seqs of an append; false when the session's epoch or next seq is another. */
function takeSeqs(
  statements: Statements,
  session: number,
  epoch: number,
  from: number,
  to: number,
  length: number,
  journal: JournalPosition | undefined,
): boolean {
  if (journal === undefined) return statements.run(ADVANCE, to + 1, length, session, epoch, from) === 1
  const { runner, child, position } = journal
  const crc = journalCrc(session, runner, child, position)
  return statements.run(ADVANCE_JOURNAL, to + 1, length, runner, child, position, crc, session, epoch, from) === 1
}

/** Why an owner with this epoch may not write; `undefined` when it may. */
export function fence(statements: Statements, session: number, epoch: number): AppendOutcome | undefined {
  const head = statements.get("SELECT epoch FROM heads WHERE handle = ?", session)
  if (head === undefined) return { _tag: "NotFound" }
  return num(head, "epoch") === epoch ? undefined : { _tag: "EpochLost", epoch: num(head, "epoch") }
}

/** Why a session's head took no seqs, when the statement changed no row. */
const refusal = (statements: Statements, session: number, epoch: number): AppendOutcome =>
  fence(statements, session, epoch) ?? { _tag: "SeqConflict", next: nextSeq(statements, session) }

/** What a key was used for; `undefined` when it was not. */
function keyUse(statements: Statements, session: number, { key, hash }: AppendKey): AppendOutcome | undefined {
  const row = statements.get("SELECT hash, first, last FROM keys WHERE session = ? AND key = ?", session, key)
  if (row === undefined) return undefined
  return str(row, "hash") === hash
    ? { _tag: "Repeated", first: num(row, "first"), last: num(row, "last") }
    : { _tag: "KeyConflict" }
}

function saveKey(statements: Statements, session: number, { key, hash }: AppendKey, first: number, last: number): void {
  const crc = keyCrc(session, key, hash, first, last)
  statements.run(
    "INSERT INTO keys (session, key, hash, first, last, crc) VALUES (?, ?, ?, ?, ?, ?)",
    session,
    key,
    hash,
    first,
    last,
    crc,
  )
}

/** Carries out a plain append; `0` when it is done. */
export function appendPlain({ statements, tail }: WriterContext, plain: PlainAppend, batch: BatchBytes): WriterReply {
  const { session, epoch, from, to, kinds, offset, length, journal } = plain
  if (!takeSeqs(statements, session, epoch, from, to, length, journal)) return refusal(statements, session, epoch)
  tail.add(session, from, to, kinds, batch.records, offset, length)
  return 0
}

/** Carries out one append; `0` when it is done and nothing more is to be said. */
export function append(context: WriterContext, request: Extract<WriterRequest, { op: "append" }>, records: Buffer): WriterReply {
  const { statements } = context
  const { session, epoch, key } = request
  if (key !== undefined) {
    const used = keyUse(statements, session, key)
    if (used !== undefined) return fence(statements, session, epoch) ?? used
  }
  const { piece } = request
  if (piece === "broken") return refusal(statements, session, epoch)
  const from = piece === undefined ? nextSeq(statements, session) : piece.from
  const to = piece === undefined ? from - 1 : piece.to
  if (!takeSeqs(statements, session, epoch, from, to, piece?.length ?? 0, request.journal))
    return refusal(statements, session, epoch)
  if (piece !== undefined) placeRecords(context, session, piece, records)
  if (key !== undefined) saveKey(statements, session, key, from, to)
  keepNotes(statements, session, request.notes)
  keepTrace(statements, session, request.trace)
  if (request.state === undefined) return 0
  const change = context.change.next()
  updateState(context, session, change, request.state)
  return { _tag: "Appended", change }
}

/** Small appends go to the tail; a large one is a piece at once, so that its bytes are written once. */
export function placeRecords({ statements, tail }: WriterContext, session: number, piece: WirePiece, records: Buffer): void {
  const { from, to, kinds, offset, length } = piece
  if (length < LARGE_PIECE) return tail.add(session, from, to, kinds, records, offset, length)
  const head = statements.get("SELECT total FROM heads WHERE handle = ?", session)
  insertPiece(
    statements,
    session,
    piece,
    head === undefined ? length : num(head, "total"),
    records.subarray(offset, offset + length),
  )
}

function nextSeq(statements: Statements, session: number): number {
  const head = statements.get("SELECT next_seq FROM heads WHERE handle = ?", session)
  return head === undefined ? -1 : num(head, "next_seq")
}
