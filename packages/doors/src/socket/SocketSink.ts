/**
 * One attachment's way to its client.
 *
 * An object with fields, not closures: of each subscriber as little memory as possible is touched for an event, because
 * between two events other work has had the processor's caches.
 */
import { encodeDetached, encodeSnapshot, encodeSynced, type SnapshotHead, type Viewers } from "@holdfast/protocol/frame"
import type { AttachmentSink } from "@holdfast/hub/Hub"
import type { SocketConnection } from "./SocketConnection.ts"
import { binaryMessage, sharedEventsMessage, sharedViewersMessage } from "./raw-frames.ts"

/** The sink of an attachment on a connection; `handle` must be set before the attachment is started. */
export class SocketSink implements AttachmentSink {
  handle = 0
  readonly #connection: SocketConnection

  constructor(connection: SocketConnection) {
    this.#connection = connection
  }

  events(records: ReadonlyArray<Uint8Array>): void {
    this.#connection.write(sharedEventsMessage(this.handle, records))
  }

  full(): boolean {
    return this.#connection.full
  }

  snapshot(seq: number, head: SnapshotHead, screen: Uint8Array): void {
    this.#connection.write(binaryMessage(encodeSnapshot(this.handle, seq, head, screen)))
  }

  synced(seq: number): void {
    this.#connection.write(binaryMessage(encodeSynced(this.handle, seq)))
  }

  viewers(viewers: Viewers): void {
    this.#connection.write(sharedViewersMessage(this.handle, viewers))
  }

  detached(reason: string): void {
    this.#connection.dropped(this.handle)
    this.#connection.write(binaryMessage(encodeDetached(this.handle, reason)))
  }

  released(by: string): void {
    this.#connection.dropped(this.handle)
    this.#connection.write(binaryMessage(encodeDetached(this.handle, `detached by ${by}`, by)))
  }
}
