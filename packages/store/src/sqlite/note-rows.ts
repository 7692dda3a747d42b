/** Notes of events, in the transaction that appends them (Y-2): kept as long as a reader needs them. */
import type { KeptNote, Note, NotePage } from "../Store.ts"
import { type Statements, num, str } from "./statements.ts"
import type { WriterReply } from "./wire.ts"

/** Notes that are kept at most, for readers that do not read: the oldest go. */
export const NOTES_MAX = 1_000_000

const KEEP = "INSERT INTO notes (session, seq, name) SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM note_readers)"

const LAST = "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'notes'), 0)"

/** Keeps the notes of an append, if there is a reader. */
export function keepNotes(statements: Statements, session: number, notes: ReadonlyArray<Note> | undefined): void {
  for (const { seq, name } of notes ?? []) statements.run(KEEP, session, seq, name)
}

/** Adds a reader, or finds the one that is there. */
export function openNotes(statements: Statements, reader: string): WriterReply {
  statements.run(`INSERT INTO note_readers SELECT ?, ${LAST} WHERE true ON CONFLICT DO NOTHING`, reader)
  const row = statements.get("SELECT cursor FROM note_readers WHERE reader = ?", reader)
  return { _tag: "Noted", cursor: row === undefined ? 0 : num(row, "cursor") }
}

/** Moves a reader, or removes it, and drops what no reader needs. */
export function moveNotes(statements: Statements, reader: string, cursor: number | undefined): WriterReply {
  if (cursor === undefined) statements.run("DELETE FROM note_readers WHERE reader = ?", reader)
  else statements.run("UPDATE note_readers SET cursor = max(cursor, ?) WHERE reader = ?", cursor, reader)
  statements.run(
    `DELETE FROM notes WHERE number <= max(coalesce((SELECT min(cursor) FROM note_readers), ${LAST}), ${LAST} - ${NOTES_MAX})`,
  )
  return { _tag: "Done" }
}

/** How many notes at most are gone between a reader's cursor and the first one it gets: those that are beyond what is kept. */
export function lostNotes(cursor: number, first: number, head: number): number {
  return Math.max(0, Math.min(first - 1, head - NOTES_MAX) - cursor)
}

/** A page of notes. */
export function readNotes(statements: Statements, after: number, limit: number): NotePage {
  const head = Number(statements.get(`SELECT ${LAST} AS head`)?.["head"] ?? 0)
  const rows = statements.all(
    `SELECT n.number, n.session, n.seq, n.name, s.id FROM notes n JOIN sessions s ON s.handle = n.session
     WHERE n.number > ? ORDER BY n.number LIMIT ?`,
    after,
    limit,
  )
  const notes = rows.map((row): KeptNote => ({
    number: num(row, "number"),
    session: num(row, "session"),
    seq: num(row, "seq"),
    name: str(row, "name"),
    id: str(row, "id"),
  }))
  const lost = lostNotes(after, notes[0]?.number ?? head + 1, head)
  return lost === 0 ? { notes, head } : { notes, head, lost }
}
