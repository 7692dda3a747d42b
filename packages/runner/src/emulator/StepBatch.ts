/** Steps on their way to the emulators' thread: gathered for a tick, copied once, handed over with their bytes. */
import { BufferPool } from "@holdfast/protocol/buffer-pool"
import type { EmulatorBatch, EmulatorStep } from "./thread-messages.ts"

type Feed = Extract<EmulatorStep, { type: "feed" }>

/** Bytes of idle buffers that are kept. */
const KEPT_BYTES = 8 * 1024 * 1024

/** Steps of one tick. Bytes are referenced until `take`, so they must not change before. */
export class StepBatch {
  #steps: Array<EmulatorStep> = []
  readonly #chunks: Array<Uint8Array> = []
  #length = 0
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

  /** Adds output; output that follows output of the same child becomes one step with it. */
  feed(child: number, position: number, bytes: Uint8Array): void {
    const before = this.#steps.at(-1)
    const joins = before?.type === "feed" && before.child === child
    const step: Feed = joins
      ? { ...before, position, length: before.length + bytes.length }
      : { type: "feed", child, position, offset: this.#length, length: bytes.length }
    if (joins) this.#steps.pop()
    this.#steps.push(step)
    this.#chunks.push(bytes)
    this.#length += bytes.length
  }

  /** The batch, with a copy of the bytes; empty afterwards. */
  take(): EmulatorBatch {
    const bytes = this.#pool.take(this.#length)
    const target = new Uint8Array(bytes)
    let at = 0
    for (const chunk of this.#chunks) {
      target.set(chunk, at)
      at += chunk.length
    }
    const steps = this.#steps
    this.#steps = []
    this.#chunks.length = 0
    this.#length = 0
    return { bytes, steps }
  }

  /** Takes a buffer back that `take` gave out; no one reads it any more. */
  give(buffer: ArrayBuffer): void {
    this.#pool.give(buffer)
  }
}
