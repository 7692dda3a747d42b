/**
 * Connections for streams: one for all of them, and a further one where a session is streamed twice, because a connection has
 * one attachment to a session (docs/protocol/rules.md, C-13).
 */
import type { CreatedBy } from "@holdfast/protocol/session"
import { browserSocket } from "../browser-socket.ts"
import { Connection } from "../Connection.ts"
import type { Fetch } from "../http/request.ts"
import { clientIdentity } from "../identity.ts"
import { nodeProcess, ownKind } from "../platform.ts"
import { type OpenSocket, socketUrl } from "../socket.ts"
import { wakeWithPage } from "../wake.ts"
import { credentialOf, type Token } from "./token.ts"

/** What connections are opened with. */
export interface PoolOptions {
  /** Such as `http://127.0.0.1:4653`; empty for the page's own origin. */
  readonly origin: string
  readonly token?: Token
  /** What other viewers are shown, up to 100 characters. */
  readonly name?: string
  /** Id of this client; the one that the platform keeps when absent (C-30). */
  readonly client?: string
  /** Kind of client, kept by the sessions that it creates: by the device in a browser, elsewhere `program`. */
  readonly createdBy?: CreatedBy
  readonly fetch?: Fetch
  readonly open?: OpenSocket
}

interface Pooled {
  readonly connection: Connection
  readonly sessions: Set<string>
}

/** The connections of one service. */
export class ConnectionPool {
  readonly #options: PoolOptions
  readonly #open: Array<Pooled> = []

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** Opens a connection that is in no one else's hands. */
  open(): Connection {
    const { origin, token, fetch = globalThis.fetch, createdBy = ownKind() } = this.#options
    const { name = nodeProcess() === undefined ? "browser" : "program", client = clientIdentity().id } = this.#options
    const open = this.#options.open ?? browserSocket(WebSocket, socketUrl(origin), undefined, fetch)
    const connection = new Connection({ open, name, client, createdBy, credential: credentialOf(token) })
    const stopWaking = wakeWithPage(connection)
    connection.onState(({ _tag }) => {
      if (_tag === "Closed" || _tag === "Refused") stopWaking()
    })
    return connection
  }

  /** A connection that has no attachment to this session, and the function that returns it. */
  take(session: string): { readonly connection: Connection; readonly release: () => void } {
    let pooled = this.#open.find(({ sessions }) => !sessions.has(session))
    if (pooled === undefined) this.#open.push((pooled = { connection: this.open(), sessions: new Set() }))
    const { connection, sessions } = pooled
    sessions.add(session)
    return {
      connection,
      release: () => {
        sessions.delete(session)
        if (sessions.size > 0) return
        const at = this.#open.findIndex((one) => one.connection === connection)
        if (at >= 0) this.#open.splice(at, 1)
        connection.close()
      },
    }
  }
}
