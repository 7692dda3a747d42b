/**
 * Creating sessions: many at once, and one after the other. Each creation is durable and starts a child.
 */
import { join } from "node:path"
import { once } from "node:events"
import { WebSocket } from "ws"
import { drain, timed } from "../load/pump.ts"
import { eventBytes } from "../load/payload.ts"
import { openHub, terminal } from "../ours/hub.ts"
import { connectWire, type Wire } from "../ours/wire.ts"
import { BARE } from "../peer/audience.ts"
import { figure, startStation } from "../process/station.ts"
import { ofLimit, value, type Contestant, type Row } from "../row.ts"
import { quantile } from "../statistics.ts"

const OUTSTANDING = 100
/** Answered once it is durable; the child is started behind that, as the limit has none. */
const CHILD = { ...terminal("/bin/cat", []), wait: false }

/** Removes sessions after their creation was measured, so that children do not pile up. */
const removeAll = async (wire: Wire, ids: ReadonlyArray<string>): Promise<void> => {
  await drain(20, ids.length, async (at) => {
    await wire.call("Delete", { session: ids[at] })
  })
}

const groupCommit: Contestant = {
  name: "raw ws + group commit",
  open: async (place) => {
    const station = startStation(BARE)
    const port = figure(await station.call("port"), "port")
    await station.call("mode", { mode: "group", file: join(place.directory, "created") })
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
    await once(socket, "open")
    const waiting: Array<() => void> = []
    socket.on("message", () => waiting.shift()?.())
    const event = eventBytes()
    return {
      measure: async () => {
        const count = place.size(5000, 1000)
        const milliseconds = await drain(
          OUTSTANDING,
          count,
          () =>
            new Promise((done) => {
              waiting.push(done)
              socket.send(event)
            }),
        )
        return { rate: (count * 1000) / milliseconds }
      },
      close: async () => {
        socket.terminate()
        await station.end()
      },
    }
  },
}

/** 100 creations outstanding. */
export const CREATE_OUTSTANDING: Row = {
  id: "create-outstanding",
  title: `session create, ${OUTSTANDING} outstanding, durable, a child started behind each`,
  figures: [{ id: "rate", title: "", unit: "/s", better: "more", goals: [ofLimit(0.5, 0.6)] }],
  ours: {
    name: "holdfast",
    open: async (place) => {
      const hub = await openHub(place)
      const wire = await connectWire(hub)
      // The first one starts the runner.
      await wire.call("Create", CHILD)
      return {
        measure: async () => {
          const count = place.size(400, 100)
          const ids: Array<string> = []
          const milliseconds = await drain(OUTSTANDING, count, async () => {
            ids.push(String((await wire.call("Create", CHILD))["id"]))
          })
          await removeAll(wire, ids)
          return { rate: (count * 1000) / milliseconds }
        },
        close: async () => {
          await wire.close()
          await hub.end()
        },
      }
    },
  },
  limit: groupCommit,
  peers: [],
}

/** One creation after the other. */
export const CREATE_SEQUENTIAL: Row = {
  id: "create-sequential",
  title: "session create, sequential, durable, a child started behind each",
  figures: [
    { id: "p50", title: "p50", unit: "ms", better: "less", goals: [value(2)] },
    { id: "p99", title: "p99", unit: "ms", better: "less", goals: [value(8)] },
  ],
  ours: {
    name: "holdfast",
    open: async (place) => {
      const hub = await openHub(place)
      const wire = await connectWire(hub)
      // The first one starts the runner.
      await wire.call("Create", CHILD)
      return {
        measure: async () => {
          const ids: Array<string> = []
          const times = await timed(place.size(300, 40), async () => {
            ids.push(String((await wire.call("Create", CHILD))["id"]))
          })
          await removeAll(wire, ids)
          return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
        },
        close: async () => {
          await wire.close()
          await hub.end()
        },
      }
    },
  },
  peers: [],
}
