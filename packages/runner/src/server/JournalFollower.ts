/**
 * Sends one child's journal to the hub: in order, at most `credit` unacknowledged bytes under way.
 *
 * While the hub takes entries, the child is paced by it; once it has not acknowledged anything for a moment, the
 * journal may spill and the child runs on.
 */
import type { JournalReader } from "../journal/Journal.ts"
import { noteSize, type JournalEntry } from "@holdfast/link/messages"
import type { Child } from "./Child.ts"

/** Without an acknowledgement for this long, in milliseconds, the hub counts as slow. */
const SLOW_MILLIS = 250

/** Where entries go. */
export interface EntrySink {
  /** The connection's own buffer is full; `pump` is called when it has drained. */
  readonly congested: () => boolean
  readonly entry: (child: number, entry: JournalEntry) => void
}

const sizeOf = (entry: JournalEntry): number => ("bytes" in entry ? entry.bytes.length : noteSize(entry.note))

/** A hub's place in one child's journal. */
export class JournalFollower {
  readonly child: Child
  readonly #sink: EntrySink
  readonly #credit: number
  readonly #reader: JournalReader
  readonly #slow: NodeJS.Timeout
  #sent: Array<{ readonly position: number; readonly size: number }> = []
  #unacknowledged = 0

  constructor(child: Child, after: number, credit: number, sink: EntrySink) {
    this.child = child
    this.#sink = sink
    this.#credit = credit
    child.journal.acknowledge(after)
    this.#reader = child.reader(after)
    child.journal.holdSpill(true)
    this.#slow = setTimeout(() => child.journal.holdSpill(false), SLOW_MILLIS)
    this.#slow.unref()
  }

  /** Sends what may be sent now. */
  pump(): void {
    while (!this.#sink.congested() && (this.#unacknowledged === 0 || this.#unacknowledged < this.#credit)) {
      const entry = this.#reader.take()
      if (typeof entry === "string") return
      const size = sizeOf(entry)
      this.#sent.push({ position: entry.position, size })
      this.#unacknowledged += size
      this.#sink.entry(this.child.number, entry)
    }
  }

  /** The hub has everything up to `position` durably. */
  acknowledge(position: number): void {
    const kept = this.#sent.findIndex((sent) => sent.position > position)
    for (const { size } of this.#sent.splice(0, kept === -1 ? this.#sent.length : kept)) this.#unacknowledged -= size
    this.child.journal.holdSpill(true)
    this.#slow.refresh()
    this.child.journal.acknowledge(position)
    this.pump()
  }

  close(): void {
    clearTimeout(this.#slow)
    this.#reader.close()
    this.child.journal.holdSpill(false)
  }
}
