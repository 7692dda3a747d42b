/** Builds the Socket.IO door on the hub, at `/socket.io/` (docs/protocol/rules.md, K-2 to K-9). */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Socket as EngineSocket } from "engine.io"
import type { Socket } from "socket.io"
import { Busy, type DoorError, Forbidden, InternalError, Unauthorized } from "@holdfast/protocol/errors"
import { errorBody } from "@holdfast/protocol/http-errors"
import type { Settings } from "@holdfast/protocol/settings"
import { Hub, type Principal } from "@holdfast/hub/Hub"
import { fingerprintOf } from "@holdfast/hub/operations/failure"
import { noTelemetry, type Telemetry } from "@holdfast/hub/Telemetry"
import { type Ended, isEnded, type SocketDoor } from "../SocketDoor.ts"
import type { Engine } from "./engine.ts"
import { IoConnection, type IoParts } from "./IoConnection.ts"
import { PACKET_READ, tooLarge } from "./packet-limit.ts"

/** Milliseconds that a client has to take what it is told at the end; then it is cut off. */
const CLOSE_GRACE = 1000

/** Makes the door. It closes with its scope. `version` is shown to clients. */
export function makeSocketIoDoor(
  settings: Settings,
  version = "0.1.0",
  telemetry: Telemetry = noTelemetry,
): Effect.Effect<SocketDoor, never, Hub | Scope.Scope> {
  return Effect.gen(function* () {
    const hub = yield* Hub
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    const door = new IoDoor({ hub, settings, version, fork, telemetry })
    yield* Effect.addFinalizer(() => Effect.promise(() => door.stop()))
    return door
  })
}

/** Refuses a request or an upgrade. */
type Refuse = (error: DoorError) => void

/** A request whose credential may end before it is served. */
interface Entering {
  readonly principal: Principal
  isOver: boolean
}

class IoDoor implements SocketDoor {
  readonly #parts: IoParts
  readonly #principals = new WeakMap<IncomingMessage, Principal>()
  /** Whose connection an id of Engine.IO names: no one else may use it. */
  readonly #owners = new Map<string, string>()
  /** Connections that have not said yet that they want anything. */
  readonly #silent = new Map<EngineSocket, Principal>()
  readonly #clients = new Map<EngineSocket, IoConnection>()
  /** Requests that wait until Socket.IO is loaded. */
  readonly #entering = new Set<Entering>()
  #loading: Promise<Engine> | undefined
  #engine: Engine | undefined
  #stopped = false

  constructor(parts: IoParts) {
    this.#parts = parts
  }

  readonly accept = (request: IncomingMessage, socket: Duplex, head: Buffer, principal: Principal): void => {
    const refuse: Refuse = (error) => refuseUpgrade(socket, error)
    this.#enter(request, principal, refuse, ({ engine }) => engine.handleUpgrade(request as never, socket, head))
  }

