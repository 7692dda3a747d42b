/**
 * The socket of a browser, which tells nothing about why it did not open; so the hub is asked over HTTP (docs/PROTOCOL.md,
 * C-16).
 */
import { KEY_PROTOCOL } from "@holdfast/protocol/browser-key"
import { SOCKET_PROTOCOL } from "@holdfast/protocol/stream-socket"
import { HoldfastError } from "./errors.ts"
import { open } from "./http/request.ts"
import type { Fetch } from "./http/request.ts"
import type { OpenSocket, Probe } from "./socket.ts"

/** The part of the browser's WebSocket that is used. */
export interface WebSocketLike {
  binaryType: string
  onopen: ((event: never) => unknown) | null
  onmessage: ((event: never) => unknown) | null
  onclose: ((event: never) => unknown) | null
  onerror: ((event: never) => unknown) | null
  send(data: string | Uint8Array<ArrayBuffer>): void
  close(code?: number, reason?: string): void
}

/** Milliseconds that the hub has to say why a socket did not open. */
const PROBE_TIMEOUT = 5000

/**
 * Opens the platform's WebSocket with the connection's credential or the key that `browserKey` gives, which goes as a subprotocol:
 * there are no headers to set. `fetch` is what asks the hub why a socket did not open.
 */
export function browserSocket(
  WebSocketClass: new (url: string, protocols: Array<string>) => WebSocketLike,
  url: string,
  key?: string,
  fetch: Fetch = globalThis.fetch,
): OpenSocket {
  let everOpened = false
  const openSocket: OpenSocket = (events, credential = key) => {
    const shown = credential === undefined ? [] : [KEY_PROTOCOL + credential]
    const socket = new WebSocketClass(url, [SOCKET_PROTOCOL, ...shown])
    socket.binaryType = "arraybuffer"
    socket.onopen = () => {
      everOpened = true
      events.open()
    }
    socket.onmessage = (event: { readonly data: unknown }) => {
      if (typeof event.data === "string") events.text(event.data)
      else if (event.data instanceof ArrayBuffer) events.bytes(new Uint8Array(event.data))
    }
    socket.onclose = (event: { readonly code: number; readonly reason: string }) => events.closed(event.code, event.reason)
    return { send: (data) => socket.send(data), close: (code, reason) => socket.close(code, reason) }
  }
  return Object.assign(openSocket, { probe: probeOf(url, key, fetch, () => !everOpened && isForeign(url)) })
}

/** Asks at the socket's own address with the same key: the guard stands before it too (G-1), and lets nothing but a socket through. */
function probeOf(url: string, key: string | undefined, fetch: Fetch, foreign: () => boolean): Probe {
  return async (credential = key) => {
    const options = { origin: url.replace(/^ws/, "http"), fetch, timeout: PROBE_TIMEOUT, token: credential }
    const error = await open(options, "GET", "").then(
      () => undefined,
      (cause: HoldfastError) => cause,
    )
    if (error?.status === 401 || error?.status === 403) return error
    return error?.tag === "Unreachable" && foreign() ? new HoldfastError("Unreachable", FOREIGN) : undefined
  }
}

/** A page of another origin may not read what the hub answers, not even that it does. */
const FOREIGN =
  "the hub is away, or refuses this page, which is from another origin: open it at the hub's address, or serve both through one proxy"

/** Whether the page is of another origin than the hub. */
const isForeign = (url: string): boolean => {
  const page = globalThis.location?.origin
  return page !== undefined && new URL(url.replace(/^ws/, "http"), page).origin !== page
}
