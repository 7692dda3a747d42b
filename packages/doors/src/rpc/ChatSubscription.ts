/**
 * One subscription of the RPC door: an attachment whose credit is what the client acknowledged (docs/protocol/rules.md, J-7).
 *
 * Invariant: at most one chunk is under way, of at most `RPC_CHUNK_MAX` bytes unless one value alone is longer. The next
 * values wait here until they fill a chunk, and after that in the log.
 */
import type { SnapshotHead } from "@holdfast/protocol/frame"
import { RPC_CHUNK_MAX } from "@holdfast/protocol/chat/calls"
import type { Session } from "@holdfast/protocol/session"
import type { Attachment, AttachmentSink } from "@holdfast/hub/Hub"
import { eventText, toldOf } from "./session-events.ts"
import { snapshotOf } from "./snapshot.ts"

/** How a subscription reaches its client. */
export interface SubscriptionOutput {
  /** Takes the values of a chunk; the client acknowledges it. */
  readonly chunk: (values: ReadonlyArray<string>) => void
  /** The hub ended the subscription. */
  readonly ended: (reason: string) => void
}

interface Value {
  readonly text: string
  readonly bytes: number
  /** What the client has when it has this. */
  readonly seq: number
}

/** The sink of a subscription. */
export class ChatSubscription implements AttachmentSink {
  readonly #output: SubscriptionOutput
  #attachment: Attachment | undefined
  #values: Array<Value> = []
  #bytes = 0
  /** Seq that the chunk under way takes the client to; 0 when there is none. */
  #underWay = 0
  /** Last seq that was handed over here. */
  #passed = 0
  /** Place after the last event that was told. */
  #next: number
  #log = ""
  #open = true

  /** `after`: what the client has. */
  constructor(output: SubscriptionOutput, after: number) {
    this.#output = output
    this.#next = after + 1
  }

  /** Begins with an attachment; what follows goes to the client. */
  start(attachment: Attachment): void {
    this.#attachment = attachment
    this.#log = attachment.log
    attachment.start()
  }

  /** The client has the chunk under way. */
  acknowledged(): void {
    const seq = this.#underWay
    if (seq === 0 || !this.#open) return
    this.#underWay = 0
    this.#flush()
    this.#attachment?.acknowledge(this.#values.length === 0 && this.#underWay === 0 ? this.#passed : seq)
  }

  /** Ends it: nothing follows. */
  close(reason: string): void {
    if (!this.#open) return
    this.#open = false
    this.#values = []
    this.#attachment?.detach(reason)
  }

  events(records: ReadonlyArray<Uint8Array>, last: number): void {
    for (const record of records) {
      const event = toldOf(record)
      if (event === null) continue
      this.#add({ text: eventText(event, this.#next), bytes: event.bytes, seq: event.seq })
      this.#next = event.seq + 1
    }
    this.#passed = last
    this.#flush()
    // Nothing of it was to be told: it is consumed.
    if (this.#values.length === 0 && this.#underWay === 0) this.#attachment?.acknowledge(last)
  }

  full(): boolean {
    return this.#bytes >= RPC_CHUNK_MAX
  }

  snapshot(seq: number, head: SnapshotHead, screen: Uint8Array, session: Session): void {
    const state = { _tag: "InitialState", reason: head.reason, ...snapshotOf(seq, this.#log, screen, session) }
    this.#tell(JSON.stringify(state), seq)
  }

  synced(seq: number): void {
    this.#tell(JSON.stringify({ _tag: "Synced", seq, log: this.#log }), seq)
  }

  viewers(): void {
    // A chat does not show who looks on.
  }

  detached(reason: string): void {
    if (!this.#open) return
    this.#open = false
    this.#output.ended(reason)
  }

  #tell(text: string, seq: number): void {
    this.#add({ text, bytes: Buffer.byteLength(text), seq })
    this.#next = seq + 1
    this.#passed = Math.max(this.#passed, seq)
    this.#flush()
  }

  #add(value: Value): void {
    this.#values.push(value)
    this.#bytes += value.bytes
  }

  /** Sends as much as a chunk holds, unless one is under way. */
  #flush(): void {
    if (!this.#open || this.#underWay !== 0 || this.#values.length === 0) return
    let bytes = 0
    let count = 0
    for (const value of this.#values) {
      if (count > 0 && bytes + value.bytes > RPC_CHUNK_MAX) break
      bytes += value.bytes
      count++
    }
    const sent = this.#values.slice(0, count)
    this.#values = this.#values.slice(count)
    this.#bytes -= bytes
    this.#underWay = Math.max(1, sent.at(-1)?.seq ?? 1)
    this.#output.chunk(sent.map(({ text }) => text))
  }
}
