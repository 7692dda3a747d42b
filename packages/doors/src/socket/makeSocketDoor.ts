/** Builds the stream socket's door on the hub. */
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { WebSocketServer } from "ws"
import type { Settings } from "@holdfast/protocol/settings"
import { SOCKET_PROTOCOL } from "@holdfast/protocol/stream-socket"
import { Hub, type Principal } from "@holdfast/hub/Hub"
import { SocketConnection } from "./SocketConnection.ts"
import { CommandDispatcher } from "./CommandDispatcher.ts"
import { connectionHandlers } from "./connection-commands.ts"
import { noTelemetry, type Telemetry } from "@holdfast/hub/Telemetry"
import { isEnded, type SocketDoor } from "../SocketDoor.ts"
import { socketsWithLimit } from "../door-sockets.ts"
import { FRAGMENTS_MAX } from "../websocket-frame.ts"

/** Makes the door. It closes with its scope. `version` is shown to clients. */
export function makeSocketDoor(
  settings: Settings,
  version = "0.1.0",
  telemetry: Telemetry = noTelemetry,
): Effect.Effect<SocketDoor, never, Hub | Scope.Scope> {
  return Effect.gen(function* () {
    const hub = yield* Hub
    const connections = new Map<number, SocketConnection>()
    const context = yield* Effect.context<never>()
    const fork = Effect.runForkWith(context)
    const run = <A, E>(effect: Effect.Effect<A, E>): void => void fork(Effect.exit(effect))
    const handlers = connectionHandlers({ hub, settings, version, run })
    const dispatcher = new CommandDispatcher({ hub, handlers, fork, telemetry })
    const server = new WebSocketServer({
      noServer: true,
      WebSocket: socketsWithLimit(settings.socketMaxFrame),
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: settings.socketMaxFrame,
      maxFragments: FRAGMENTS_MAX,
      handleProtocols: (offered) => (offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false),
    })
    let next = 1
    const accept = (request: IncomingMessage, socket: Duplex, head: Buffer, principal: Principal): void => {
      const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((one) => one.trim())
      if (!offered.includes(SOCKET_PROTOCOL)) return refuse(socket, `this socket speaks the subprotocol ${SOCKET_PROTOCOL}`)
      server.handleUpgrade(request, socket, head, (ws) => {
        const id = next++
        const began = performance.now()
        const hello = setTimeout(() => connection.close(1008, "no Hello in time"), settings.socketHelloTimeout)
        const connection: SocketConnection = new SocketConnection(id, ws, socket, principal, settings, {
          text: (text) => dispatcher.text(connection, text),
          closed: (reason) => {
            const milliseconds = Math.round(performance.now() - began)
            telemetry.log("info", "ended", { operation: "socket", client: principal.name, milliseconds, reason })
            clearTimeout(hello)
            connections.delete(id)
            dispatcher.close(connection)
          },
          greeted: () => clearTimeout(hello),
        })
        connections.set(id, connection)
      })
    }
    // One timer for all connections: heartbeats, and silent ones out.
    const beat = setInterval(() => {
      const now = Date.now()
      for (const connection of connections.values()) {
        if (connection.silent(now)) connection.close(1008, "the client was silent for too long")
        else connection.heartbeat(now)
      }
    }, settings.socketSilence / 3)
    beat.unref()
    const stop = async (): Promise<void> => {
      clearInterval(beat)
      const closed = [...connections.values()].map((connection) => connection.ended)
      for (const connection of connections.values()) connection.close(1001, "the hub is stopping")
      await Promise.all(closed)
      server.close()
    }
    yield* Effect.addFinalizer(() => Effect.promise(stop))
    return {
      accept,
      closeCredential: (ended, reason) => {
        for (const connection of connections.values()) {
          if (isEnded(connection.principal, ended)) connection.close(1008, reason)
        }
      },
      stop,
      connections: () => connections.size,
      open: () => Array.from(connections.values(), ({ principal }) => principal),
    }
  })
}

function refuse(socket: Duplex, message: string): void {
  const body = JSON.stringify({ error: { tag: "BadRequest", message } })
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
