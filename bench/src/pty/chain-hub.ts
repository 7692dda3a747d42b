/**
 * A station, the second half of the bare chain: unix socket → SQLite worker → WebSocket. A message of the WebSocket
 * goes back over the unix socket.
 *
 * At most 4 MiB wait for the store or the viewer; beyond that the unix socket is not read.
 */
import { once } from "node:events"
import { createServer, type Socket } from "node:net"
import { MessageChannel, Worker } from "node:worker_threads"
import { WebSocketServer, type WebSocket } from "ws"
import { answer } from "../process/station.ts"

const MOST = 4 * 1024 * 1024

const viewers = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false })
let viewer: WebSocket | undefined
let runner: Socket | undefined

const waiting: Array<{ readonly seq: number; readonly bytes: Buffer }> = []
let underWay = 0
let seq = 0
let ended = false

function flow(): void {
  const full = underWay + (viewer?.bufferedAmount ?? 0) > MOST
  if (full) runner?.pause()
  else runner?.resume()
  if (ended && waiting.length === 0) viewer?.send("end")
}

function durable(last: number): void {
  while (waiting[0] !== undefined && waiting[0].seq <= last) {
    const piece = waiting.shift()
    if (piece === undefined) break
    underWay -= piece.bytes.length
    viewer?.send(piece.bytes, flow)
  }
  flow()
}

viewers.on("connection", (socket, request) => {
  request.socket.setNoDelay(true)
  viewer = socket
  socket.on("message", (data) => runner?.write(data as Buffer))
  socket.on("error", () => {})
})

answer({
  open: async (fields) => {
    const { port1, port2 } = new MessageChannel()
    const worker = new Worker(new URL("./chain-store.ts", import.meta.url), {
      workerData: { port: port2, path: fields["database"] ?? "" },
      transferList: [port2],
    })
    worker.on("error", (error) => {
      throw error
    })
    port1.on("message", durable)
    const server = createServer((socket) => {
      runner = socket
      ended = false
      socket.on("error", () => {})
      socket.on("data", (bytes) => {
        const piece = { seq: ++seq, bytes }
        waiting.push(piece)
        underWay += bytes.length
        port1.postMessage(piece)
        flow()
      })
      socket.on("end", () => {
        ended = true
        flow()
      })
    }).listen(String(fields["socket"]))
    await once(server, "listening")
    if (viewers.address() === null) await once(viewers, "listening")
    const address = viewers.address()
    if (address === null || typeof address === "string") throw new Error("no port")
    return { port: address.port }
  },
})
