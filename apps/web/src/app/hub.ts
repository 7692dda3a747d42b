/** The connection to the server that this page comes from, and the outbox that keeps what is to be sent to it. */
import { connect } from "@holdfast/client"
import type { Hub, OutboxLike } from "@holdfast/client/model"
import { openOutbox, sendOnConnection } from "@holdfast/client/outbox"
import { basePath, serverUrl } from "./base.ts"
import { deviceName } from "./device.ts"

/** Someone looks at this page and waits: it is back less than a second after the server is. */
const BACKOFF = { first: 100, most: 800 }

/** Connects to the server. */
export function connectToServer(): Hub {
  return connect(serverUrl(), { name: deviceName(), backoff: BACKOFF })
}

/** Opens the outbox of this server: one for all tabs. */
export function openBox({ connection }: Hub): Promise<OutboxLike> {
  return openOutbox({ name: `app${basePath()}`, send: sendOnConnection(connection) })
}
