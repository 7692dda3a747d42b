/**
 * Connections of the doors that speak over WebSockets (docs/protocol/rules.md, W-4): one that sends what cannot be taken is closed
 * with a code and with words, which its client gets to read.
 */
import { WebSocket } from "ws"

/** Milliseconds in which a client may read why its connection was closed, while what it still sends is thrown away. */
const CLOSE_GRACE = 1000

/** The class of connections that say how long a message may be, in bytes, when they are closed for a longer one. */
export function socketsWithLimit(limit: number): typeof WebSocket {
  return class extends WebSocket {
    override close(code?: number, data?: string | Buffer): void {
      // The library closes without words.
      super.close(code, code === 1009 && data === undefined ? `a message has at most ${limit} bytes` : data)
    }
  }
}

/**
 * Has a connection end when the library finds what it gets wrong and has closed it with the code for that: a moment later, as
 * cutting it off at once resets it, and a client that still sends would lose the code.
 */
export function endOnError(ws: WebSocket): void {
  ws.on("error", () => {
    const timer = setTimeout(() => ws.terminate(), CLOSE_GRACE)
    timer.unref()
    ws.once("close", () => clearTimeout(timer))
  })
}
