/**
 * What an open, silent connection costs the server in memory.
 */
import { once } from "node:events"
import { io } from "socket.io-client"
import { WebSocket } from "ws"
import { openHub } from "../ours/hub.ts"
import { connectWire, type Wire } from "../ours/wire.ts"
import { BARE, SOCKET_IO } from "../peer/audience.ts"
import { growth, settled, type Held } from "../process/held.ts"
import { collectStation, figure, startStation } from "../process/station.ts"
import { ofLimit, type Contestant, type Place, type Row } from "../row.ts"

const WARM = 100

const connections = (place: Place): number => place.size(1000, 300)

/** Kilobytes per connection. A few go first, to bring the process to its working size. */
async function perConnection(place: Place, held: () => Promise<Held>, connect: () => Promise<void>): Promise<number> {
  const count = connections(place)
  for (let at = 0; at < WARM; at++) await connect()
  const before = await settled(held)
  for (let at = 0; at < count; at++) await connect()
  return growth(before, await settled(held)) / 1024 / count
}

const peer = (name: string, server: URL, connect: (port: number) => Promise<() => void>): Contestant => ({
  name,
  open: async (place) => ({
    measure: async () => {
      const station = startStation(server)
      const closers: Array<() => void> = []
      try {
        const port = figure(await station.call("port"), "port")
        const each = await perConnection(
          place,
          () => collectStation(station),
          async () => {
            closers.push(await connect(port))
          },
        )
        return { each }
      } finally {
        for (const close of closers) close()
        await station.end()
      }
    },
    close: async () => {},
  }),
})

/** The row. */
export const MEMORY_CONNECTION: Row = {
  id: "memory-connection",
  title: "server memory per idle connection (1k; short: 300)",
  cold: true,
  figures: [{ id: "each", title: "", unit: "KB", better: "less", goals: [ofLimit(2)] }],
  ours: {
    name: "holdfast",
    open: async (place) => ({
      measure: async () => {
        const hub = await openHub(place, { HOLDFAST_CONNECTIONS_MAX: "5000" })
        const wires: Array<Wire> = []
        try {
          const each = await perConnection(
            place,
            () => hub.ask("collect"),
            async () => {
              wires.push(await connectWire(hub))
            },
          )
          return { each }
        } finally {
          for (const wire of wires) await wire.close()
          await hub.end()
        }
      },
      close: async () => {},
    }),
  },
  limit: peer("raw ws", BARE, async (port) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
    await once(socket, "open")
    return () => socket.terminate()
  }),
  peers: [
    peer("socket.io", SOCKET_IO, async (port) => {
      const socket = io(`http://127.0.0.1:${port}`, { transports: ["websocket"], forceNew: true, reconnection: false })
      await new Promise<void>((done, fail) => {
        socket.once("connect", done)
        socket.once("connect_error", fail)
      })
      return () => {
        socket.disconnect()
      }
    }),
  ],
  shortRounds: 2,
}
