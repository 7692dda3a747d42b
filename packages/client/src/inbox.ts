/**
 * What arrived and was not consumed yet, in order.
 *
 * Bounded by the hub's window of unacknowledged bytes, and by `MAX_INBOX_BYTES` should a hub not keep to it: then
 * `push` refuses, and the attachment comes again from its cursor once the consumer has caught up.
 */
import type { Item } from "./items.ts"

/** Most bytes that wait for a consumer. */
export const MAX_INBOX_BYTES = 32 * 1024 * 1024

interface Entry {
  readonly item: Item
  readonly bytes: number
}

/** Bytes an item holds on to. */
export function itemBytes(item: Item): number {
  if (item._tag === "Event") return item.record.body.length + 32
  return item._tag === "Snapshot" ? item.screen.length + 64 : 0
}

/** A queue of items. */
export class Inbox {
  #entries: Array<Entry> = []
  #first = 0
  #bytes = 0
  /** Called whenever something was added. */
  onPush: () => void = () => undefined

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes
  }

  /** True when nothing waits. */
  get empty(): boolean {
    return this.#first === this.#entries.length
  }

  /** Adds an item; false when it is an event and there is no room for it. */
  push(item: Item): boolean {
    const bytes = itemBytes(item)
    if (item._tag === "Event" && this.#bytes + bytes > MAX_INBOX_BYTES) return false
    this.#entries.push({ item, bytes })
    this.#bytes += bytes
    this.onPush()
    return true
  }

  /** Waits for an item and takes it. One reader at a time. */
  async next(): Promise<Item> {
    for (;;) {
      const item = this.shift()
      if (item !== undefined) return item
      await new Promise<void>((resolve) => {
        this.onPush = resolve
      })
    }
  }

  /** Forgets the events that wait; what else waits is kept. */
  dropEvents(): void {
    this.#entries = this.#entries.slice(this.#first).filter(({ item }) => item._tag !== "Event")
    this.#first = 0
    this.#bytes = this.#entries.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Takes the oldest item. */
  shift(): Item | undefined {
    const entry = this.#entries[this.#first]
    if (entry === undefined) return undefined
    this.#first += 1
    this.#bytes -= entry.bytes
    if (this.#first === this.#entries.length || this.#first > 4096) {
      this.#entries = this.#entries.slice(this.#first)
      this.#first = 0
    }
    return entry.item
  }
}
