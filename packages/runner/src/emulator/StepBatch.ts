/** Steps on their way to the emulators' thread: gathered for a tick, their bytes copied as they come, handed over with them. */
import { BufferPool } from "@holdfast/protocol/buffer-pool"
import type { EmulatorBatch, EmulatorStep } from "./thread-messages.ts"

type Feed = Extract<EmulatorStep, { type: "feed" }>

/** Bytes of idle buffers that are kept. */
const KEPT_BYTES = 8 * 1024 * 1024

const EMPTY = new Uint8Array(0)

/**
 * Steps of one tick. Output is copied by `feed` and not by `take`: all terminals are read into one buffer, several of them
 * within a tick, so what it held is gone before the tick ends.
 */
export class StepBatch {
  #steps: Array<EmulatorStep> = []
  #bytes = EMPTY
  #length = 0
  /** Length of the batch before: what comes several times a tick is likely to do so again. */
  #lastLength = 0
  readonly #pool = new BufferPool(KEPT_BYTES)

  /** Whether there is nothing to send. */
  get isEmpty(): boolean {
    return this.#steps.length === 0
  }

  /** Bytes gathered so far. */
  get length(): number {
    return this.#length
  }

  /** Adds a step. */
  add(step: EmulatorStep): void {
    this.#steps.push(step)
  }

  /** Adds a copy of output; output that follows output of the same child becomes one step with it. */
  feed(child: number, position: number, bytes: Uint8Array): void {
    const before = this.#steps.at(-1)
    const joins = before?.type === "feed" && before.child === child
    const step: Feed = joins
      ? { ...before, position, length: before.length + bytes.length }
      : { type: "feed", child, position, offset: this.#length, length: bytes.length }
    if (joins) this.#steps.pop()
    this.#steps.push(step)
    const end = this.#length + bytes.length
    if (end > this.#bytes.length) this.#grow(end)
    this.#bytes.set(bytes, this.#length)
    this.#length = end
  }

  /** The batch; empty afterwards. */
  take(): EmulatorBatch {
    const bytes = this.#bytes === EMPTY ? new ArrayBuffer(0) : this.#bytes.buffer
    const steps = this.#steps
    this.#steps = []
    this.#bytes = EMPTY
    this.#lastLength = this.#length
    this.#length = 0
    return { bytes, steps }
  }

  /** Takes a buffer back that `take` gave out; no one reads it any more. */
  give(buffer: ArrayBuffer): void {
    this.#pool.give(buffer)
  }

  /** Makes room for `length` bytes; beyond the first output for so much more that little is copied twice. */
  #grow(length: number): void {
    if (this.#bytes === EMPTY) {
      this.#bytes = new Uint8Array(this.#pool.take(length))
      return
    }
    const grown = new Uint8Array(this.#pool.take(Math.max(length, 2 * this.#length, this.#lastLength)))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#pool.give(this.#bytes.buffer)
    this.#bytes = grown
  }
}
