/**
 * Connections that name no connection of their own at `Hello` (docs/protocol/rules.md, R-20).
 *
 * The first of a client that is open is the client, and so is who comes after it has left: it may send again what was not settled. One
 * that comes while it is there is someone else under the same name, for as long as it is open.
 */
import { randomUUID } from "node:crypto"
import type { SocketConnection } from "./SocketConnection.ts"

/** Who is there without a name of its own. */
export class Namesakes {
  readonly #here = new Set<string>()

  /** The connection that a client without one counts as. */
  connectionOf(socket: SocketConnection, client: string): string {
    const name = JSON.stringify([socket.principal.credential, client])
    if (this.#here.has(name)) return randomUUID()
    this.#here.add(name)
    void socket.ended.then(() => this.#here.delete(name))
    return ""
  }
}
