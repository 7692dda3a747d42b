/**
 * How long the hub's event loop is held up while 10,000 durable events a second pass it, over the socket, in 50 sessions.
 */
import { MARK_TEXT } from "../load/payload.ts"
import { pace } from "../load/pump.ts"
import { createSession, openHub, terminal } from "../ours/hub.ts"
import { connectWire, type Wire } from "../ours/wire.ts"
import { figure, startStation } from "../process/station.ts"
import { value, type Row } from "../row.ts"

const SESSIONS = 50
const PER_SECOND = 10_000
/** Appends under way per connection; beyond it the pace is what the hub can do, and `rate` says so. */
const MOST = 200

/** The row. The limit is an idle loop of the same Node. */
export const LOOP_DELAY: Row = {
  id: "loop-delay",
  title: "event loop of the hub at 10k durable events/s",
  figures: [
    { id: "p99", title: "delay p99", unit: "ms", better: "less", goals: [value(3, 1)] },
    { id: "rate", title: "events reached", unit: "events/s", better: "more", goals: [value(9500)] },
  ],
  ours: {
    name: "holdfast",
    open: async (place) => {
      const hub = await openHub(place)
      const wires: Array<{ readonly wire: Wire; underWay: number }> = []
      const sessions: Array<string> = []
      for (let at = 0; at < SESSIONS; at++) sessions.push(await createSession(hub, terminal("/bin/true", [])))
      for (let at = 0; at < 4; at++) wires.push({ wire: await connectWire(hub), underWay: 0 })
      return {
        measure: async () => {
          let done = 0
          let next = 0
          let refused: unknown
          await hub.ask("reset")
          const began = performance.now()
          await pace(PER_SECOND, place.size(5000, 1500), () => {
            const at = next++
            const lane = wires[at % wires.length]
            if (lane === undefined || lane.underWay >= MOST) return
            lane.underWay++
            lane.wire.call("log.mark", { session: sessions[at % SESSIONS], text: MARK_TEXT }).then(
              () => {
                lane.underWay--
                done++
              },
              (error: unknown) => {
                refused = error
              },
            )
          })
          const { p99 } = await hub.ask("read")
          if (refused !== undefined) throw refused
          return { p99, rate: (done * 1000) / (performance.now() - began) }
        },
        close: async () => {
          for (const { wire } of wires) await wire.close()
          await hub.end()
        },
      }
    },
  },
  limit: {
    name: "idle loop",
    open: async (place) => {
      const station = startStation(new URL("../limit/idle-loop.ts", import.meta.url))
      return {
        measure: async () => ({ p99: figure(await station.call("idle", { milliseconds: place.size(5000, 800) }), "p99") }),
        close: station.end,
      }
    },
  },
  peers: [],
}
