/**
 * A door that is reached by upgrade: what the guard calls once it has allowed one (docs/protocol/rules.md, W-1 to W-10).
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Duplex } from "node:stream"
import type { Principal } from "@holdfast/hub/Hub"

/** The door. */
export interface SocketDoor {
  /** Takes over an upgrade that the guard has allowed; answers it and serves the connection until it ends. */
  readonly accept: (request: IncomingMessage, socket: Duplex, head: Buffer, principal: Principal) => void
  /** Takes over a request that the guard has allowed, its body unread; absent for a door that takes upgrades alone. */
  readonly serve?: (request: IncomingMessage, response: ServerResponse, principal: Principal) => void
  /** Closes every connection that a credential opened, and says why (G-7). */
  readonly closeCredential: (credential: string, reason: string) => void
  /** Tells every client that the hub is going (1001), and closes; resolves when all are closed or after a second. */
  readonly stop: () => Promise<void>
  /** Open connections. */
  readonly connections: () => number
}
