/**
 * Durable appends per second: batches of single events to 100 sessions, one batch after the other, through the store.
 */
import { join } from "node:path"
import { pump } from "../load/pump.ts"
import { eventBytes } from "../load/payload.ts"
import { syncedFile } from "../limit/synced-file.ts"
import { openStore } from "../ours/store.ts"
import { startRedis } from "../peer/redis.ts"
import { figure } from "../process/station.ts"
import { ofLimit, type Contestant, type Row } from "../row.ts"

const SESSIONS = 100

const ours = (batch: number): Contestant => ({
  name: "holdfast",
  open: async (place) => {
    const store = await openStore(join(place.directory, "store"), SESSIONS)
    return {
      measure: async () => {
        const did = await store.call("batches", { batch, milliseconds: place.size(3000, 400) })
        return { rate: figure(did, "rate") }
      },
      close: store.end,
    }
  },
})

const redis = (batch: number): Contestant => ({
  name: "redis",
  open: async (place) => {
    const server = await startRedis(place.directory)
    const connection = await server.connect()
    const event = eventBytes()
    let at = 0
    return {
      measure: async () => {
        const { done, milliseconds } = await pump(1, place.size(3000, 400), async () => {
          await Promise.all(
            Array.from({ length: batch }, () => connection.send("XADD", `session-${at++ % SESSIONS}`, "*", "e", event)),
          )
        })
        return { rate: (done * batch * 1000) / milliseconds }
      },
      close: async () => {
        connection.close()
        await server.end()
      },
    }
  },
})

const row = (batch: number, reach: number, target: number): Row => ({
  id: `append-${batch}`,
  title: `append, durable, ${SESSIONS} sessions, batch ${batch}`,
  figures: [{ id: "rate", title: "", unit: "events/s", better: "more", goals: [ofLimit(reach, target)] }],
  ours: ours(batch),
  limit: { name: "file + fdatasync", open: async (place) => syncedFile(place, batch, place.size(3000, 400)) },
  peers: [redis(batch)],
})

/** Batches of 10 and of 100. */
export const APPEND_BATCH: ReadonlyArray<Row> = [row(10, 0.3, 0.4), row(100, 0.18, 0.25)]
