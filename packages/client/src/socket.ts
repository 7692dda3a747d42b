/**
 * The socket a connection talks through, and the adapter for the WebSocket class of `ws`; `browser-socket.ts` has the
 * other.
 *
 * The class is passed in, so that this package does not need it.
 */
import { SOCKET_PATH, SOCKET_PROTOCOL } from "@holdfast/protocol/stream-socket"
import type { HoldfastError } from "./errors.ts"

/** An open or opening socket. */
export interface Socket {
  readonly send: (data: string | Uint8Array<ArrayBuffer>) => void
  readonly close: (code?: number, reason?: string) => void
}

/** What a socket reports, in order; `closed` comes once and last, also when it never opened. */
export interface SocketEvents {
  readonly open: () => void
  readonly text: (text: string) => void
  readonly bytes: (bytes: Uint8Array) => void
  /** `status` is the HTTP status of a refused upgrade, where the platform reports it. */
  readonly closed: (code: number, reason: string, status?: number) => void
}

/**
 * Asked after a socket that never opened and reported no status: the error when the hub answers and refuses the credential, a
 * transient one to say what may be wrong, or nothing.
 */
export type Probe = (credential?: string) => Promise<HoldfastError | undefined>

/** Opens a socket to the hub, with its connection's credential if that has one; throws when it cannot even be tried. */
export interface OpenSocket {
  (events: SocketEvents, credential?: string): Socket
  /** Where the platform hides why a socket did not open. */
  readonly probe?: Probe
}

/** Address of the stream socket of a hub at `origin`, such as `http://127.0.0.1:4653`; empty for the page's own. */
export function socketUrl(origin: string): string {
  const whole = origin === "" ? (globalThis.location?.origin ?? "") : origin
  return `${whole.replace(/^http/, "ws").replace(/\/$/, "")}${SOCKET_PATH}`
}

/** The part of `ws`'s WebSocket that is used. */
export interface WsLike {
  on(event: "open", listener: () => void): unknown
  on(event: "message", listener: (data: Uint8Array | ArrayBuffer | ReadonlyArray<Uint8Array>, binary: boolean) => void): unknown
  on(event: "close", listener: (code: number, reason: Uint8Array) => void): unknown
  on(event: "error", listener: (error: Error) => void): unknown
  on(
    event: "unexpected-response",
    listener: (request: { destroy(): unknown }, response: { readonly statusCode?: number | undefined }) => void,
  ): unknown
  send(data: string | Uint8Array): void
  close(code?: number, reason?: string): void
  terminate(): void
}

/** How `ws` is to connect. */
export interface WsOptions {
  readonly headers: Record<string, string>
  readonly perMessageDeflate: boolean
  readonly handshakeTimeout: number
  readonly maxPayload: number
}

/**
 * Opens a socket of the package `ws`; the credential is a bearer token, the connection's own before `token`. Who listens at the address gets it: where that need
 * not be the hub, pass a class whose `createConnection` makes sure first (G-11).
 */
export const wsSocket =
  (WebSocketClass: new (url: string, protocols: string, options: WsOptions) => WsLike, url: string, token?: string): OpenSocket =>
  (events, credential = token) => {
    const decoder = new TextDecoder()
    const headers: Record<string, string> = credential === undefined ? {} : { authorization: `Bearer ${credential}` }
    const options = { headers, perMessageDeflate: false, handshakeTimeout: 10_000, maxPayload: 256 * 1024 * 1024 }
    const socket = new WebSocketClass(url, SOCKET_PROTOCOL, options)
    let ended = false
    let problem = ""
    const closed = (code: number, reason: string, status?: number): void => {
      if (ended) return
      ended = true
      events.closed(code, reason, status)
    }
    socket.on("open", () => events.open())
    socket.on("message", (data, binary) => {
      const bytes = joined(data)
      if (binary) events.bytes(bytes)
      else events.text(decoder.decode(bytes))
    })
    socket.on("error", (error) => {
      problem = error.message
    })
    socket.on("unexpected-response", (request, response) => {
      closed(1006, `no socket: the answer was ${response.statusCode ?? 0}`, response.statusCode)
      request.destroy()
    })
    socket.on("close", (code, reason) => closed(code, decoder.decode(reason) || problem))
    return {
      send: (data) => socket.send(data),
      close: (code, reason) => {
        socket.close(code, reason)
        if (code === undefined) socket.terminate()
      },
    }
  }

function joined(data: Uint8Array | ArrayBuffer | ReadonlyArray<Uint8Array>): Uint8Array {
  if (data instanceof Uint8Array) return data
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  const whole = new Uint8Array(data.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of data) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
