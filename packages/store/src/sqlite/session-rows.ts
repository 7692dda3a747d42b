/** Making sessions and taking them over (S-4, S-7), inside the writer's transaction. */
import { randomUUID } from "node:crypto"
import type { Claimed } from "../Store.ts"
import { placeRecords } from "./append-rows.ts"
import { journalCrc, stateCrc } from "./checksum.ts"
import { keepNotes } from "./note-rows.ts"
import { insertState } from "./state-rows.ts"
import { type Row, type Statements, num, str } from "./statements.ts"
import { endsInTail } from "./tail-rows.ts"
import { keepTrace } from "./trace-rows.ts"
import type { WriterReply, WriterRequest } from "./wire.ts"
import type { WriterContext } from "./writer-context.ts"

const INSERT_HEAD = `INSERT INTO heads (handle, epoch, first_seq, next_seq, total, trimmed, sealed, loose)
  VALUES (?, 1, 1, ?, ?, 0, 0, 0)`

/** Makes a session at epoch 1, or says which session the key or id already made. */
export function create(context: WriterContext, request: Extract<WriterRequest, { op: "create" }>, records: Buffer): WriterReply {
  const { statements } = context
  const { id, key, piece, state } = request
  if (key !== undefined) {
    const used = statements.get(
      "SELECT c.hash, s.id FROM creations c JOIN sessions s ON s.handle = c.session WHERE c.key = ?",
      key.key,
    )
    if (used !== undefined)
      return str(used, "hash") === key.hash ? { _tag: "Exists", id: str(used, "id") } : { _tag: "KeyConflict" }
  }
  if (statements.get("SELECT 1 FROM sessions WHERE id = ?", id) !== undefined) return { _tag: "Exists", id }
  if (piece === "broken" || (piece !== undefined && piece.from !== 1))
    return { _tag: "Failed", message: `the first records of session ${id} do not begin at seq 1` }
  const log = randomUUID()
  const change = context.change.next()
  // A change number is never given again.
  const handle = change
  insertState(context, { handle, id, log }, change, state)
  statements.run(INSERT_HEAD, handle, piece === undefined ? 1 : piece.to + 1, piece?.length ?? 0)
  if (piece !== undefined) placeRecords(context, handle, piece, records)
  keepNotes(statements, handle, request.notes)
  keepTrace(statements, handle, request.trace)
  if (key !== undefined) statements.run("INSERT INTO creations (key, hash, session) VALUES (?, ?, ?)", key.key, key.hash, handle)
  return { _tag: "Created", session: handle, change, log }
}

const CLAIM = `UPDATE heads SET epoch = epoch + 1 WHERE handle = ?
  RETURNING epoch, first_seq, next_seq, total, trimmed, position, position_crc, runner, child`

/** Raises a session's epoch and gives all its new owner needs, after checking what it hands over. */
export function claim({ statements }: WriterContext, id: string): WriterReply {
  const session = statements.get("SELECT handle, log, change, crc, record, inner FROM sessions WHERE id = ?", id)
  if (session === undefined) return { _tag: "NotFound" }
  const handle = num(session, "handle")
  const [log, record, inner] = [str(session, "log"), str(session, "record"), str(session, "inner")]
  if (stateCrc(handle, id, log, record, inner) !== num(session, "crc"))
    return { _tag: "Damaged", message: "the stored state fails its checksum" }
  const newest = Number(statements.get("SELECT max(to_seq) AS seq FROM pieces WHERE session = ?", handle)?.["seq"] ?? 0)
  const known = statements.get("SELECT next_seq FROM heads WHERE handle = ?", handle)
  const last = known === undefined ? -1 : num(known, "next_seq") - 1
  if (last !== newest && (last < newest || !endsInTail(statements, handle, last)))
    return { _tag: "Damaged", message: `the log ends at ${newest}, its head says ${last < 0 ? "nothing" : last}` }
  const head = statements.get(CLAIM, handle)
  if (head === undefined) return { _tag: "NotFound" }
  const journal = journalOf(handle, head)
  if (journal === "damaged") return { _tag: "Damaged", message: "the journal position fails its checksum" }
  const claimed: Claimed = {
    session: handle,
    id,
    epoch: num(head, "epoch"),
    firstSeq: num(head, "first_seq"),
    nextSeq: num(head, "next_seq"),
    change: num(session, "change"),
    log,
    record,
    inner,
    ...(journal === undefined ? {} : { journal }),
    bytes: num(head, "total") - num(head, "trimmed"),
  }
  return { _tag: "Claimed", claimed }
}

function journalOf(handle: number, head: Row): Claimed["journal"] | "damaged" {
  if (head["runner"] === null) return undefined
  const [runner, child, position] = [str(head, "runner"), str(head, "child"), num(head, "position")]
  return journalCrc(handle, runner, child, position) === head["position_crc"] ? { runner, child, position } : "damaged"
}

/** Takes or renews a lease; the token grows when the owner changes (S-17). */
export function lease({ statements }: WriterContext, request: Extract<WriterRequest, { op: "lease" }>): WriterReply {
  const { name, owner, now, ttl } = request
  const row = statements.get(
    `INSERT INTO leases (name, owner, until, token) VALUES (?1, ?2, ?3, 1)
     ON CONFLICT (name) DO UPDATE SET owner = ?2, until = ?3, token = token + (until <= ?4)
     WHERE until <= ?4 OR owner = ?2 RETURNING token`,
    name,
    owner,
    now + ttl,
    now,
  )
  return { _tag: "Leased", token: row === undefined ? undefined : num(row, "token") }
}

/** Stores or removes a setting. */
export function putSetting(statements: Statements, name: string, value: string | undefined): WriterReply {
  if (value === undefined) statements.run("DELETE FROM settings WHERE name = ?", name)
  else statements.run("INSERT INTO settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", name, value)
  return { _tag: "Done" }
}
