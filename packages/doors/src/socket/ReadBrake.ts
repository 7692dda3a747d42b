/** Stops reading from a socket for as long as there is a reason to: what its client sends stays in the system's buffers. */
import type { WebSocket } from "ws"

/** `input`: more came than was carried out. `unread`: the client does not read the answers to its commands. `commands`: more of them wait than are begun. */
export type BrakeReason = "input" | "unread" | "commands"

/** The brake of one socket. */
export class ReadBrake {
  readonly #ws: WebSocket
  readonly #reasons = new Set<BrakeReason>()

  constructor(ws: WebSocket) {
    this.#ws = ws
  }

  /** Whether there is this reason now. */
  has(reason: BrakeReason): boolean {
    return this.#reasons.has(reason)
  }

  /** Stops reading. */
  set(reason: BrakeReason): void {
    if (this.#reasons.size === 0) this.#ws.pause()
    this.#reasons.add(reason)
  }

  /** Reads on, unless there is another reason left. */
  release(reason: BrakeReason): void {
    if (this.#reasons.delete(reason) && this.#reasons.size === 0) this.#ws.resume()
  }
}
