/**
 * The append itself: fence and expected seq are compared in the statement that takes the seqs (S-2, S-3).
 *
 * Everything here happens inside the writer's open transaction; an append that is refused has written nothing.
 */
import type { AppendKey, AppendOutcome, JournalPosition } from "../Store.ts"
import { journalCrc, keyCrc, pieceCrc, placeCrc } from "./checksum.ts"
import { updateState } from "./state-rows.ts"
import { type Row, type Statements, num, str } from "./statements.ts"
import type { WirePiece, WriterReply, WriterRequest } from "./wire.ts"
import type { WriterContext } from "./writer-context.ts"

/** Pieces of this size stay as they are when a log is sealed, in bytes. */
export const LARGE_PIECE = 16 * 1024

const ADVANCE = `UPDATE heads SET next_seq = ?, total = total + ?, loose = loose + ?
  WHERE handle = ? AND epoch = ? AND next_seq = ? RETURNING total, loose`

const ADVANCE_JOURNAL = `UPDATE heads SET next_seq = ?, total = total + ?, loose = loose + ?,
  runner = ?, child = ?, position = ?, position_crc = ?
  WHERE handle = ? AND epoch = ? AND next_seq = ? RETURNING total, loose`

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

function takeSeqs(
  { statements }: WriterContext,
  session: number,
  epoch: number,
  from: number,
  to: number,
  length: number,
  journal: JournalPosition | undefined,
): Row | undefined {
  const loose = length < LARGE_PIECE ? length : 0
  if (journal === undefined) return statements.get(ADVANCE, to + 1, length, loose, session, epoch, from)
  const { runner, child, position } = journal
  const crc = journalCrc(session, runner, child, position)
  return statements.get(ADVANCE_JOURNAL, to + 1, length, loose, runner, child, position, crc, session, epoch, from)
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

/** Carries out one append; `0` when it is done and nothing more is to be said. */
export function append(
  context: WriterContext,
  request: Extract<WriterRequest, { op: "append" }>,
  batch: Uint8Array,
): WriterReply {
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
  const length = piece?.length ?? 0
  const head = takeSeqs(context, session, epoch, from, to, length, request.journal)
  if (head === undefined) return refusal(statements, session, epoch)
  if (piece !== undefined) {
    insertPiece(statements, session, piece, num(head, "total"), batch.subarray(piece.offset, piece.offset + length))
    context.loosened(session, num(head, "loose"))
  }
  if (key !== undefined) saveKey(statements, session, key, from, to)
  if (request.state === undefined) return 0
  const change = context.change.next()
  updateState(statements, session, change, request.state)
  return { _tag: "Appended", change }
}

function nextSeq(statements: Statements, session: number): number {
  const head = statements.get("SELECT next_seq FROM heads WHERE handle = ?", session)
  return head === undefined ? -1 : num(head, "next_seq")
}
