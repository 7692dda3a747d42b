/**
 * Requests that a client sends on one connection without waiting for answers, taken one after the other (G-13).
 *
 * The next one begins when the answer before it has left the process. So what a client does not read is one answer,
 * whatever it asks for, and a connection never works on two requests at a time. Meanwhile it is not read from: at most what was read
 * at once waits here, and what else the client sends stays in the system's buffers.
 */
import type { IncomingMessage, ServerResponse } from "node:http"

/** What serves a request. */
export type Serve = (request: IncomingMessage, response: ServerResponse) => void

/** Requests that wait at most; one read holds fewer, and a connection that has more is cut off. */
const WAITING_MAX = 8192

interface Line {
  readonly waiting: Array<() => void>
  /** It is about to be held. */
  holding: boolean
}

/** Serves the requests of each connection in turn. */
export function inTurn(serve: Serve): Serve {
  const lines = new WeakMap<object, Line>()
  const begin = (line: Line, request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request
    response.once("close", () => {
      const next = line.waiting.shift()
      if (next === undefined) return void lines.delete(socket)
      if (socket.destroyed || socket.writableEnded) return void line.waiting.splice(0)
      // The body of the last one may not have come yet.
      if (line.waiting.length === 0) socket.resume()
      next()
    })
    serve(request, response)
  }
  return (request, response) => {
    const { socket } = request
    const line = lines.get(socket)
    if (line === undefined) {
      const first: Line = { waiting: [], holding: false }
      lines.set(socket, first)
      return begin(first, request, response)
    }
    if (line.waiting.length >= WAITING_MAX) return void socket.destroy()
    line.waiting.push(() => begin(line, request, response))
    if (line.holding) return
    line.holding = true
    // Node reads on by itself at the end of each request: the connection is held after that.
    setImmediate(() => {
      line.holding = false
      if (line.waiting.length > 0) socket.pause()
    })
  }
}
