/**
 * A door that is reached by upgrade: what the guard calls once it has allowed one (docs/protocol/rules.md, W-1 to W-10).
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Duplex } from "node:stream"
import type { Caller, Principal } from "@holdfast/hub/Hub"

/** Who it is over for: a credential, by its id, with its browsers; or one browser, by the object that the guard let in. */
export type Ended = string | Principal

/** Whether it is over for this one. */
export function isEnded(principal: Principal, ended: Ended): boolean {
  return typeof ended === "string" ? principal.credential === ended : principal === ended
}

/** A caller of a connection that lasts, under the name that its credential has now. */
export function connectedCaller(principal: Principal, door: string, more: Pick<Caller, "seated"> = {}): Caller {
  return { ...principal, ...more, door }
}

/** The same caller under the name that its credential has by now (G-23), which is asked for with everything that it does. */
export function renamed(caller: Caller, { name }: Principal): Caller {
  return caller.name === name ? caller : { ...caller, name }
}

/** The door. */
export interface SocketDoor {
  /** Takes over an upgrade that the guard has allowed; answers it and serves the connection until it ends. */
  readonly accept: (request: IncomingMessage, socket: Duplex, head: Buffer, principal: Principal) => void
  /** Takes over a request that the guard has allowed, its body unread; absent for a door that takes upgrades alone. */
  readonly serve?: (request: IncomingMessage, response: ServerResponse, principal: Principal) => void
  /** Closes the connections of who it is over for, and says why (G-6, G-7). */
  readonly closeCredential: (ended: Ended, reason: string) => void
  /** Tells every client that the hub is going (1001), and closes; resolves when all are closed or after a second. */
  readonly stop: () => Promise<void>
  /** Open connections. */
  readonly connections: () => number
  /** Who has a connection open, once for each. */
  readonly open: () => ReadonlyArray<Principal>
}
