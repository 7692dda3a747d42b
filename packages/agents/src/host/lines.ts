/**
 * Cuts what an agent writes into lines of JSON, whatever it writes: a line over the bound is skipped to its end and
 * reported once, bytes that are not UTF-8 become U+FFFD, half a line at the end is reported with its length.
 */
const NEWLINE = 10

/** Receives what a reader finds. */
export interface LineEvents {
  /** One line, without its end; empty ones are left out. */
  readonly line: (text: string) => void
  /** A line got longer than the bound; the rest of it is skipped. */
  readonly tooLong: () => void
}

/** Reads lines of at most `max` bytes. */
export class LineReader {
  readonly #max: number
  readonly #events: LineEvents
  #parts: Array<Buffer> = []
  #held = 0
  #skipping = false

  constructor(max: number, events: LineEvents) {
    this.#max = max
    this.#events = events
  }

  /** Bytes of a line that has no end yet. */
  get rest(): number {
    return this.#held
  }

  /** Takes what arrived; the buffer may be kept until its line is whole. */
  push(chunk: Buffer): void {
    let from = 0
    for (;;) {
      const end = chunk.indexOf(NEWLINE, from)
      if (end === -1) return this.#hold(chunk.subarray(from))
      this.#hold(chunk.subarray(from, end))
      from = end + 1
      this.#whole()
    }
  }

  #hold(part: Buffer): void {
    if (this.#skipping || part.length === 0) return
    this.#parts.push(part)
    this.#held += part.length
    if (this.#held <= this.#max) return
    this.#skipping = true
    this.#clear()
    this.#events.tooLong()
  }

  #whole(): void {
    const [only] = this.#parts
    const line = this.#parts.length > 1 ? Buffer.concat(this.#parts, this.#held) : only
    const skipped = this.#skipping
    this.#skipping = false
    this.#clear()
    if (skipped || line === undefined) return
    const text = line.toString("utf8").trim()
    if (text !== "") this.#events.line(text)
  }

  #clear(): void {
    this.#parts = []
    this.#held = 0
  }
}
