/**
 * Creating sessions: many at once, and one after the other. Each creation is durable and starts a child.
 *
 * Rates are those of a process that has done the same for a while: what a new process does first is slower by more
 * than half, at the limit as well, because its code is still being compiled. How fast ours makes its very first ones stands beside it.
 */
import { join } from "node:path"
import { eventBytes } from "../load/payload.ts"
import { openPipelined } from "../load/pipelined.ts"
import { drain, timed } from "../load/pump.ts"
import { openHub, terminal } from "../ours/hub.ts"
import { connectWire, type Wire } from "../ours/wire.ts"
import { BARE } from "../peer/audience.ts"
import { figure, startStation } from "../process/station.ts"
import { ofLimit, value, type Contestant, type Place, type Row } from "../row.ts"
import { quantile } from "../statistics.ts"

const OUTSTANDING = 100
/** Creations in one go: fewer than the processes that may wait to be started. */
const LOT = 400
/** Answered once it is durable; the child is started behind that, as the limit has none. */
const CHILD = { ...terminal("/bin/cat", []), wait: false }

/** Creations before the first round, and in a round; the same for both sides. */
const warming = (place: Place): number => place.size(2000, 1200)
const counted = (place: Place): number => place.size(2000, 800)

/** One side: makes one, and removes what was made. */
interface Maker {
  readonly make: () => Promise<void>
  readonly remove: () => Promise<void>
}

/** Makes this many with 100 outstanding, and gives how many a second; removing them takes none of the time. */
async function rateOf(count: number, { make, remove }: Maker): Promise<number> {
  let milliseconds = 0
  for (let made = 0; made < count; made += LOT) {
    milliseconds += await drain(OUTSTANDING, Math.min(LOT, count - made), make)
    await remove()
  }
  return (count * 1000) / milliseconds
}

/** Removes sessions after their creation was measured, so that children do not pile up. */
const removeAll = async (wire: Wire, ids: ReadonlyArray<string>): Promise<void> => {
  await drain(20, ids.length, async (at) => {
    await wire.call("sessions.delete", { session: ids[at] })
  })
}

/** Sessions with children, over a connection. */
function sessions(wire: Wire): Maker {
  const ids: Array<string> = []
  return {
    make: async () => {
      ids.push(String((await wire.call("sessions.create", CHILD))["id"]))
    },
    remove: () => removeAll(wire, ids.splice(0)),
  }
}

const groupCommit = (name: string, together: boolean): Contestant => ({
  name,
  open: async (place) => {
    const station = startStation(BARE)
    const port = figure(await station.call("port"), "port")
    await station.call("mode", { mode: "group", file: join(place.directory, "created") })
    const { socket, send } = await openPipelined(`ws://127.0.0.1:${port}`)
    const waiting: Array<() => void> = []
    socket.on("message", () => waiting.shift()?.())
    const event = eventBytes()
    const maker: Maker = {
      make: () =>
        new Promise((done) => {
          waiting.push(done)
          if (together) send(event)
          else socket.send(event)
        }),
      remove: () => Promise.resolve(),
    }
    const first = await rateOf(OUTSTANDING, maker)
    await rateOf(warming(place), maker)
    return {
      measure: async () => ({ rate: await rateOf(counted(place), maker), first }),
      close: async () => {
        socket.terminate()
        await station.end()
      },
    }
  },
})

/** 100 creations outstanding. */
export const CREATE_OUTSTANDING: Row = {
  id: "create-outstanding",
  title: `session create at a steady rate, ${OUTSTANDING} outstanding, durable, a child started behind each`,
  figures: [
    { id: "rate", title: "", unit: "/s", better: "more", goals: [ofLimit(0.5, 0.6)] },
    { id: "first", title: `the first ${OUTSTANDING} of a process`, unit: "/s", better: "more", goals: [] },
  ],
  ours: {
    name: "holdfast",
    open: async (place) => {
      const hub = await openHub(place)
      const wire = await connectWire(hub)
      // The first one starts the runner.
      await wire.call("sessions.create", CHILD)
      const maker = sessions(wire)
      const first = await rateOf(OUTSTANDING, maker)
      await rateOf(warming(place), maker)
      return {
        measure: async () => ({ rate: await rateOf(counted(place), maker), first }),
        close: async () => {
          await wire.close()
          await hub.end()
        },
      }
    },
  },
  limit: groupCommit("raw ws + group commit", false),
  peers: [groupCommit("the same, requests of a turn in one write", true)],
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
      await wire.call("sessions.create", CHILD)
      const { make, remove } = sessions(wire)
      return {
        measure: async () => {
          const times = await timed(place.size(300, 40), make)
          await remove()
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
