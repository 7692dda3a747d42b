/** Subscribers of a terminal through the Socket.IO door, with the official client, as those of a bare Socket.IO server are. */
import { io, type Socket } from "socket.io-client"
import type { Hub } from "./hub.ts"

/** A `run:event`, as far as it is counted. */
interface Counted {
  readonly channel: string
  readonly data: { readonly text?: string }
}

/** Attached clients. */
export interface IoSeats {
  readonly close: () => void
}

async function connect(hub: Hub): Promise<Socket> {
  const extraHeaders = { authorization: `Bearer ${hub.token}` }
  const socket = io(hub.url, { transports: ["websocket"], forceNew: true, reconnection: false, extraHeaders })
  await new Promise<void>((done, fail) => {
    socket.once("connect", done)
    socket.once("connect_error", fail)
  })
  return socket
}

/** Attaches `subscribers` clients to a terminal; `output` is called with the length of each piece. */
export async function takeIoSeats(
  hub: Hub,
  session: string,
  subscribers: number,
  output: (length: number) => void,
): Promise<IoSeats> {
  const sockets: Array<Socket> = []
  for (let at = 0; at < subscribers; at++) {
    const socket = await connect(hub)
    sockets.push(socket)
    socket.on("run:event", ({ channel, data }: Counted) => {
      if (channel === "pty:stdout") output(data.text?.length ?? 0)
    })
    const ack = (await socket.emitWithAck("run:attach", { runId: session })) as { readonly error?: { readonly message: string } }
    if (ack.error !== undefined) throw new Error(ack.error.message)
  }
  return { close: () => sockets.forEach((socket) => socket.disconnect()) }
}
