/**
 * Subscribers of the peers' servers and of the bare socket server, all counted in the same way.
 */
import { once } from "node:events"
import { WebSocket } from "ws"
import { io } from "socket.io-client"
import { EVENT_BYTES, eventBytes, MARK_TEXT } from "../load/payload.ts"
import { type Fields, figure, startStation, type Station } from "../process/station.ts"

/** A server with connected subscribers. `received` counts events over all of them; `changed` is called as they arrive. */
export interface Audience {
  readonly station: Station
  readonly received: () => number
  readonly publish: () => void
  readonly onChange: (changed: () => void) => void
  /** Stops the first `count` subscribers from reading. */
  readonly stall: (count: number) => void
  readonly end: () => Promise<void>
}

/** How a peer's subscribers and publisher connect. */
export type Seats = (
  port: number,
  subscribers: number,
  count: (events: number) => void,
) => Promise<{
  readonly publish: () => void
  readonly stall: (count: number) => void
  readonly close: () => void
}>

async function open(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 64 * 1024 * 1024 })
  await once(socket, "open")
  return socket
}

/** Seats at the bare socket server, with events of `size` bytes. */
export const bareSeatsOf =
  (size: number): Seats =>
  async (port, subscribers, count) => {
    const sockets: Array<WebSocket> = []
    for (let at = 0; at < subscribers; at++) {
      const socket = await open(`ws://127.0.0.1:${port}`)
      socket.send("subscribe")
      await once(socket, "message")
      socket.on("message", (data) => count((data as Buffer).length / size))
      sockets.push(socket)
    }
    const publisher = await open(`ws://127.0.0.1:${port}`)
    const event = eventBytes(size)
    return {
      publish: () => publisher.send(event),
      stall: (many) => sockets.slice(0, many).forEach((socket) => socket.pause()),
      close: () => [...sockets, publisher].forEach((socket) => socket.terminate()),
    }
  }

/** Seats at the bare socket server. */
export const bareSeats: Seats = bareSeatsOf(EVENT_BYTES)

/** Seats at Socket.IO, with its own client. */
export const socketIoSeats: Seats = async (port, subscribers, count) => {
  const connect = async (): Promise<ReturnType<typeof io>> => {
    const socket = io(`http://127.0.0.1:${port}`, { transports: ["websocket"], forceNew: true, reconnection: false })
    await new Promise<void>((done, fail) => {
      socket.once("connect", done)
      socket.once("connect_error", fail)
    })
    return socket
  }
  const sockets: Array<ReturnType<typeof io>> = []
  for (let at = 0; at < subscribers; at++) {
    const socket = await connect()
    await socket.emitWithAck("subscribe")
    socket.on("event", () => count(1))
    sockets.push(socket)
  }
  const publisher = await connect()
  let seq = 0
  return {
    publish: () =>
      publisher.emit("publish", {
        seq: ++seq,
        time: 1_790_000_000_000,
        channel: "session",
        type: "marked",
        data: { text: MARK_TEXT },
      }),
    stall: () => {},
    close: () => [...sockets, publisher].forEach((socket) => socket.disconnect()),
  }
}

/** Counts the events of a stock RPC message and acknowledges its chunk. */
export function receiveChunk(socket: WebSocket, data: Buffer, count: (events: number) => void, ended?: () => void): void {
  const decoded = JSON.parse(data.toString("utf8")) as unknown
  for (const message of (Array.isArray(decoded) ? decoded : [decoded]) as ReadonlyArray<{
    _tag: string
    requestId?: string
    values?: ReadonlyArray<unknown>
  }>) {
    if (message._tag === "Chunk") {
      count(message.values?.length ?? 0)
      socket.send(JSON.stringify({ _tag: "Ack", requestId: message.requestId }))
    } else if (message._tag === "Exit") {
      ended?.()
    } else if (message._tag !== "Pong") {
      throw new Error(`unexpected RPC message ${data.toString("utf8", 0, 300)}`)
    }
  }
}

/** Seats at the stock RPC server, speaking its JSON messages with as little of their own work as possible. */
export const stockRpcSeats: Seats = async (port, subscribers, count) => {
  const sockets: Array<WebSocket> = []
  for (let at = 0; at < subscribers; at++) {
    const socket = await open(`ws://127.0.0.1:${port}/rpc`)
    socket.on("message", (data) => receiveChunk(socket, data as Buffer, count))
    socket.send(JSON.stringify({ _tag: "Request", id: "1", tag: "Subscribe", payload: null, headers: [] }))
    sockets.push(socket)
  }
  const publisher = await open(`ws://127.0.0.1:${port}/rpc`)
  let seq = 0
  return {
    publish: () =>
      publisher.send(JSON.stringify({ _tag: "Request", id: String(++seq), tag: "Publish", payload: { seq }, headers: [] })),
    stall: (many) => sockets.slice(0, many).forEach((socket) => socket.pause()),
    close: () => [...sockets, publisher].forEach((socket) => socket.terminate()),
  }
}

/** Starts a server and seats its subscribers; ends the server when that fails. */
export async function gather(server: URL, seats: Seats, subscribers: number, mode: Fields = { mode: "each" }): Promise<Audience> {
  const station = startStation(server)
  let received = 0
  let changed = (): void => {}
  const count = (events: number): void => {
    received += events
    changed()
  }
  try {
    const port = figure(await station.call("port"), "port")
    if (server === BARE) await station.call("mode", mode)
    const seated = await seats(port, subscribers, count)
    return {
      station,
      received: () => received,
      publish: seated.publish,
      onChange: (next) => {
        changed = next
      },
      stall: seated.stall,
      end: async () => {
        seated.close()
        await station.end()
      },
    }
  } catch (error) {
    await station.end()
    throw error
  }
}

/** The bare socket server. */
export const BARE = new URL("./raw-socket-server.ts", import.meta.url)
/** Socket.IO. */
export const SOCKET_IO = new URL("./socket-io-server.ts", import.meta.url)
/** Stock Effect RPC. */
export const STOCK_RPC = new URL("./stock-rpc-server.ts", import.meta.url)
