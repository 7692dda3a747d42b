/** Takes the upgrades of `WebSocketChatTransport` that the guard has allowed. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { WebSocketServer } from "ws"
import { KEY_PROTOCOL } from "@holdfast/protocol/browser-key"
import type { Settings } from "@holdfast/protocol/settings"
import { Hub } from "@holdfast/hub/Hub"
import { noTelemetry, type Telemetry } from "@holdfast/hub/Telemetry"
import { isEnded, type SocketDoor } from "../SocketDoor.ts"
import { socketsWithLimit } from "../door-sockets.ts"
import { FRAGMENTS_MAX } from "../websocket-frame.ts"
import { ChatSocket } from "./ChatSocket.ts"

/** Makes the door's socket form. It closes with its scope. */
export function makeChatSocket(
  settings: Settings,
  telemetry: Telemetry = noTelemetry,
): Effect.Effect<SocketDoor, never, Hub | Scope.Scope> {
  return Effect.gen(function* () {
    const hub = yield* Hub
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    const connections = new Set<ChatSocket>()
    const server = new WebSocketServer({
      noServer: true,
      WebSocket: socketsWithLimit(settings.socketMaxFrame),
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: settings.socketMaxFrame,
      maxFragments: FRAGMENTS_MAX,
      // A browser offers its key and another one: one must be selected, and it is never the key (G-16).
      handleProtocols: (offered) => [...offered].find((name) => !name.startsWith(KEY_PROTOCOL)) ?? false,
    })
    const beat = setInterval(() => {
      const now = Date.now()
      for (const connection of connections) {
        if (now - connection.heardAt > settings.socketSilence) connection.close(1008, "the client was silent for too long")
        else connection.ping()
      }
    }, settings.socketSilence / 3)
    beat.unref()
    const stop = async (): Promise<void> => {
      clearInterval(beat)
      const closed = [...connections].map((connection) => connection.ended)
      for (const connection of connections) connection.close(1001, "the hub is stopping")
      await Promise.all(closed)
      server.close()
    }
    yield* Effect.addFinalizer(() => Effect.promise(stop))
    return {
      accept: (request, socket, head, principal) => {
        server.handleUpgrade(request, socket, head, (ws) => {
          const parts = { hub, fork, telemetry, principal, window: settings.subscriberWindow }
          const connection = new ChatSocket(ws, socket, parts)
          connections.add(connection)
          void connection.ended.then(() => connections.delete(connection))
        })
      },
      closeCredential: (ended, reason) => {
        for (const connection of connections) if (isEnded(connection.principal, ended)) connection.close(1008, reason)
      },
      stop,
      connections: () => connections.size,
      open: () => Array.from(connections, ({ principal }) => principal),
    }
  })
}