  readonly serve = (request: IncomingMessage, response: ServerResponse, principal: Principal): void => {
    const refuse: Refuse = (error) => refuseRequest(request, response, error)
    const most = PACKET_READ * this.#parts.settings.socketMaxFrame
    // The library would cut it off without a word.
    if (Number(request.headers["content-length"] ?? 0) > most) return refuse(tooLarge(this.#parts.settings.socketMaxFrame))
    this.#enter(request, principal, refuse, ({ engine }) => engine.handleRequest(request as never, response as never))
  }

  readonly connections = (): number => this.#clients.size

  readonly open = (): ReadonlyArray<Principal> => [
    ...this.#silent.values(),
    ...Array.from(this.#clients.values(), ({ principal }) => principal),
  ]

  readonly closeCredential = (ended: Ended, reason: string): void => {
    for (const entering of this.#entering) if (isEnded(entering.principal, ended)) entering.isOver = true
    for (const [conn, principal] of this.#silent) if (isEnded(principal, ended)) void end(conn)
    for (const [conn, client] of this.#clients) {
      if (!isEnded(client.principal, ended)) continue
      client.sendAway(reason)
      // The end of the namespace, said before that of the connection, keeps the client from coming back by itself.
      client.disconnect()
      void end(conn)
    }
  }

  readonly stop = async (): Promise<void> => {
    if (this.#stopped) return
    this.#stopped = true
    const engine = this.#engine?.engine
    if (engine === undefined) return
    const ends = [...this.#clients].map(([conn, client]) => {
      client.sendAway("the hub is stopping")
      return end(conn)
    })
    await Promise.all([...ends, ...[...this.#silent.keys()].map(end)])
    engine.close()
  }

  /** Lets a request in that the guard has allowed, unless its connection is another's. */
  #enter(request: IncomingMessage, principal: Principal, refuse: Refuse, then: (engine: Engine) => void): void {
    const id = new URLSearchParams((request.url ?? "").split("?")[1]).get("sid")
    const owner = id === null ? undefined : this.#owners.get(id)
    if (owner !== undefined && owner !== principal.credential) {
      return refuse(new Forbidden({ message: "this connection was opened with another credential; open one of your own" }))
    }
    const { connectionsMax } = this.#parts.settings
    if (id === null && this.#owners.size >= connectionsMax) {
      return refuse(new Busy({ message: `there are ${connectionsMax} connections; try again later`, retryAfter: 1 }))
    }
    this.#principals.set(request, principal)
    if (this.#engine !== undefined) return then(this.#engine)
    this.#loading ??= this.#load()
    const entering: Entering = { principal, isOver: false }
    this.#entering.add(entering)
    this.#loading.then(
      (engine) => {
        this.#entering.delete(entering)
        if (this.#stopped) refuse(new Busy({ message: "the hub is stopping; try again later", retryAfter: 1 }))
        else if (entering.isOver)
          refuse(new Unauthorized({ message: "this credential is no longer valid: it has expired or was revoked" }))
        else then(engine)
      },
      (cause: unknown) => refuse(this.#fault(cause)),
    )
  }

  /** Loads Socket.IO when the first client comes: a hub without one neither waits for it nor keeps it in memory. */
  async #load(): Promise<Engine> {
    const { makeEngine } = await import("./engine.ts")
    const engine = makeEngine(this.#parts.settings, (conn) => this.#opened(conn))
    engine.io.on("connection", (socket) => this.#connected(socket))
    this.#engine = engine
    return engine
  }

  /** A connection of Engine.IO, which has not said yet that it wants anything. */
  #opened(conn: EngineSocket): void {
    const { id } = conn as unknown as { readonly id: string }
    const principal = this.#principals.get(conn.request)
    if (principal === undefined) return conn.close(true)
    this.#owners.set(id, principal.credential)
    this.#silent.set(conn, principal)
    conn.once("close", () => {
      this.#owners.delete(id)
      this.#silent.delete(conn)
    })
  }

  #connected(socket: Socket): void {
    const { conn } = socket
    const principal = this.#principals.get(conn.request)
    // A connection is one client, whatever it asks for.
    if (principal === undefined || this.#clients.has(conn)) return void socket.disconnect(true)
    this.#silent.delete(conn)
    const began = performance.now()
    const client = new IoConnection(socket, principal, this.#parts)
    this.#clients.set(conn, client)
    socket.on("disconnect", (reason) => {
      this.#clients.delete(conn)
      client.release(REASONS[reason] ?? "the connection was lost")
      const milliseconds = Math.round(performance.now() - began)
      this.#parts.telemetry.log("info", "ended", { operation: "socket.io", client: principal.name, milliseconds, reason })
      // What is left of it has nothing to say any more.
      if (conn.readyState === "open") void end(conn)
    })
  }

  #fault(cause: unknown): InternalError {
    const stack = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
    const fingerprint = fingerprintOf(stack)
    this.#parts.telemetry.log("error", stack, { operation: "socket.io", fingerprint })
    return new InternalError({ message: `internal error; the hub's log has the details under ${fingerprint}`, fingerprint })
  }
}

/** Why an attachment ends, by the reason that Socket.IO gives. */
const REASONS: Readonly<Record<string, string>> = {
  "client namespace disconnect": "the client closed the connection",
  "ping timeout": "the client was silent for too long",
}

/** What of a transport is used to end it. */
interface Ending {
  readonly socket?: { once(event: "close", listener: () => void): unknown; terminate(): void }
  onClose(): void
}

/** Closes a connection once its client has taken what it was told, but soon; resolves when it is closed. */
function end(conn: EngineSocket): Promise<void> {
  const transport = conn.transport as unknown as Ending
  return new Promise((resolve) => {
    const closed = (): void => {
      clearTimeout(timer)
      resolve()
    }
    // Engine.IO counts a WebSocket as closed before it is, and waits half a minute for the next poll.
    const timer = setTimeout(() => {
      transport.socket?.terminate()
      if (conn.readyState !== "closed") transport.onClose()
      resolve()
    }, CLOSE_GRACE)
    if (transport.socket === undefined) conn.once("close", closed)
    else transport.socket.once("close", closed)
    conn.close()
  })
}

/** Answers once the body was thrown away, or soon: a client that still sends would find a reset and not the answer. */
function refuseRequest(request: IncomingMessage, response: ServerResponse, error: DoorError): void {
  const { status, body } = errorBody(error)
  const answer = (): void => {
    clearTimeout(timer)
    if (response.headersSent || response.destroyed) return
    response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body))
  }
  const timer = setTimeout(answer, CLOSE_GRACE)
  request.once("end", answer)
  request.resume()
}

function refuseUpgrade(socket: Duplex, error: DoorError): void {
  const { status, body } = errorBody(error)
  const text = JSON.stringify(body)
  const head = `connection: close\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(text)}`
  socket.end(`HTTP/1.1 ${status} Refused\r\n${head}\r\n\r\n${text}`, () => socket.destroy())
}
