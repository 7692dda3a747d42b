/**
 * Redis' answers (RESP2), read incrementally.
 */

/** An answer; bulk strings are given as text. */
export type RedisReply = string | number | null | Error | ReadonlyArray<RedisReply>

/** Collects bytes and hands out whole answers in order. */
export class Replies {
  readonly #each: (reply: RedisReply) => void
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0

  constructor(each: (reply: RedisReply) => void) {
    this.#each = each
  }

  /** Adds what was received. */
  push(bytes: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes])
    let from = 0
    for (;;) {
      this.#at = from
      const reply = this.#read()
      if (reply === undefined) break
      from = this.#at
      this.#each(reply)
    }
    this.#bytes = this.#bytes.subarray(from)
  }

  #line(): string | undefined {
    const end = this.#bytes.indexOf("\r\n", this.#at, "latin1")
    if (end === -1) return undefined
    const line = this.#bytes.toString("utf8", this.#at, end)
    this.#at = end + 2
    return line
  }

  #read(): RedisReply | undefined {
    const line = this.#line()
    if (line === undefined) return undefined
    const rest = line.slice(1)
    switch (line[0]) {
      case "+":
        return rest
      case "-":
        return new Error(rest)
      case ":":
        return Number(rest)
      case "$":
        return this.#bulk(Number(rest))
      case "*":
        return this.#list(Number(rest))
      default:
        return new Error(`not an answer: ${line.slice(0, 40)}`)
    }
  }

  #bulk(length: number): RedisReply | undefined {
    if (length < 0) return null
    const end = this.#at + length
    if (this.#bytes.length < end + 2) return undefined
    const text = this.#bytes.toString("utf8", this.#at, end)
    this.#at = end + 2
    return text
  }

  #list(length: number): RedisReply | undefined {
    if (length < 0) return null
    const items: Array<RedisReply> = []
    for (let item = 0; item < length; item++) {
      const one = this.#read()
      if (one === undefined) return undefined
      items.push(one)
    }
    return items
  }
}
