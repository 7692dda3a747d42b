/**
 * What a client with many cached sessions holds in memory: each with its record and its newest messages.
 */
import { collectStation, figure, startStation } from "../process/station.ts"
import { settled } from "../process/held.ts"
import { ofLimit, value, type Contestant, type Row } from "../row.ts"

const COUNT = 100

const holder = (name: string, program: URL): Contestant => ({
  name,
  open: () =>
    Promise.resolve({
      measure: async () => {
        const station = startStation(program)
        try {
          const before = await settled(() => collectStation(station))
          if (figure(await station.call("make", { count: COUNT }), "kept") !== COUNT) throw new Error("not all are kept")
          const after = await settled(() => collectStation(station))
          return { heap: (after.heap - before.heap) / 1024 / 1024 }
        } finally {
          await station.end()
        }
      },
      close: () => Promise.resolve(),
    }),
})

/** The row. */
export const MEMORY_CACHED: Row = {
  id: "memory-cached",
  title: `client memory with ${COUNT} cached sessions of 50 messages`,
  cold: true,
  figures: [{ id: "heap", title: "heap", unit: "MB", better: "less", goals: [ofLimit(1.5), value(10)] }],
  ours: holder("holdfast", new URL("../ours/cached-sessions.ts", import.meta.url)),
  limit: holder("plain map", new URL("../limit/plain-pages.ts", import.meta.url)),
  peers: [],
  shortRounds: 1,
}
