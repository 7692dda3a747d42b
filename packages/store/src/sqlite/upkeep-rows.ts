/** Checkpoints, trimming and purging (S-11), inside the writer's transaction. Bytes are removed later, in small steps. */
import { checkpointsToDrop } from "../checkpoint-keep.ts"
import { recordsOf } from "../record-walk.ts"
import { fence, insertPiece } from "./append-rows.ts"
import { checkpointCrc } from "./checksum.ts"
import { forgetSession } from "./person-rows.ts"
import { removeState } from "./state-rows.ts"
import { type Statements, blob, num, str } from "./statements.ts"
import { foldTail } from "./tail-fold.ts"
import type { WriterReply, WriterRequest } from "./wire.ts"
import type { WriterContext } from "./writer-context.ts"

/** Stores a checkpoint and drops those nothing needs. A stale owner's is left out. */
export function putCheckpoint(
  { statements }: WriterContext,
  request: Extract<WriterRequest, { op: "putCheckpoint" }>,
): WriterReply {
  const { session, epoch, checkpoint } = request
  if (fence(statements, session, epoch) !== undefined) return { _tag: "Done" }
  const { seq, cols, rows, time, screen } = checkpoint
  const crc = checkpointCrc(session, seq, cols, rows, screen)
  statements.run(
    `INSERT INTO checkpoints (session, seq, cols, rows, time, crc, screen) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (session, seq) DO UPDATE SET cols = excluded.cols, rows = excluded.rows, time = excluded.time, crc = excluded.crc, screen = excluded.screen`,
    session,
    seq,
    cols,
    rows,
    time,
    crc,
    screen,
  )
  const kept = statements.all("SELECT seq FROM checkpoints WHERE session = ? ORDER BY seq", session)
  const head = statements.get("SELECT first_seq FROM heads WHERE handle = ?", session)
  const firstSeq = head === undefined ? 1 : num(head, "first_seq")
  for (const drop of checkpointsToDrop(
    kept.map((row) => num(row, "seq")),
    firstSeq,
  )) {
    statements.run("DELETE FROM checkpoints WHERE session = ? AND seq = ?", session, drop)
  }
  return { _tag: "Done" }
}

/** First kept seq and removed bytes of a log whose whole records up to `through` go. */
function cutAt(
  statements: Statements,
  session: number,
  through: number,
  firstSeq: number,
  trimmed: number,
): { readonly first: number; readonly trimmed: number } {
  const piece = statements.get(
    "SELECT from_seq, to_seq, upto, bytes FROM pieces WHERE session = ? AND to_seq > ? ORDER BY to_seq LIMIT 1",
    session,
    through,
  )
  if (piece === undefined) {
    const head = statements.get("SELECT next_seq, total FROM heads WHERE handle = ?", session)
    return head === undefined ? { first: firstSeq, trimmed } : { first: num(head, "next_seq"), trimmed: num(head, "total") }
  }
  const bytes = blob(piece, "bytes")
  const begin = num(piece, "upto") - bytes.length
  for (const record of recordsOf(bytes, num(piece, "from_seq"), num(piece, "to_seq"))) {
    if (record.seq > through) return { first: record.from, trimmed: begin + record.offset }
  }
  throw new Error(`the piece of session ${session} after seq ${through} has no record after it`)
}

/** Removes the records up to a seq and appends the notice. */
export function trim(context: WriterContext, request: Extract<WriterRequest, { op: "trim" }>, batch: Uint8Array): WriterReply {
  const { statements } = context
  const { session, epoch, through, piece } = request
  const refused = fence(statements, session, epoch)
  if (refused !== undefined) return refused
  // What is cut must be in pieces, which know where they lie in the log.
  while (foldTail(context));
  const head = statements.get("SELECT first_seq, next_seq, trimmed FROM heads WHERE handle = ?", session)
  if (head === undefined) return { _tag: "NotFound" }
  const [firstSeq, nextSeq, trimmed] = [num(head, "first_seq"), num(head, "next_seq"), num(head, "trimmed")]
  if (piece === undefined || piece === "broken" || piece.from !== nextSeq) return { _tag: "SeqConflict", next: nextSeq }
  const cut =
    through < firstSeq
      ? { first: firstSeq, trimmed }
      : cutAt(statements, session, Math.min(through, nextSeq - 1), firstSeq, trimmed)
  const grown = statements.get(
    `UPDATE heads SET next_seq = ?, total = total + ?, loose = loose + ?, first_seq = ?, trimmed = ?
     WHERE handle = ? AND epoch = ? AND next_seq = ? RETURNING total, loose`,
    piece.to + 1,
    piece.length,
    piece.length,
    cut.first,
    cut.trimmed,
    session,
    epoch,
    piece.from,
  )
  if (grown === undefined) return { _tag: "SeqConflict", next: nextSeq }
  insertPiece(statements, session, piece, num(grown, "total"), batch.subarray(piece.offset, piece.offset + piece.length))
  statements.run("INSERT OR IGNORE INTO sweeps (handle, gone) VALUES (?, 0)", session)
  context.loosened(session, num(grown, "loose"))
  context.sweepable()
  return 0
}

/** Removes sessions whose purge time has passed; what they own is swept later. */
export function purge(context: WriterContext, now: number, limit: number): WriterReply {
  const { statements } = context
  const due = statements.all("SELECT handle, id FROM sessions WHERE purge_at <= ? ORDER BY purge_at, handle LIMIT ?", now, limit)
  for (const row of due) {
    const handle = num(row, "handle")
    removeState(context, handle)
    statements.run("DELETE FROM heads WHERE handle = ?", handle)
    statements.run("DELETE FROM creations WHERE session = ?", handle)
    forgetSession(statements, handle, str(row, "id"))
    statements.run("INSERT INTO sweeps (handle, gone) VALUES (?, 1) ON CONFLICT DO UPDATE SET gone = 1", handle)
  }
  if (due.length > 0) context.sweepable()
  return { _tag: "Purged", ids: due.map((row) => str(row, "id")) }
}
