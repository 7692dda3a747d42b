/** Reading logs from the read connection: pieces of any size, checked, cut to what was asked for (S-8 to S-10). */
import { RecordMalformed } from "@holdfast/protocol/record"
import { isFiltered, kindsWanted, passes } from "../record-filter.ts"
import { PieceBroken, recordsOf } from "../record-walk.ts"
import type { Chunk, ReadRange } from "../Store.ts"
import { pieceCrc, placeCrc } from "./checksum.ts"
import { type Row, type Statements, blob, num, str } from "./statements.ts"
import type { TailCache } from "./tail-cache.ts"

/** A log that cannot be read where it was asked for. */
export class LogBroken extends Error {
  readonly _tag = "LogBroken"
}

const COLUMNS = "h.first_seq, h.next_seq, p.to_seq, p.from_seq, p.place_crc, p.crc, p.kinds"

const READ = `SELECT ${COLUMNS}, p.bytes FROM heads h
  LEFT JOIN pieces p ON p.session = h.handle AND p.to_seq > max(?2, h.first_seq - 1)
  WHERE h.handle = ?1 ORDER BY p.to_seq`

/** Pieces whose kinds say that nothing in them can match come without their bytes. */
const kindsRead = (match: string): string => `SELECT ${COLUMNS},
    CASE WHEN p.kinds = '*' OR ${match} THEN p.bytes END AS bytes FROM heads h
  LEFT JOIN pieces p ON p.session = h.handle AND p.to_seq > max(?2, h.first_seq - 1)
  WHERE h.handle = ?1 ORDER BY p.to_seq`
const READ_KIND = kindsRead("instr(' ' || p.kinds || ' ', ?3) > 0")
const READ_KINDS = kindsRead("EXISTS (SELECT 1 FROM json_each(?3) w WHERE instr(' ' || p.kinds || ' ', w.value) > 0)")

/** Bytes a filtered read looks at, and pieces it passes over, before it reports how far it came. */
const LOOK_BYTES = 1024 * 1024
const LOOK_PIECES = 8192

interface Progress {
  readonly records: Array<Uint8Array>
  last: number
  bytes: number
  /** Bytes and parts that were looked at. */
  looked: number
  parts: number
  /** No more is to be taken. */
  full: boolean
}

/** The checked bytes of a piece. */
function bytesOf(row: Row): Uint8Array {
  const bytes = blob(row, "bytes")
  if (pieceCrc(num(row, "place_crc"), bytes) === num(row, "crc")) return bytes
  throw new LogBroken(`the piece from seq ${num(row, "from_seq")} to ${num(row, "to_seq")} fails its checksum`)
}

interface Part {
  readonly from: number
  readonly to: number
  readonly bytes: Uint8Array
}

/** Takes the records of a part that are asked for and were not taken before. */
function take({ from, to, bytes }: Part, range: ReadRange, filtered: boolean, progress: Progress): void {
  progress.looked += bytes.length
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const maxRecords = range.maxRecords ?? Number.POSITIVE_INFINITY
  for (const place of recordsOf(bytes, from, to)) {
    if (place.seq <= progress.last) continue
    const record = whole.subarray(place.offset, place.end)
    if (!filtered || passes(range, record)) {
      const tooMuch = progress.records.length > 0 && progress.bytes + record.length > range.maxBytes
      if (tooMuch || progress.records.length >= maxRecords) {
        progress.full = true
        return
      }
      progress.records.push(record)
      progress.bytes += record.length
    }
    progress.last = place.seq
  }
}

/** Checks that a piece lies where it must and leaves no gap to what was read before; it may overlap with it. */
function checkPlace(session: number, row: Row, expected: number): void {
  const [from, to] = [num(row, "from_seq"), num(row, "to_seq")]
  if (placeCrc(session, from, to, str(row, "kinds")) !== num(row, "place_crc"))
    throw new LogBroken(`the place of the piece up to seq ${to} fails its checksum`)
  if (from > expected) throw new LogBroken(`the log continues at seq ${from}, seq ${expected} is missing`)
}

/** Counts a part that was passed and sees whether that is enough for one read. */
function passed(range: ReadRange, filtered: boolean, progress: Progress): void {
  progress.parts++
  if (progress.bytes * 4 >= range.maxBytes * 3) progress.full = true
  if (filtered && (progress.looked >= LOOK_BYTES || progress.parts >= LOOK_PIECES)) progress.full = true
}

/** Reads a part of a log; `tail` is that of the same connection. Throws `LogBroken` or SQLite's own errors. */
export function readLog(statements: Statements, tail: TailCache, session: number, range: ReadRange): Chunk {
  // Pieces and tail must be of one moment: in between a fold moves records from one to the other.
  statements.of("BEGIN").run()
  try {
    return readSnapshot(statements, tail, session, range)
  } finally {
    if (statements.db.isTransaction) statements.of("COMMIT").run()
  }
}

function readSnapshot(statements: Statements, tail: TailCache, session: number, range: ReadRange): Chunk {
  const filtered = isFiltered(range)
  const wanted = kindsWanted(range)
  const rows =
    wanted === undefined
      ? statements.of(READ).iterate(session, range.after)
      : wanted.length === 1
        ? statements.of(READ_KIND).iterate(session, range.after, wanted[0] ?? "")
        : statements.of(READ_KINDS).iterate(session, range.after, JSON.stringify(wanted))
  const progress: Progress = { records: [], last: range.after, bytes: 0, looked: 0, parts: 0, full: false }
  /** Takes what follows from the tail, up to the seq of the next piece or the head. */
  const fill = (upto: number): void => {
    tail.refresh(statements)
    for (const entry of tail.beyond(session, progress.last)) {
      if (progress.full || entry.from > progress.last + 1 || progress.last >= upto) return
      take(entry, range, filtered, progress)
      if (!progress.full) passed(range, filtered, progress)
    }
  }
  let head: number | undefined
  for (const row of rows as Iterable<Row>) {
    if (head === undefined) progress.last = Math.max(range.after, num(row, "first_seq") - 1)
    head = num(row, "next_seq") - 1
    if (row["to_seq"] === null) break
    if (num(row, "from_seq") > progress.last + 1) fill(num(row, "from_seq") - 1)
    if (progress.full) break
    checkPlace(session, row, progress.last + 1)
    if (row["bytes"] === null) progress.last = num(row, "to_seq")
    else take({ from: num(row, "from_seq"), to: num(row, "to_seq"), bytes: bytesOf(row) }, range, filtered, progress)
    if (!progress.full) passed(range, filtered, progress)
    if (progress.full) break
  }
  if (head === undefined) throw new LogBroken("the session is no longer in the store")
  if (!progress.full && progress.last < head) fill(head)
  if (!progress.full && progress.last < head) throw new LogBroken(`the log ends at seq ${progress.last}, its head is ${head}`)
  return { records: progress.records, last: progress.last, atHead: progress.last >= head }
}

/** What a thrown error says about a log; `undefined` when it is not about the log's data. */
export function brokenMessage(cause: unknown): string | undefined {
  const known =
    cause instanceof LogBroken || cause instanceof PieceBroken || cause instanceof RecordMalformed || cause instanceof TypeError
  return known ? cause.message : undefined
}
