/**
 * Plain appends on their way to the writer: small ones that carry records and at most a journal position, as numbers instead
 * of objects, because taking an object apart and making it again in the other thread costs as much as storing it.
 *
 * A batch's buffer begins with ten numbers for each of them; the records of all requests lie behind, one after the other.
 */
import { ANY_KIND } from "../record-filter.ts"
import type { JournalPosition } from "../Store.ts"

/** Appends of this size are pieces at once, in bytes. */
export const LARGE_PIECE = 16 * 1024

const NUMBERS = 10

/** Stands for the line of a text that is not there. */
const NONE = -1

/** Bytes the numbers of this many plain appends take at the beginning of a batch's buffer. */
export function plainBytes(count: number): number {
  return count * NUMBERS * Float64Array.BYTES_PER_ELEMENT
}

/** A plain append. `offset` and `length` place its records after the numbers. */
export interface PlainAppend {
  readonly session: number
  readonly epoch: number
  readonly from: number
  readonly to: number
  readonly kinds: string
  readonly offset: number
  readonly length: number
  readonly journal: JournalPosition | undefined
}

/** The plain appends of the batch that is gathered. */
export class PlainAppends {
  /** How many there are. */
  count = 0
  #numbers = new Float64Array(64 * NUMBERS)
  #lines: Array<string> = []
  readonly #lineOf = new Map<string, number>()

  /** Adds one and gives its number in the batch. */
  add(plain: PlainAppend): number {
    const { journal } = plain
    let at = this.count * NUMBERS
    if (at === this.#numbers.length) {
      const grown = new Float64Array(at * 2)
      grown.set(this.#numbers)
      this.#numbers = grown
    }
    const numbers = this.#numbers
    numbers[at++] = plain.session
    numbers[at++] = plain.epoch
    numbers[at++] = plain.from
    numbers[at++] = plain.to
    numbers[at++] = this.#line(plain.kinds)
    numbers[at++] = plain.offset
    numbers[at++] = plain.length
    numbers[at++] = journal === undefined ? NONE : this.#line(journal.runner)
    numbers[at++] = journal === undefined ? NONE : this.#line(journal.child)
    numbers[at] = journal === undefined ? NONE : journal.position
    return this.count++
  }

  #line(text: string): number {
    let line = this.#lineOf.get(text)
    if (line === undefined) {
      line = this.#lines.length
      this.#lines.push(text)
      this.#lineOf.set(text, line)
    }
    return line
  }

  /** The texts that the numbers name. */
  get texts(): ReadonlyArray<string> {
    return this.#lines
  }

  /** Writes the numbers to a place in a buffer, gives the texts they name, and starts over. */
  take(buffer: ArrayBufferLike, at: number): ReadonlyArray<string> {
    const length = this.count * NUMBERS
    new Float64Array(buffer, at, length).set(this.#numbers.subarray(0, length))
    const lines = this.#lines
    this.count = 0
    this.#lines = []
    this.#lineOf.clear()
    return lines
  }
}

/** A batch as the writer reads it: from `at` on in its buffer. */
export class BatchBytes {
  /** The records of all requests. */
  readonly records: Buffer<ArrayBufferLike>
  readonly #texts: ReadonlyArray<string>
  readonly #numbers: Float64Array

  /** How many plain appends there are. */
  readonly count: number

  /** `texts` are those that the numbers of plain appends name. */
  constructor(buffer: ArrayBufferLike, at: number, plain: number, length: number, texts: ReadonlyArray<string>) {
    this.count = plain
    this.#numbers = new Float64Array(buffer, at, plain * NUMBERS)
    this.records = Buffer.from(buffer, at + plainBytes(plain), length)
    this.#texts = texts
  }

  /** One plain append. */
  plain(number: number): PlainAppend {
    const numbers = this.#numbers,
      texts = this.#texts
    const at = number * NUMBERS
    const runner = texts[numbers[at + 7] ?? NONE]
    const child = texts[numbers[at + 8] ?? NONE]
    return {
      session: numbers[at] ?? 0,
      epoch: numbers[at + 1] ?? 0,
      from: numbers[at + 2] ?? 0,
      to: numbers[at + 3] ?? 0,
      kinds: texts[numbers[at + 4] ?? NONE] ?? ANY_KIND,
      offset: numbers[at + 5] ?? 0,
      length: numbers[at + 6] ?? 0,
      journal: runner === undefined || child === undefined ? undefined : { runner, child, position: numbers[at + 9] ?? 0 },
    }
  }
}
