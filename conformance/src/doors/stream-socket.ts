/** The stream socket, through the client library: it resumes by itself, and its reader continues after a cut. */
import WebSocket from "ws"
import { Attachment, Connection, decodeRecord, HoldfastError, type Item, socketUrl, wsSocket } from "@holdfast/client"
import { SOCKET_PATH, SOCKET_PROTOCOL } from "@holdfast/protocol/stream-socket"
import { type AttachWith, type DoorItem, type DoorReader, DoorRefused, type DoorUnderTest, type SendWith } from "../door.ts"
import { eventItem, type HubUnderTest } from "../hub.ts"

interface Line {
  readonly connection: Connection
  /** Breaks the socket of the moment. */
  readonly cut: () => void
}

function open(hub: HubUnderTest, token: string): Line {
  let latest: WebSocket | undefined
  class Kept extends WebSocket {
    constructor(...given: ConstructorParameters<typeof WebSocket>) {
      super(...given)
      // oxlint-disable-next-line typescript/no-this-alias
      latest = this
    }
  }
  const socket = wsSocket(Kept as never, socketUrl(hub.url), token)
  const connection = new Connection({ open: socket, name: "conformance", backoff: { first: 20, most: 500 } })
  return { connection, cut: () => latest?.terminate() }
}

/** The item of the library's item; those about the connection say nothing of the log. */
function itemOf(item: Item): DoorItem | undefined {
  switch (item._tag) {
    case "Event":
      return eventItem(decodeRecord(item.record))
    case "Snapshot":
      return { kind: "snapshot", seq: item.seq, reason: item.reason }
    case "Synced":
      return { kind: "synced", seq: item.seq }
    case "Ended":
      return { kind: "ended", tag: item.error?.tag ?? "Detached", message: item.error?.message ?? "the client detached" }
    default:
      return undefined
  }
}

function attach(hub: HubUnderTest, { session, token, after, log }: AttachWith): DoorReader {
  const { connection, cut } = open(hub, token)
  const cursor = { ...(after === undefined ? {} : { after }), ...(log === undefined ? {} : { log }) }
  const attachment = new Attachment(connection, { session, mode: "viewer", ...cursor })
  const items = attachment[Symbol.asyncIterator]()
  const next = async (): Promise<DoorItem | undefined> => {
    for (;;) {
      const { done, value } = await items.next()
      if (done === true) return undefined
      const item = itemOf(value)
      if (item !== undefined) return item
    }
  }
  return {
    next,
    cut,
    // What is not taken is not acknowledged: that is how a reader of this door stops.
    pause: () => undefined,
    resume: () => undefined,
    close: () => {
      attachment.detach()
      connection.close()
    },
  }
}

async function send(hub: HubUnderTest, { session, token, text, key }: SendWith): Promise<unknown> {
  const { connection } = open(hub, token)
  try {
    await connection.online(20_000)
    return await connection.call("messages.send", { session, text, key })
  } catch (error) {
    throw error instanceof HoldfastError ? new DoorRefused(error.tag, error.message) : error
  } finally {
    connection.close()
  }
}

async function type(hub: HubUnderTest, { session, token, text }: SendWith): Promise<unknown> {
  const { connection } = open(hub, token)
  try {
    const attachment = new Attachment(connection, { session, mode: "interactive" })
    await attachment.type(new TextEncoder().encode(text))
    return {}
  } finally {
    connection.close()
  }
}

/** The stream socket of a server. */
export function streamSocketDoor(hub: HubUnderTest): DoorUnderTest {
  return {
    name: "stream socket",
    shows: "events",
    entries: [{ method: "GET", path: SOCKET_PATH, upgrade: [SOCKET_PROTOCOL] }],
    attach: (request) => Promise.resolve(attach(hub, request)),
    send: (request) => send(hub, request),
    type: (request) => type(hub, request),
    typesByNumber: true,
  }
}
