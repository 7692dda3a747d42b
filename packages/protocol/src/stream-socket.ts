/** Where the stream socket is and which subprotocol it speaks (docs/protocol/rules.md, W-1). */
import { PROTOCOL_VERSION } from "./version.ts"

/** Path of the stream socket on a hub: a WebSocket, so the HTTP definition has no endpoint for it. */
export const SOCKET_PATH = "/api/socket"

/** Subprotocol that a client offers and the hub accepts. */
export const SOCKET_PROTOCOL = `holdfast.${PROTOCOL_VERSION}` as const
