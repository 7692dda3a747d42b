/**
 * Buffers that go round between a loop and its threads.
 *
 * V8 looks at dead buffers only after tens of megabytes of them, so a flood of output that is copied into fresh ones makes a
 * process grow for nothing. Sizes are powers of two; a small request is not worth keeping.
 */

const SMALLEST = 64 * 1024

/** A pool that keeps at most `keptBytes` of idle buffers; more are left to V8. */
export class BufferPool {
  readonly #keptBytes: number
  readonly #idle = new Map<number, Array<ArrayBuffer>>()
  #idleBytes = 0

  constructor(keptBytes: number) {
    this.#keptBytes = keptBytes
  }

  /** A buffer of at least this many bytes, with anything in it. */
  take(length: number): ArrayBuffer {
    if (length < SMALLEST / 2) return new ArrayBuffer(length)
    let size = SMALLEST
    while (size < length) size *= 2
    const idle = this.#idle.get(size)?.pop()
    if (idle === undefined) return new ArrayBuffer(size)
    this.#idleBytes -= size
    return idle
  }

  /** Takes a buffer back that `take` gave out; no one reads it any more. */
  give(buffer: ArrayBuffer): void {
    const size = buffer.byteLength
    if (size < SMALLEST || this.#idleBytes + size > this.#keptBytes) return
    this.#idleBytes += size
    const idle = this.#idle.get(size)
    if (idle === undefined) this.#idle.set(size, [buffer])
    else idle.push(buffer)
  }
}
