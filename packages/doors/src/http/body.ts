/**
 * Reading a request's body within its limit: what is too large is refused before it is read whole (G-10).
 */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http"
import { BadRequest, TooLarge } from "@holdfast/protocol/errors"

/** How reading ended: the bytes, or why there are none. `Gone` means that the client went away. */
export type BodyRead =
  | { readonly _tag: "Body"; readonly bytes: Uint8Array }
  | { readonly _tag: "Refused"; readonly error: TooLarge | BadRequest }
  | { readonly _tag: "Gone" }

/** Whether a request announces a body. */
export function hasBody(request: IncomingMessage): boolean {
  return request.headers["transfer-encoding"] !== undefined || (request.headers["content-length"] ?? "0") !== "0"
}

/** Reads a body of at most `limit` bytes and calls back once. */
export function readBody(request: IncomingMessage, limit: number, done: (read: BodyRead) => void): void {
  const tooLarge = (): BodyRead => ({
    _tag: "Refused",
    error: new TooLarge({ message: `a body has at most ${limit} bytes; send less, or raise bodyMax`, limit }),
  })
  if (!hasBody(request)) return done({ _tag: "Body", bytes: new Uint8Array(0) })
  if (Number(request.headers["content-length"] ?? 0) > limit) return done(tooLarge())
  if ((request.headers["content-encoding"] ?? "identity") !== "identity") {
    return done({ _tag: "Refused", error: new BadRequest({ message: "compressed bodies are not accepted" }) })
  }
  const chunks: Array<Buffer> = []
  let size = 0
  let settled = false
  const settle = (read: BodyRead): void => {
    if (settled) return
    settled = true
    chunks.length = 0
    done(read)
  }
  request.on("data", (chunk: Buffer) => {
    if (settled) return
    size += chunk.length
    if (size > limit) {
      request.pause()
      return settle(tooLarge())
    }
    chunks.push(chunk)
  })
  request.on("end", () => settle({ _tag: "Body", bytes: Buffer.concat(chunks) }))
  request.on("error", () => settle({ _tag: "Gone" }))
  request.on("close", () => settle({ _tag: "Gone" }))
}

/** Milliseconds in which the rest of a refused body is thrown away, so that the client reads the answer and not a reset. */
const LINGER = 500

/** Writes an answer to a request whose body is not read (to its end), then closes the connection. */
export function writeBeforeBody(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  bytes: Uint8Array,
): void {
  response.writeHead(status, { ...headers, "content-length": bytes.length, connection: "close" })
  if (!hasBody(request)) return void response.end(bytes)
  response.write(bytes)
  const timer = setTimeout(() => response.end(), LINGER)
  request.once("end", () => {
    clearTimeout(timer)
    response.end()
  })
  response.once("close", () => clearTimeout(timer))
  request.resume()
}
