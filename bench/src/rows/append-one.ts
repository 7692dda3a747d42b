/**
 * The time until one event is durable, one after the other.
 */
import { join } from "node:path"
import { timed } from "../load/pump.ts"
import { eventBytes } from "../load/payload.ts"
import { syncedFile } from "../limit/synced-file.ts"
import { openStore } from "../ours/store.ts"
import { startRedis } from "../peer/redis.ts"
import { figure } from "../process/station.ts"
import { ofLimit, type Row } from "../row.ts"
import { quantile } from "../statistics.ts"

/** Events per round, also of the short form: after some hundreds ours is compiled, as a hub that runs is. */
const EVENTS = 1000

/** One durable event, p50. */
export const APPEND_ONE: Row = {
  id: "append-one",
  title: "append, one durable event",
  figures: [{ id: "p50", title: "p50", unit: "ms", better: "less", goals: [ofLimit(1.5, 1.2)] }],
  ours: {
    name: "holdfast",
    open: async (place) => {
      const store = await openStore(join(place.directory, "store"), 1)
      return {
        measure: async () => ({ p50: figure(await store.call("singles", { count: EVENTS }), "p50") }),
        close: store.end,
      }
    },
  },
  limit: { name: "fdatasync of one event", open: async (place) => syncedFile(place, 1, place.size(1000, 300)) },
  peers: [
    {
      name: "redis",
      open: async (place) => {
        const server = await startRedis(place.directory)
        const connection = await server.connect()
        const event = eventBytes()
        return {
          measure: async () => {
            const times = await timed(EVENTS, async () => {
              await connection.send("XADD", "session", "*", "e", event)
            })
            return { p50: quantile(times, 0.5) }
          },
          close: async () => {
            connection.close()
            await server.end()
          },
        }
      },
    },
  ],
}
