/**
 * A station: Socket.IO with one room, WebSocket only. It keeps nothing. `say` has it say words that are times to the room; after
 * `durable` a word goes out once it is in a file and synced.
 */
import { createServer } from "node:http"
import { once } from "node:events"
import { setTimeout as pause } from "node:timers/promises"
import { Server } from "socket.io"
import { EVENT_BYTES } from "../load/payload.ts"
import { stamp } from "../load/stamp.ts"
import { answer, figure } from "../process/station.ts"
import { behindSync } from "./behind-sync.ts"

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

const emit = (event: object): void => void server.to("all").emit("event", event)
let publish = emit

// Ids as long as those of a session, a turn and a text.
const [runId, turn, id] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()]

async function speak(words: number, millis: number): Promise<void> {
  for (let seq = 1; seq <= words; seq++) {
    await pause(millis)
    publish({ runId, seq, time: Date.now(), channel: "agent", type: "text-delta", turn, data: { id, delta: stamp() } })
  }
}

answer({
  durable: (fields) => {
    publish = behindSync(String(fields["file"]), (event) => Buffer.from(JSON.stringify(event).padEnd(EVENT_BYTES)), emit)
    return {}
  },
  say: (fields) => {
    void speak(figure(fields, "words"), figure(fields, "millis"))
    return {}
  },
  port: async () => {
    if (!http.listening) await once(http, "listening")
    const address = http.address()
    if (address === null || typeof address === "string") throw new Error("no port")
    return { port: address.port }
  },
})
