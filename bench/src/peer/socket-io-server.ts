/**
 * A station: Socket.IO with one room, WebSocket only. It keeps nothing.
 */
import { createServer } from "node:http"
import { once } from "node:events"
import { Server } from "socket.io"
import { answer } from "../process/station.ts"

const http = createServer()
const server = new Server(http, { transports: ["websocket"], serveClient: false })

server.on("connection", (socket) => {
  socket.on("subscribe", (done: () => void) => {
    void socket.join("all")
    done()
  })
  socket.on("publish", (event: unknown) => server.to("all").emit("event", event))
})
http.listen(0, "127.0.0.1")

answer({
  port: async () => {
    if (!http.listening) await once(http, "listening")
    const address = http.address()
    if (address === null || typeof address === "string") throw new Error("no port")
    return { port: address.port }
  },
})
