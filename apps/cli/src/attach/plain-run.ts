/**
 * Text that every reader takes for the same, so that it may pass as it is: printable characters that are whole and UTF-8,
 * tabs, carriage returns, and line feeds behind one.
 */
import { isUtf8 } from "node:buffer"

/** What is not plain, in bytes that are UTF-8: controls of one and two bytes, byte order marks, line feeds alone. */
// oxlint-disable-next-line no-control-regex -- they are what it looks for
const OTHER = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\xef\xbb\xbf|(?<!\r)\n/g
/** The same, and whatever is not ASCII. */
// oxlint-disable-next-line no-control-regex -- they are what it looks for
const OTHER_THAN_ASCII = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\xff]|(?<!\r)\n/g

/** The runs of plain text in a piece of output. */
export class PlainRuns {
  readonly #text: string
  readonly #other: RegExp

  constructor(chunk: Uint8Array) {
    this.#text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString("latin1")
    this.#other = isUtf8(chunk) ? OTHER : OTHER_THAN_ASCII
  }

  /** Where the run that begins at `from`, the start of a character, is over. */
  end(from: number): number {
    this.#other.lastIndex = from
    return this.#other.exec(this.#text)?.index ?? this.#text.length
  }
}
