/**
 * Background work of the writer: sealing and sweeping, in steps of a few milliseconds while nothing waits (S-20).
 *
 * Sealing joins neighbouring small pieces of a log into one of about `sealBytes`, which takes the place of the last of
 * them; the others are dead then and swept in small steps, last first, because they lie scattered over many pages. Until they are
 * gone a reader meets records twice, in order, and keeps the first. Each step is a transaction: a crash between two
 * leaves a log that reads the same. Steps need no sync: what they move is durable already.
 */
import { joinKinds } from "../record-filter.ts"
import { pieceCrc, placeCrc } from "./checksum.ts"
import { type Row, type Statements, blob, num, str } from "./statements.ts"
import { FINAL_PIECE, foldTail } from "./tail-fold.ts"
import type { WriterContext } from "./writer-context.ts"

/** Logs that wait to be sealed before sealing is done between commits under load too. */
const BACKLOG_MAX = 64

/** Rows one step looks at or removes. */
const STEP_ROWS = 1024
const SWEEP_ROWS = 48
const SCAN_ROWS = 2000

/** Bytes of records in the tail that are worth folding. */
const FOLD_BYTES = 1024 * 1024

/** The work that is left and the next step of it. */
export class Chores {
  readonly #context: WriterContext
  readonly #statements: Statements
  readonly #sealBytes: number
  /** Size of the tail from which on it is folded; more than usual after it could not be. */
  #foldAt = FOLD_BYTES
  /** The tail is folded whatever its size. */
  #folding = false
  readonly #sealable = new Set<number>()
  /** Logs that cannot be sealed because a piece of theirs is damaged. */
  readonly #unsealable = new Set<number>()
  #sweeping = true
  /** Sessions up to this handle were looked at for what an earlier process left unsealed. */
  #scanned: number | undefined = 0

  constructor(context: WriterContext) {
    this.#context = context
    this.#statements = context.statements
    this.#sealBytes = context.sealBytes
  }

  /** So much is left that it must be done between commits. */
  get pressing(): boolean {
    return this.#context.tail.size >= 2 * this.#foldAt || this.#sealable.size > BACKLOG_MAX
  }

  /** Nothing is left to do. */
  get idle(): boolean {
    return !this.#foldDue && this.#sealable.size === 0 && !this.#sweeping && this.#scanned === undefined
  }

