/**
 * The stream socket's door: what the guard calls once it has allowed an upgrade (docs/protocol/rules.md, W-1 to W-10).
 */
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import type { Principal } from "@holdfast/hub/Hub"

/** The door. */
export interface SocketDoor {
  /** Takes over an upgrade that the guard has allowed; answers it and serves the connection until it ends. */
  readonly accept: (request: IncomingMessage, socket: Duplex, head: Buffer, principal: Principal) => void
  /** Closes every connection that a credential opened (G-7). */
  readonly closeCredential: (credential: string) => void
  /** Tells every client that the hub is going (1001), and closes; resolves when all are closed or after a second. */
  readonly stop: () => Promise<void>
  /** Open connections. */
  readonly connections: () => number
}
