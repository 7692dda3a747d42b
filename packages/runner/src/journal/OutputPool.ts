/**
 * Memory for output that is used again.
 *
 * V8 counts an output buffer as a few bytes and lets tens of megabytes of dead ones pile up before it looks; buffers that
 * go round keep the runner's memory flat. Sizes are powers of two from 4 KiB; smaller output is left to V8.
 */

const SMALLEST = 4096
const KEPT_BYTES = 16 * 1024 * 1024

/** Buffers for output. */
export class OutputPool {
  readonly #free = new Map<number, Array<ArrayBuffer>>()
  #kept = 0

  /** A copy of the bytes. */
  copy(bytes: Uint8Array): Uint8Array {
    if (bytes.length < SMALLEST / 2) return Uint8Array.from(bytes)
    let size = SMALLEST
    while (size < bytes.length) size *= 2
    const free = this.#free.get(size)?.pop()
    if (free !== undefined) this.#kept -= size
    const copy = new Uint8Array(free ?? new ArrayBuffer(size), 0, bytes.length)
    copy.set(bytes)
    return copy
  }

  /** Takes a copy back; no one may read it any more. */
  give(bytes: Uint8Array): void {
    const { buffer } = bytes
    const size = buffer.byteLength
    if (!(buffer instanceof ArrayBuffer) || bytes.byteOffset !== 0 || size < SMALLEST || (size & (size - 1)) !== 0) return
    if (this.#kept + size > KEPT_BYTES) return
    this.#kept += size
    const free = this.#free.get(size)
    if (free === undefined) this.#free.set(size, [buffer])
    else free.push(buffer)
  }
}