  get #foldDue(): boolean {
    return this.#folding || this.#context.tail.size >= this.#foldAt
  }

  /** From now on the tail is folded, until it is empty. */
  foldAll(): void {
    this.#folding = true
  }

  /** A session has this many bytes in small pieces. */
  loosened(session: number, bytes: number): void {
    if (bytes >= this.#sealBytes && !this.#unsealable.has(session)) this.#sealable.add(session)
  }

  /** Some log has pieces to be removed. */
  sweepable(): void {
    this.#sweeping = true
  }

  /** Does one step inside an open transaction. */
  step(): void {
    const [session] = this.#sealable
    if (this.#foldDue) this.#fold()
    else if (this.#sweeping) this.#sweeping = this.#sweep()
    else if (session === undefined) this.#scan()
    else if (!this.#seal(session)) this.#sealable.delete(session)
  }

  /** A step failed: leave it until there is more to do, and a log that cannot be sealed (`forGood`) alone. */
  giveUp(forGood: boolean): void {
    const [session] = this.#sealable
    if (this.#foldDue) this.#foldLater()
    else if (this.#sweeping) this.#sweeping = false
    else if (session === undefined) this.#scanned = undefined
    else {
      this.#sealable.delete(session)
      if (forGood) this.#unsealable.add(session)
    }
  }

  #fold(): void {
    if (foldTail(this.#context)) this.#foldAt = FOLD_BYTES
    else this.#foldLater()
  }

  /** Nothing can be folded now: leave it until there is more. */
  #foldLater(): void {
    this.#folding = false
    this.#foldAt = this.#context.tail.size + FOLD_BYTES
  }

  #scan(): void {
    if (this.#scanned === undefined) return
    const rows = this.#statements.all(
      "SELECT handle, loose FROM heads WHERE handle > ? ORDER BY handle LIMIT ?",
      this.#scanned,
      SCAN_ROWS,
    )
    for (const row of rows) this.loosened(num(row, "handle"), num(row, "loose"))
    const last = rows.at(-1)
    this.#scanned = last === undefined ? undefined : num(last, "handle")
  }

  #seal(session: number): boolean {
    const head = this.#statements.get("SELECT sealed, loose FROM heads WHERE handle = ?", session)
    if (head === undefined || num(head, "loose") < this.#sealBytes) return false
    if (this.#statements.get("SELECT 1 FROM sweeps WHERE handle = ?", session) !== undefined) return false
    const rows = this.#statements.all(
      "SELECT rowid, from_seq, to_seq, length(bytes) AS size FROM pieces WHERE session = ? AND to_seq > ? ORDER BY to_seq LIMIT ?",
      session,
      num(head, "sealed"),
      STEP_ROWS,
    )
    const plan = planSeal(rows, num(head, "sealed"), this.#sealBytes, rows.length === STEP_ROWS)
    if (plan.join.length > 1) this.#join(session, plan.join)
    const loose = plan.left ?? Math.max(0, num(head, "loose") - plan.bytes)
    this.#statements.run("UPDATE heads SET sealed = ?, loose = ? WHERE handle = ?", plan.sealed, loose, session)
    return plan.left === undefined
  }

  #join(session: number, rows: ReadonlyArray<Row>): void {
    const parts: Array<Uint8Array> = []
    const kinds: Array<string> = []
    for (const row of rows) {
      const piece = this.#statements.get(
        "SELECT from_seq, to_seq, place_crc, crc, kinds, bytes FROM pieces WHERE rowid = ?",
        num(row, "rowid"),
      )
      if (piece === undefined) throw new Error(`a piece of session ${session} is missing`)
      const bytes = blob(piece, "bytes")
      const place = placeCrc(session, num(piece, "from_seq"), num(piece, "to_seq"), str(piece, "kinds"))
      if (place !== num(piece, "place_crc") || pieceCrc(place, bytes) !== num(piece, "crc")) {
        throw new Error(`a piece of session ${session} fails its checksum`)
      }
      parts.push(bytes)
      kinds.push(str(piece, "kinds"))
    }
    const [first, last] = [rows[0], rows.at(-1)]
    if (first === undefined || last === undefined) return
    const [from, to, joined] = [num(first, "from_seq"), num(last, "to_seq"), joinKinds(kinds)]
    const bytes = Buffer.concat(parts)
    const place = placeCrc(session, from, to, joined)
    this.#statements.run(
      "UPDATE pieces SET from_seq = ?, place_crc = ?, crc = ?, kinds = ?, bytes = ? WHERE rowid = ?",
      from,
      place,
      pieceCrc(place, bytes),
      joined,
      bytes,
      num(last, "rowid"),
    )
    this.#statements.run(
      "INSERT INTO sweeps (handle, gone, dead_from, dead_before) VALUES (?, 0, ?, ?)",
      session,
      num(first, "to_seq"),
      to,
    )
    this.#sweeping = true
  }

  #sweep(): boolean {
    const row = this.#statements.get(
      "SELECT s.handle, s.gone, s.dead_from, s.dead_before, h.first_seq FROM sweeps s LEFT JOIN heads h ON h.handle = s.handle LIMIT 1",
    )
    if (row === undefined) return false
    const handle = num(row, "handle")
    const gone = num(row, "gone") === 1
    const before = gone ? Number.MAX_SAFE_INTEGER : num(row, "first_seq")
    const swept =
      this.#remove("pieces", "to_seq", handle, 0, before) ||
      this.#remove("pieces", "to_seq", handle, num(row, "dead_from"), num(row, "dead_before")) ||
      (gone && (this.#remove("checkpoints", "seq", handle, 0, before) || this.#removeKeys(handle) || this.#removeTrace(handle)))
    if (!swept) this.#statements.run("DELETE FROM sweeps WHERE handle = ?", handle)
    return true
  }

  /** Removes from the end of the range, so that what is left of it still begins where the log does. */
  #remove(table: "pieces" | "checkpoints", column: "to_seq" | "seq", handle: number, from: number, before: number): boolean {
    const rows = `SELECT rowid FROM ${table} WHERE session = ? AND ${column} >= ? AND ${column} < ? ORDER BY ${column} DESC LIMIT ${SWEEP_ROWS}`
    return this.#statements.run(`DELETE FROM ${table} WHERE rowid IN (${rows})`, handle, from, before) > 0
  }

  #removeTrace(handle: number): boolean {
    const sql = `DELETE FROM trace WHERE session = ?1 AND seq <= (SELECT max(seq) FROM (SELECT seq FROM trace WHERE session = ?1 ORDER BY seq LIMIT ${STEP_ROWS}))`
    return this.#statements.run(sql, handle) > 0
  }

  #removeKeys(handle: number): boolean {
    const sql = `DELETE FROM keys WHERE session = ?1 AND key IN (SELECT key FROM keys WHERE session = ?1 LIMIT ${SWEEP_ROWS})`
    return this.#statements.run(sql, handle) > 0
  }
}

/** What one step of sealing does. */
export interface SealPlan {
  /** Rows to join into one. */
  readonly join: ReadonlyArray<Row>
  /** The log is sealed up to this seq then. */
  readonly sealed: number
  /** Small bytes that are not loose any more. */
  readonly bytes: number
  /** Loose bytes that are left when the end of the log was reached; absent when there may be more to do. */
  readonly left?: number
}

/** Plans a step over the rows after `sealed`, in order; `more` says that the rows continue after the last one. */
export function planSeal(rows: ReadonlyArray<Row>, sealed: number, sealBytes: number, more: boolean): SealPlan {
  const join: Array<Row> = []
  let bytes = 0
  let upto = sealed
  let before = sealed
  for (const row of rows) {
    const size = num(row, "size")
    const previous = join.at(-1)
    const follows = previous === undefined || num(row, "from_seq") === num(previous, "to_seq") + 1
    if (previous !== undefined && (size >= FINAL_PIECE || bytes + size > sealBytes || !follows))
      return { join, sealed: upto, bytes }
    upto = num(row, "to_seq")
    if (size >= FINAL_PIECE) before = upto
    else {
      join.push(row)
      bytes += size
    }
  }
  return more ? { join, sealed: upto, bytes } : { join: [], sealed: before, bytes: 0, left: bytes }
}
