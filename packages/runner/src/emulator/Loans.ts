/**
 * Buffers that came with batches and go back once their bytes are dealt with, so that the same few go round.
 *
 * V8 looks at dead buffers only after tens of megabytes of them; without this a flood of output would leave them behind in
 * the thread.
 */

interface Loan {
  readonly buffer: ArrayBuffer
  /** Bytes in it that are not dealt with. */
  left: number
}

interface Part {
  readonly loan: Loan
  left: number
}

/** What is lent to the emulators of one thread. */
export class Loans {
  readonly #parts = new Map<number, Array<Part>>()
  readonly #giveBack: (buffer: ArrayBuffer) => void

  constructor(giveBack: (buffer: ArrayBuffer) => void) {
    this.#giveBack = giveBack
  }

  /** Takes a buffer of which this many bytes belong to each of these children, in this order. */
  lend(buffer: ArrayBuffer, lengths: ReadonlyArray<readonly [child: number, length: number]>): void {
    const loan: Loan = { buffer, left: 0 }
    for (const [child, length] of lengths) {
      loan.left += length
      const parts = this.#parts.get(child)
      if (parts === undefined) this.#parts.set(child, [{ loan, left: length }])
      else parts.push({ loan, left: length })
    }
    if (loan.left === 0) this.#giveBack(buffer)
  }

  /** A child has dealt with its next bytes. */
  done(child: number, bytes: number): void {
    const parts = this.#parts.get(child)
    let rest = bytes
    for (let part = parts?.[0]; part !== undefined && rest > 0; part = parts?.[0]) {
      const taken = Math.min(rest, part.left)
      rest -= taken
      part.left -= taken
      if (part.left === 0) parts?.shift()
      this.#pay(part.loan, taken)
    }
  }

  /** A child is gone; it reads nothing any more. */
  forget(child: number): void {
    const parts = this.#parts.get(child) ?? []
    this.#parts.delete(child)
    for (const { loan, left } of parts) this.#pay(loan, left)
  }

  #pay(loan: Loan, bytes: number): void {
    loan.left -= bytes
    if (loan.left === 0) this.#giveBack(loan.buffer)
  }
}
