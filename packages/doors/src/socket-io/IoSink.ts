/** One attachment's way to its client: each event as a `run:event`, held back by the connection's flow. */
import type { SnapshotHead } from "@holdfast/protocol/frame"
import type { Session } from "@holdfast/protocol/session"
import type { Attachment, AttachmentSink } from "@holdfast/hub/Hub"
import type { IoFlow } from "./IoFlow.ts"
import { eventPacket, noticePacket, snapshotPacket } from "./run-events.ts"

/** The sink of a run. `attachment` must be set before it is started. */
export class IoSink implements AttachmentSink {
  attachment: Attachment | undefined
  readonly #run: string
  readonly #flow: IoFlow
  readonly #over: (sink: IoSink) => void

  /** `over` is called when the hub has ended the attachment. */
  constructor(run: string, flow: IoFlow, over: (sink: IoSink) => void) {
    this.#run = run
    this.#flow = flow
    this.#over = over
  }

  events(records: ReadonlyArray<Uint8Array>, last: number): void {
    for (const record of records) this.#flow.write(eventPacket(this.#run, record))
    // What the client has not taken is bounded by the flow.
    this.attachment?.acknowledge(last)
  }

  full(): boolean {
    return this.#flow.full
  }

  snapshot(seq: number, head: SnapshotHead, screen: Uint8Array, session: Session): void {
    this.#flow.write(snapshotPacket(this.#run, seq, head, screen, session))
    this.attachment?.acknowledge(seq)
  }

  synced(seq: number): void {
    this.#flow.write(noticePacket(this.#run, "synced", { seq, log: this.attachment?.log }))
  }

  viewers(): void {}

  detached(reason: string): void {
    this.#end({ reason })
  }

  released(by: string): void {
    this.#end({ reason: `detached by ${by}`, by })
  }

  /** Says why nothing follows. */
  #end(fields: Readonly<Record<string, unknown>>): void {
    this.#over(this)
    this.#flow.write(noticePacket(this.#run, "detached", fields))
  }
}
