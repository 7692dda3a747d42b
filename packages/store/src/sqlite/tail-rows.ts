/**
 * The tail: appends in the order of the commits, before they are folded into the pieces of their logs.
 *
 * A row holds the appends of one commit, or a part of them: `bytes` their records one after the other, `kinds` the kinds
 * that occur, a line each, and `places` one entry of 36 bytes for each append, big endian:
 *
 * ```
 * f64 session | f64 from | u32 span (to - from) | u32 offset | u32 length | u32 line of its kinds | u32 checksum
 * ```
 *
 * The checksum is that of the piece the append becomes. An entry that fails it is passed over, as if it were missing:
 * what is wrong with it may be the session it names, and the log it is missing in shows the gap.
 */
import { pieceCrc, placeCrc } from "./checksum.ts"
import { isDamage } from "./sqlite-error.ts"
import { type Statements, blob, num, str } from "./statements.ts"

/** Bytes of records after which a new row is begun. */
const ROW_BYTES = 64 * 1024

const PLACE = 36

/** One append in the tail. */
export interface TailEntry {
  readonly row: number
  readonly session: number
  readonly from: number
  readonly to: number
  readonly kinds: string
  readonly crc: number
  readonly bytes: Uint8Array
}

function entriesOf(row: number, places: Uint8Array, kinds: string, bytes: Uint8Array): Array<TailEntry> {
  const view = new DataView(places.buffer, places.byteOffset, places.byteLength)
  const lines = kinds.split("\n")
  const entries: Array<TailEntry> = []
  for (let at = 0; at + PLACE <= places.length; at += PLACE) {
    const from = view.getFloat64(at + 8)
    const offset = view.getUint32(at + 20)
    entries.push({
      row,
      session: view.getFloat64(at),
      from,
      to: from + view.getUint32(at + 16),
      kinds: lines[view.getUint32(at + 28)] ?? "",
      crc: view.getUint32(at + 32),
      bytes: bytes.subarray(offset, offset + view.getUint32(at + 24)),
    })
  }
  return entries
}

/** The entries of a stored row, unchecked; `undefined` when the row cannot be read. */
export function readEntries(statements: Statements, row: number): Array<TailEntry> | undefined {
  try {
    const found = statements.get("SELECT places, kinds, bytes FROM tail WHERE rowid = ?", row)
    return found === undefined ? [] : entriesOf(row, blob(found, "places"), str(found, "kinds"), blob(found, "bytes"))
  } catch (cause) {
    if (isDamage(cause)) return undefined
    throw cause
  }
}

/** Leaves only those entries of a row whose numbers (from 0) are given. */
export function keepEntries(statements: Statements, row: number, numbers: ReadonlyArray<number>): void {
  const found = statements.get("SELECT places FROM tail WHERE rowid = ?", row)
  if (found === undefined) return
  const places = blob(found, "places")
  const kept = Buffer.concat(numbers.map((number) => places.subarray(number * PLACE, (number + 1) * PLACE)))
  statements.run("UPDATE tail SET places = ? WHERE rowid = ?", kept, row)
}

/** Whether an entry is what was appended. */
export function isWhole({ session, from, to, kinds, crc, bytes }: TailEntry): boolean {
  return pieceCrc(placeCrc(session, from, to, kinds), bytes) === crc
}

/** Whether the tail holds an append of a session that ends at a seq, whole. */
export function endsInTail(statements: Statements, session: number, to: number): boolean {
  for (const row of statements.all("SELECT rowid FROM tail ORDER BY rowid DESC")) {
    const found = readEntries(statements, num(row, "rowid"))?.find((entry) => entry.session === session && entry.to === to)
    if (found !== undefined) return isWhole(found)
  }
  return false
}

/** The writer's side of the tail: gathers the appends of a transaction and stores them as rows. */
export class Tail {
  readonly #statements: Statements
  #places = new DataView(new ArrayBuffer(256 * PLACE))
  #bytes = Buffer.allocUnsafeSlow(2 * ROW_BYTES)
  readonly #lines = new Map<string, number>()
  #count = 0
  #length = 0
  /** Bytes of records in rows: of committed ones, and of those of the open transaction. */
  #committedBytes: number
  #openBytes = 0

  constructor(statements: Statements) {
    this.#statements = statements
    const row = statements.get("SELECT total(length(bytes)) AS bytes FROM tail")
    this.#committedBytes = row === undefined ? 0 : num(row, "bytes")
  }

  /** Bytes of records that wait to be folded. */
  get size(): number {
    return this.#committedBytes
  }

  /** Adds one append; its records lie in `source`. */
  add(session: number, from: number, to: number, kinds: string, source: Buffer, offset: number, length: number): void {
    if (this.#length + length > this.#bytes.length) this.store()
    let line = this.#lines.get(kinds)
    if (line === undefined) {
      line = this.#lines.size
      this.#lines.set(kinds, line)
    }
    if ((this.#count + 1) * PLACE > this.#places.byteLength) this.#growPlaces()
    const places = this.#places
    const at = this.#count++ * PLACE
    source.copy(this.#bytes, this.#length, offset, offset + length)
    places.setFloat64(at, session)
    places.setFloat64(at + 8, from)
    places.setUint32(at + 16, to - from)
    places.setUint32(at + 20, this.#length)
    places.setUint32(at + 24, length)
    places.setUint32(at + 28, line)
    const bytes = this.#bytes.subarray(this.#length, this.#length + length)
    places.setUint32(at + 32, pieceCrc(placeCrc(session, from, to, kinds), bytes))
    this.#length += length
    if (this.#length >= ROW_BYTES) this.store()
  }

  #growPlaces(): void {
    const grown = new Uint8Array(this.#places.byteLength * 2)
    grown.set(new Uint8Array(this.#places.buffer))
    this.#places = new DataView(grown.buffer)
  }

  /** Stores what was gathered in the open transaction. */
  store(): void {
    if (this.#count === 0) return
    const places = new Uint8Array(this.#places.buffer, 0, this.#count * PLACE)
    const kinds = [...this.#lines.keys()].join("\n")
    this.#statements.run(
      "INSERT INTO tail (places, kinds, bytes) VALUES (?, ?, ?)",
      places,
      kinds,
      this.#bytes.subarray(0, this.#length),
    )
    this.#openBytes += this.#length
    this.#clear()
  }

  #clear(): void {
    this.#lines.clear()
    this.#count = 0
    this.#length = 0
  }

  /** The open transaction removed rows with this many bytes of records. */
  removed(bytes: number): void {
    this.#openBytes -= bytes
  }

  /** The transaction is durable. */
  committed(): void {
    this.#committedBytes += this.#openBytes
    this.#openBytes = 0
  }

  /** The transaction was rolled back. */
  rolledBack(): void {
    this.#openBytes = 0
    this.#clear()
  }
}
