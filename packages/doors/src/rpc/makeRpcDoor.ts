/** Builds the RPC door on the hub: `/rpc` and `/ws`, for stock clients of Effect RPC (docs/protocol/rules.md, J-1 to J-8). */
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { WebSocketServer } from "ws"
import { RPC_PROTOCOL } from "@holdfast/protocol/chat/calls"
import type { Settings } from "@holdfast/protocol/settings"
import { Hub, type Principal } from "@holdfast/hub/Hub"
import { noTelemetry, type Telemetry } from "@holdfast/hub/Telemetry"
import { isEnded, type SocketDoor } from "../SocketDoor.ts"
import { socketsWithLimit } from "../door-sockets.ts"
import { FRAGMENTS_MAX } from "../websocket-frame.ts"
import { chatCalls } from "./ChatCalls.ts"
import { RpcConnection } from "./RpcConnection.ts"

/** Makes the door. It closes with its scope. */
export function makeRpcDoor(
  settings: Settings,
  telemetry: Telemetry = noTelemetry,
): Effect.Effect<SocketDoor, never, Hub | Scope.Scope> {
  return Effect.gen(function* () {
    const calls = chatCalls(yield* Hub)
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    const connections = new Set<RpcConnection>()
    const server = new WebSocketServer({
      noServer: true,
      WebSocket: socketsWithLimit(settings.socketMaxFrame),
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: settings.socketMaxFrame,
      maxFragments: FRAGMENTS_MAX,
      // One that offers nothing we know is told so by its own library: none is selected.
      handleProtocols: (offered) => (offered.has(RPC_PROTOCOL) ? RPC_PROTOCOL : false),
    })
    const accept = (request: IncomingMessage, socket: Duplex, head: Buffer, principal: Principal): void => {
      server.handleUpgrade(request, socket, head, (ws) => {
        const began = performance.now()
        const connection: RpcConnection = new RpcConnection(ws, socket, principal, {
          calls,
          settings,
          fork,
          telemetry,
          closed: (reason) => {
            const milliseconds = Math.round(performance.now() - began)
            telemetry.log("info", "ended", { operation: "rpc", client: principal.name, milliseconds, reason })
            connections.delete(connection)
          },
        })
        connections.add(connection)
      })
    }
    // One timer for all connections: whoever answers nothing for too long is gone.
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
      const closed = [...connections].map(({ ended }) => ended)
      for (const connection of connections) connection.close(1001, "the hub is stopping")
      await Promise.all(closed)
      server.close()
    }
    yield* Effect.addFinalizer(() => Effect.promise(stop))
    return {
      accept,
      closeCredential: (ended, reason) => {
        for (const connection of connections) {
          if (isEnded(connection.principal, ended)) connection.close(1008, reason)
        }
      },
      stop,
      connections: () => connections.size,
      open: () => Array.from(connections, ({ principal }) => principal),
    }
  })
}
