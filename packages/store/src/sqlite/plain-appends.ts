/**
 * Plain appends on their way to the writer: small ones that carry nothing but records, as numbers instead of objects.
 *
 * A batch's buffer begins with seven numbers for each of them; the records of all requests lie behind, one after the other.
 */

/** Appends of this size are pieces at once, in bytes. */
export const LARGE_PIECE = 16 * 1024

const NUMBERS = 7

/** Bytes the numbers of so many plain appends take at the beginning of a batch's buffer. */
export const plainBytes = (count: number): number => count * NUMBERS * Float64Array.BYTES_PER_ELEMENT

/** A plain append. `kinds` is an index into the batch's kinds; `offset` and `length` place its records behind the numbers. */
export interface PlainAppend {
  readonly session: number
  readonly epoch: number
  readonly from: number
  readonly to: number
  readonly kinds: number
  readonly offset: number
  readonly length: number
}

/** The plain appends of the batch that is gathered. */
export class PlainAppends {
  /** How many there are. */
  count = 0
  private numbers = new Float64Array(64 * NUMBERS)
  private lines: Array<string> = []
  private readonly lineOf = new Map<string, number>()

  /** Adds one and gives its number in the batch. */
  add(session: number, epoch: number, from: number, to: number, kinds: string, offset: number, length: number): number {
    let line = this.lineOf.get(kinds)
    if (line === undefined) {
      line = this.lines.length
      this.lines.push(kinds)
      this.lineOf.set(kinds, line)
    }
    let at = this.count * NUMBERS
    if (at === this.numbers.length) {
      const grown = new Float64Array(at * 2)
      grown.set(this.numbers)
      this.numbers = grown
    }
    const { numbers } = this
    numbers[at++] = session
    numbers[at++] = epoch
    numbers[at++] = from
    numbers[at++] = to
    numbers[at++] = line
    numbers[at++] = offset
    numbers[at] = length
    return this.count++
  }

  /** Writes the numbers to the beginning of a buffer, gives the kinds, and begins anew. */
  take(buffer: ArrayBuffer): ReadonlyArray<string> {
    const length = this.count * NUMBERS
    new Float64Array(buffer, 0, length).set(this.numbers.subarray(0, length))
    const { lines } = this
    this.count = 0
    this.lines = []
    this.lineOf.clear()
    return lines
  }
}

/** A batch's buffer as the writer reads it. */
export class BatchBytes {
  /** The records of all requests. */
  readonly records: Buffer
  /** Kinds that plain appends name. */
  readonly kinds: ReadonlyArray<string>
  private readonly numbers: Float64Array

  constructor(buffer: ArrayBuffer, plain: number, length: number, kinds: ReadonlyArray<string>) {
    this.numbers = new Float64Array(buffer, 0, plain * NUMBERS)
    this.records = Buffer.from(buffer, plainBytes(plain), length)
    this.kinds = kinds
  }

  /** One plain append. */
  plain(number: number): PlainAppend {
    const { numbers } = this
    const at = number * NUMBERS
    return {
      session: numbers[at] ?? 0,
      epoch: numbers[at + 1] ?? 0,
      from: numbers[at + 2] ?? 0,
      to: numbers[at + 3] ?? 0,
      kinds: numbers[at + 4] ?? 0,
      offset: numbers[at + 5] ?? 0,
      length: numbers[at + 6] ?? 0,
    }
  }
}
