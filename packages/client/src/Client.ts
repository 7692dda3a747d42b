/**
 * A hub as a program or a page sees it: the socket, the routes over HTTP, and what is made of both.
 */
import type { CreatedBy } from "@holdfast/protocol/session"
import type { AttachOptions } from "./attach-options.ts"
import { Attachment } from "./Attachment.ts"
import { browserKey } from "./browser-key.ts"
import { browserSocket } from "./browser-socket.ts"
import type { WebSocketLike } from "./browser-socket.ts"
import { Connection } from "./Connection.ts"
import type { ConnectionOptions } from "./Connection.ts"
import type { Credential } from "./credential.ts"
import { invalidCall } from "./errors.ts"
import { given } from "./given.ts"
import { makeAgentApi } from "./http/agent-api.ts"
import type { AgentApi } from "./http/agent-api.ts"
import { makeApi } from "./http/api.ts"
import type { Api } from "./http/api.ts"
import type { Fetch, HttpOptions } from "./http/request.ts"
import { clientIdentity } from "./identity.ts"
import type { ClientIdentity } from "./identity.ts"
import { nodeProcess, ownKind } from "./platform.ts"
import { SessionWatch } from "./SessionWatch.ts"
import type { WatchOptions } from "./SessionWatch.ts"
import { socketUrl, wsSocket } from "./socket.ts"
import type { OpenSocket, WsLike, WsOptions } from "./socket.ts"
import { wakeWithPage } from "./wake.ts"

/** The platform's WebSocket, or that of the package `ws`. */
export type WebSocketClass =
  | (new (url: string, protocols: Array<string>) => WebSocketLike)
  | (new (url: string, protocols: string, options: WsOptions) => WsLike)

/** How to reach a hub. Everything has a default. */
export interface ConnectOptions extends Pick<ConnectionOptions, "timers" | "backoff" | "connectTimeout"> {
  /** In a page of the hub's own the key that a one-time link left there, looked for at each connect. */
  readonly token?: Credential
  /** What other viewers are shown, up to 100 characters. */
  readonly name?: string
  /** Id of this client; `clientIdentity()` keeps one. */
  readonly client?: string | ClientIdentity
  /** Kind of client, kept by the sessions that it creates: by the device in a browser, elsewhere `program`. */
  readonly createdBy?: CreatedBy
  /** `globalThis.WebSocket`; Node before 22 has none, and takes that of `ws`. */
  readonly WebSocket?: WebSocketClass
  /** `globalThis.fetch`. */
  readonly fetch?: Fetch
  /** Milliseconds until the headers of an answer must be there; 30 s. */
  readonly timeout?: number
  /** false: the page's events do not wake the connection. */
  readonly wake?: boolean
}

/** Connects to the hub at `url`, such as `http://127.0.0.1:4653`; in a page of its own `""`. It connects at once and stays connected until it is closed. */
export function connect(url: string, options: ConnectOptions = {}): Client {
  return new Client(url, options)
}

/** A hub that is connected to. */
export class Client {
  readonly connection: Connection
  /** Id of this client, and what keeps it: with `memory` it lasts as long as this program. */
  readonly identity: ClientIdentity
  /** How its calls are made over HTTP. */
  readonly http: HttpOptions
  /** Sessions, terminals and the hub itself. */
  readonly sessions: Api
  /** Agents: messages, queues, turns, permission requests. */
  readonly agents: AgentApi
  /** Ends the waking of the connection by the page's events. */
  readonly stopWaking: () => void

  constructor(url: string, options: ConnectOptions = {}) {
    const { client, createdBy = ownKind(), fetch = globalThis.fetch, timeout, timers, backoff, connectTimeout } = options
    this.identity = typeof client === "string" ? { id: client, kept: "memory" } : (client ?? clientIdentity())
    const token = options.token ?? ownKey(url)
    this.http = {
      origin: url,
      fetch,
      createdBy,
      ...given({ token, timeout }),
    }
    this.sessions = makeApi(this.http)
    this.agents = makeAgentApi(this.http)
    this.connection = new Connection({
      open: opener(options.WebSocket ?? globalThis.WebSocket, socketUrl(url), fetch),
      name: options.name ?? (nodeProcess() === undefined ? "browser" : "program"),
      client: this.identity.id,
      createdBy,
      credential: token,
      ...given({ timers, backoff, connectTimeout }),
    })
    this.stopWaking = options.wake === false ? () => undefined : wakeWithPage(this.connection)
  }

  /** Attaches to a session, interactively unless `mode` says `viewer`. A connection has one attachment of a session at a time. */
  attach(session: string, options: Partial<Omit<AttachOptions, "session">> = {}): Attachment {
    return new Attachment(this.connection, { mode: "interactive", ...options, session })
  }

  /** Follows the records of all sessions as they change. */
  watch(options?: WatchOptions): SessionWatch {
    return new SessionWatch(this.connection, options)
  }

  /** Ends the connection for good, and with it what was attached. */
  close(): void {
    this.stopWaking()
    this.connection.close()
  }

  /** Closes it, for `using`. */
  [Symbol.dispose](): void {
    this.close()
  }

  /** Closes it, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }
}

function opener(WebSocketClass: WebSocketClass | undefined, url: string, fetch: Fetch): OpenSocket {
  if (WebSocketClass === undefined) throw invalidCall("there is no WebSocket; pass that of the package ws")
  const isWs = typeof (WebSocketClass.prototype as { readonly on?: unknown }).on === "function"
  return isWs
    ? wsSocket(WebSocketClass as new (url: string, protocols: string, options: WsOptions) => WsLike, url)
    : browserSocket(WebSocketClass as new (url: string, protocols: Array<string>) => WebSocketLike, url, undefined, fetch)
}

/** Where the page's own key is, in a page of the hub's own origin. */
function ownKey(url: string): Credential {
  const page = globalThis.location?.origin
  if (nodeProcess() !== undefined || page === undefined) return undefined
  const { origin, pathname } = new URL(url, page)
  if (origin !== page) return undefined
  return () => {
    try {
      return browserKey(localStorage, pathname.replace(/\/$/, ""))
    } catch {
      // A page that may not keep anything was not signed in by a link.
      return undefined
    }
  }
}
