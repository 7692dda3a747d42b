/**
 * Input on its way to a terminal: bounded, in order, whole inputs one after another (R-10, T-13, trap:20).
 *
 * The master is non-blocking. When the child does not read, the rest is tried again soon after, ever less often, and at
 * once when the child has written something.
 */
import { writeSync } from "node:fs"
import type { RunnerFailure } from "@holdfast/link/messages"

const FIRST_RETRY_MILLIS = 1
const LAST_RETRY_MILLIS = 20

interface Waiting {
  bytes: Uint8Array
  readonly settled: (failure: RunnerFailure | undefined) => void
}

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "")

/** Input of one terminal. */
export class InputQueue {
  readonly #fd: number
  readonly #max: number
  #waiting: Array<Waiting> = []
  #bytes = 0
  #timer: NodeJS.Timeout | undefined
  #delay = FIRST_RETRY_MILLIS
  #closed = false

  constructor(fd: number, max: number) {
    this.#fd = fd
    this.#max = max
  }

  /** Takes an input, or settles it with `Busy` when more than `max` bytes would wait. One input is taken whole by an empty queue. */
  add(bytes: Uint8Array, settled: (failure: RunnerFailure | undefined) => void): void {
    if (this.#closed) return settled({ tag: "SessionNotReady", message: "the process has ended" })
    if (this.#bytes > 0 && this.#bytes + bytes.length > this.#max) {
      return settled({ tag: "Busy", message: "the process does not take its input: try again later" })
    }
    this.#waiting.push({ bytes, settled })
    this.#bytes += bytes.length
    if (this.#waiting.length === 1) this.flush()
  }

  /** Writes what the terminal takes now. */
  flush(): void {
    if (this.#closed) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (;;) {
      const first = this.#waiting[0]
      if (first === undefined) return
      const written = this.#write(first.bytes)
      if (written === "gone") return this.close()
      this.#bytes -= written
      if (written > 0) this.#delay = FIRST_RETRY_MILLIS
      if (written === first.bytes.length) {
        this.#waiting.shift()
        first.settled(undefined)
      } else {
        first.bytes = first.bytes.subarray(written)
        if (written === 0) return this.#later()
      }
    }
  }

  #write(bytes: Uint8Array): number | "gone" {
    try {
      return bytes.length === 0 ? 0 : writeSync(this.#fd, bytes)
    } catch (error) {
      return codeOf(error) === "EAGAIN" || codeOf(error) === "EINTR" ? 0 : "gone"
    }
  }

  #later(): void {
    this.#timer = setTimeout(() => this.flush(), this.#delay)
    this.#delay = Math.min(this.#delay * 2, LAST_RETRY_MILLIS)
  }

  /** Settles what waits as not taken. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#timer)
    const waiting = this.#waiting
    this.#waiting = []
    this.#bytes = 0
    for (const { settled } of waiting) settled({ tag: "SessionNotReady", message: "the process ended before it took this input" })
  }
}
