/**
 * Batches of plain appends in memory that store and writer share: nothing is made an object of on the way.
 *
 * A batch lies in one piece and is not moved while the writer has it; its room is free again once the writer has
 * answered it. A batch that finds no room goes as a message (`writer-link.ts`). Places count bytes modulo 2^32.
 *
 * ```
 * u32 bytes of the batch (0: the next one lies at the beginning) | u32 plain appends | u32 bytes of records | u32 texts
 * numbers of the plain appends | records | per text: u32 length, UTF-8
 * ```
 */
import { BatchBytes, type PlainAppends, plainBytes } from "./plain-appends.ts"

/** Bytes of the ring: a power of two. */
export const RING_BYTES = 64 * 1024

/** Bytes of the longest batch: larger ones are not dearer as messages. */
const BATCH_MOST = 8 * 1024

const HEADER = 16
const UTF8_MOST = 3

const padded = (bytes: number): number => (bytes + 7) & ~7

/** Bytes from one place up to another. */
const between = (from: number, to: number): number => (to - from) >>> 0

/** Writes batches; the store's end. */
export class RingWriter {
  /** Place after the last batch. */
  written = 0
  readonly #bytes: Buffer
  readonly #words: Uint32Array

  constructor(memory: SharedArrayBuffer) {
    this.#bytes = Buffer.from(memory)
    this.#words = new Uint32Array(memory)
  }

  /** Takes what was gathered, with its records, unless there is no room behind `read`, the place up to which all was answered. */
  put(plain: PlainAppends, records: ReadonlyArray<Uint8Array>, length: number, read: number): boolean {
    const numbers = plainBytes(plain.count)
    let most = HEADER + numbers + length + 8
    for (const text of plain.texts) most += 4 + text.length * UTF8_MOST
    let at = this.written % RING_BYTES
    const skipped = at + most > RING_BYTES ? RING_BYTES - at : 0
    if (most > BATCH_MOST || between(read, this.written) + skipped + most > RING_BYTES) return false
    const bytes = this.#bytes,
      words = this.#words
    if (skipped > 0) {
      words[at >> 2] = 0
      this.written += skipped
      at = 0
    }
    let end = at + HEADER + numbers
    for (const record of records) {
      bytes.set(record, end)
      end += record.length
    }
    for (const text of plain.texts) {
      const size = bytes.write(text, end + 4)
      bytes.writeUInt32LE(size, end)
      end += 4 + size
    }
    const size = padded(end - at)
    words[at >> 2] = size
    words[(at >> 2) + 1] = plain.count
    words[(at >> 2) + 2] = length
    words[(at >> 2) + 3] = plain.texts.length
    plain.take(bytes.buffer, at + HEADER)
    this.written = (this.written + size) >>> 0
    return true
  }
}

/** Reads batches; the writer's end. */
export class RingReader {
  /** Place after the last batch that was taken. */
  taken = 0
  readonly #bytes: Buffer
  readonly #words: Uint32Array

  constructor(memory: SharedArrayBuffer) {
    this.#bytes = Buffer.from(memory)
    this.#words = new Uint32Array(memory)
  }

  /** The next batch, which must be there; it may be read until its room is free again. */
  take(): BatchBytes {
    let at = this.taken % RING_BYTES
    if (this.#words[at >> 2] === 0) {
      this.taken += RING_BYTES - at
      at = 0
    }
    const bytes = this.#bytes,
      words = this.#words
    const word = (number: number): number => words[(at >> 2) + number] ?? 0
    const [size, plain, length, count] = [word(0), word(1), word(2), word(3)]
    const texts: Array<string> = []
    let from = at + HEADER + plainBytes(plain) + length
    for (let number = 0; number < count; number++) {
      const to = from + 4 + bytes.readUInt32LE(from)
      texts.push(bytes.toString("utf8", from + 4, to))
      from = to
    }
    this.taken = (this.taken + size) >>> 0
    return new BatchBytes(bytes.buffer, at + HEADER, plain, length, texts)
  }
}
