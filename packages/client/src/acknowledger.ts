/**
 * Tells the hub what was consumed: about every 64 KiB or 100 ms, whichever comes first (docs/protocol/rules.md, C-5, D-13).
 */
import { itemBytes } from "./inbox.ts"
import type { Item } from "./items.ts"
import type { Timers } from "./timers.ts"

/** Consumed bytes after which an acknowledgement is sent at once. */
export const ACK_BYTES = 64 * 1024
/** Longest wait of an acknowledgement, in milliseconds. */
export const ACK_MILLISECONDS = 100

/** Collects consumed seqs and sends the highest. */
export class Acknowledger {
  readonly #timers: Timers
  readonly #send: (seq: number) => void
  /** Last seq that the consumer has dealt with. */
  position: number | undefined
  #bytes = 0
  #waiting = false
  #cancel: () => void = () => undefined

  constructor(timers: Timers, send: (seq: number) => void) {
    this.#timers = timers
    this.#send = send
  }

  /** The consumer is done with an item, and with everything before it. */
  consumed(item: Item): void {
    if (item._tag === "Event") this.position = item.record.seq
    else if (item._tag === "Snapshot") this.position = item.seq
    else return item._tag === "Synced" ? this.flush() : undefined
    this.#bytes += itemBytes(item)
    if (this.#bytes >= ACK_BYTES) return this.flush()
    if (this.#waiting) return
    this.#waiting = true
    this.#cancel = this.#timers.after(ACK_MILLISECONDS, () => this.flush())
  }

  /** Sends what is due now. */
  flush(): void {
    if (this.position === undefined || (!this.#waiting && this.#bytes === 0)) return
    this.#clear()
    this.#send(this.position)
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
