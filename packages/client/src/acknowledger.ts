/**
 * Tells the hub what was consumed: about every 64 KiB or 100 ms, whichever comes first (docs/protocol/rules.md, C-5, D-13).
 */
import type { Timers } from "./timers.ts"

/** Consumed bytes after which an acknowledgement is sent at once. */
export const ACK_BYTES = 64 * 1024
/** Longest wait of an acknowledgement, in milliseconds. */
export const ACK_MILLISECONDS = 100

/** Collects consumed seqs and sends the highest. */
export class Acknowledger {
  readonly #timers: Timers
  readonly #send: (seq: number) => void
  #seq = 0
  #bytes = 0
  #waiting = false
  #cancel: () => void = () => undefined

  constructor(timers: Timers, send: (seq: number) => void) {
    this.#timers = timers
    this.#send = send
  }

  /** The consumer is done with everything up to `seq`. */
  consumed(seq: number, bytes: number): void {
    this.#seq = seq
    this.#bytes += bytes
    if (this.#bytes >= ACK_BYTES) return this.flush()
    if (this.#waiting) return
    this.#waiting = true
    this.#cancel = this.#timers.after(ACK_MILLISECONDS, () => this.flush())
  }

  /** Sends what is due now. */
  flush(): void {
    if (!this.#waiting && this.#bytes === 0) return
    this.#clear()
    this.#send(this.#seq)
  }

  /** The connection is away: the next attach says where the client is. */
  dropped(): void {
    this.#clear()
  }

  #clear(): void {
    this.#cancel()
    this.#waiting = false
    this.#bytes = 0
  }
}
