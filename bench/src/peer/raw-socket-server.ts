/**
 * A station: the bare WebSocket server, the limit of delivery. It keeps nothing and knows nothing of sessions.
 *
 * A text message `subscribe` makes a connection a subscriber; a binary message goes to every subscriber: at once from
 * one shared buffer, or, after `mode` with `tick`, gathered and written once a tick. `synced` appends to a file and
 * syncs it first, beside the loop; what comes meanwhile is synced together. `group` appends every binary message to a
 * file, synced once per tick, and answers its sender only.
 */
import { createReadStream, fdatasyncSync, openSync, writeSync } from "node:fs"
import type { Socket } from "node:net"
import { once } from "node:events"
import { WebSocketServer, type WebSocket } from "ws"
import { answer } from "../process/station.ts"
import { behindSync } from "./behind-sync.ts"

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false })
const subscribers = new Set<Socket>()
let mode: "each" | "tick" | "group" | "synced" = "each"
let pending: Array<Buffer> = []
const senders: Array<WebSocket> = []
let log = -1
let file = ""
/** Publishes once it is durable. */
let synced = (_message: Buffer): void => {}

/** A whole binary WebSocket frame as a server sends it: final, not masked, not compressed. */
function frame(payload: Buffer): Buffer {
  const size = payload.length < 126 ? 2 : payload.length < 65_536 ? 4 : 10
  const header = Buffer.alloc(size)
  header[0] = 0x82
  header[1] = size === 2 ? payload.length : size === 4 ? 126 : 127
  if (size === 4) header.writeUInt16BE(payload.length, 2)
  if (size === 10) header.writeBigUInt64BE(BigInt(payload.length), 2)
  return Buffer.concat([header, payload])
}

function publish(bytes: Buffer): void {
  for (const socket of subscribers) socket.write(bytes)
}

function tick(): void {
  const gathered = pending
  pending = []
  if (mode === "group") {
    writeSync(log, Buffer.concat(gathered))
    fdatasyncSync(log)
    for (const sender of senders.splice(0)) sender.send("1")
  } else {
    publish(frame(Buffer.concat(gathered)))
  }
}

function take(message: Buffer, from: WebSocket): void {
  if (mode === "each") return publish(frame(message))
  if (mode === "synced") return synced(message)
  if (pending.length === 0) setImmediate(tick)
  pending.push(message)
  if (mode === "group") senders.push(from)
}

async function sendFile(to: WebSocket): Promise<void> {
  for await (const chunk of createReadStream(file, { highWaterMark: 64 * 1024 })) {
    to.send(chunk as Buffer)
    if (to.bufferedAmount > 1024 * 1024) await new Promise<void>((done) => to.send(Buffer.alloc(0), () => done()))
  }
  to.send("end")
}

server.on("connection", (socket, request) => {
  request.socket.setNoDelay(true)
  socket.on("error", () => subscribers.delete(request.socket))
  socket.on("close", () => subscribers.delete(request.socket))
  socket.on("message", (data, binary) => {
    const bytes = data as Buffer
    if (binary) return take(bytes, socket)
    const text = bytes.toString("utf8")
    if (text === "subscribe") {
      subscribers.add(request.socket)
      socket.send("subscribed")
    } else if (text === "file") {
      void sendFile(socket)
    }
  })
})

answer({
  port: async () => {
    if (server.address() === null) await once(server, "listening")
    const address = server.address()
    if (address === null || typeof address === "string") throw new Error("no port")
    return { port: address.port }
  },
  mode: (fields) => {
    const asked = fields["mode"]
    mode = asked === "tick" || asked === "group" || asked === "synced" ? asked : "each"
    const named = String(fields["file"])
    if (mode === "group") log = openSync(named, "a", 0o600)
    if (mode === "synced") {
      synced = behindSync(
        named,
        (message) => message,
        (message) => publish(frame(message)),
      )
    }
    return {}
  },
  file: (fields) => {
    file = String(fields["file"])
    return {}
  },
})
