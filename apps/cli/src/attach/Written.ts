/** Bytes that are being written, as UTF-8. */
export class Written {
  #bytes: Uint8Array = new Uint8Array(1024)
  #length = 0

  /** Whether nothing was written since it was last taken. */
  get isEmpty(): boolean {
    return this.#length === 0
  }

  /** Adds bytes as they are. */
  copy(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Adds text. */
  text(text: string): void {
    this.#room(text.length * 3)
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code > 0x7f) return this.copy(Buffer.from(text.slice(at)))
      this.#bytes[this.#length++] = code
    }
  }

  /** Adds characters. */
  codePoints(codePoints: Uint32Array, start: number, end: number): void {
    this.#room((end - start) * 4)
    const bytes = this.#bytes
    let to = this.#length
    for (let at = start; at < end; at++) {
      const code = codePoints[at] ?? 0
      if (code < 0x80) {
        bytes[to++] = code
        continue
      }
      if (code < 0x800) bytes[to++] = 0xc0 | (code >> 6)
      else {
        if (code < 0x10000) bytes[to++] = 0xe0 | (code >> 12)
        else {
          bytes[to++] = 0xf0 | (code >> 18)
          bytes[to++] = 0x80 | ((code >> 12) & 0x3f)
        }
        bytes[to++] = 0x80 | ((code >> 6) & 0x3f)
      }
      bytes[to++] = 0x80 | (code & 0x3f)
    }
    this.#length = to
  }

  /** What was written since it was last taken. */
  taken(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length)
    this.#bytes = new Uint8Array(Math.max(1024, Math.min(this.#length, 64 * 1024)))
    this.#length = 0
    return taken
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const larger = new Uint8Array((this.#length + more) * 2)
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
