/**
 * A WebSocket whose messages of one turn are written together, as clients under load write them.
 */
import { once } from "node:events"
import { createConnection, type Socket } from "node:net"
import { WebSocket } from "ws"

/** An open connection. */
export interface Pipelined {
  readonly socket: WebSocket
  /** Sends a message with whatever else is sent before the next microtask checkpoint, in one write. */
  readonly send: (message: string | Uint8Array) => void
}

/** Connects to a `ws://` address. */
export async function openPipelined(url: string): Promise<Pipelined> {
  let connection: Socket | undefined
  const connect = (...target: Parameters<typeof createConnection>): Socket => (connection = createConnection(...target))
  const socket = new WebSocket(url, { perMessageDeflate: false, createConnection: connect as typeof createConnection })
  await once(socket, "open")
  let gathering = false
  const write = (): void => {
    gathering = false
    connection?.uncork()
  }
  return {
    socket,
    send: (message) => {
      if (!gathering) {
        gathering = true
        connection?.cork()
        queueMicrotask(write)
      }
      socket.send(message)
    },
  }
}
