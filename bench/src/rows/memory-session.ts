/**
 * What an idle session costs the hub in memory: thousands of them were opened once and left.
 */
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { drain } from "../load/pump.ts"
import { openHub } from "../ours/hub.ts"
import { seedStore } from "../ours/store.ts"
import { connectWire } from "../ours/wire.ts"
import { growth, settled } from "../process/held.ts"
import { figure, startStation } from "../process/station.ts"
import { value, type Row } from "../row.ts"

interface Page {
  readonly sessions: ReadonlyArray<{ readonly id: string }>
  readonly next: string | null
}

/** An untouched session leaves the hub's memory after this long here. */
const UNLOAD = 1000
const REST = 2.5

/** The row. The limit is a plain object with the fields of a record. */
export const MEMORY_SESSION: Row = {
  id: "memory-session",
  title: "hub memory per idle session (10k; short: 2k)",
  cold: true,
  figures: [
    { id: "idle", title: "opened once, then left", unit: "KB", better: "less", goals: [value(1)] },
    { id: "heap", title: "the same, heap only", unit: "KB", better: "less", goals: [value(1)] },
    { id: "loaded", title: "just opened, still loaded, heap only", unit: "KB", better: "less", goals: [] },
  ],
  ours: {
    name: "holdfast",
    open: async (place) => {
      const store = join(place.directory, "store")
      const count = place.size(10_000, 2000)
      await seedStore(store, { sessions: count, events: 0 })
      const settings = { HOLDFAST_STORE: `sqlite:${join(store, "holdfast.sqlite")}`, HOLDFAST_IDLE_UNLOAD: String(UNLOAD) }
      return {
        measure: async () => {
          const hub = await openHub(place, settings)
          try {
            const wire = await connectWire(hub)
            const ids: Array<string> = []
            for (let cursor: string | null = ""; cursor !== null;) {
              const page: Page = (
                await hub.process.call<Page>(
                  "GET",
                  `/api/sessions?limit=1000${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
                )
              ).body
              ids.push(...page.sessions.map((session) => session.id))
              cursor = page.next
            }
            if (ids.length !== count) throw new Error(`${ids.length} of ${count} sessions are listed`)
            const touch = async (from: number, to: number): Promise<void> => {
              await drain(50, to - from, async (at) => {
                const session = ids[from + at]
                await wire.call("Attach", { session, mode: "viewer", after: 0 })
                await wire.call("Detach", { session })
              })
            }
            // A tenth, again and again, brings the process to its working size: code, caches, garbage. The rest is what is measured.
            const warm = count / 10
            for (let pass = 0; pass < 12; pass++) await touch(0, warm)
            await pause(UNLOAD * REST)
            const before = await settled(() => hub.ask("collect"))
            await touch(warm, count)
            // Collected at once: within the time after which they are unloaded.
            const loaded = await hub.ask("collect")
            await pause(UNLOAD * REST)
            const idle = await settled(() => hub.ask("collect"))
            await wire.close()
            const each = (bytes: number): number => bytes / 1024 / (count - warm)
            return {
              idle: each(growth(before, idle)),
              heap: each(idle.heap - before.heap),
              loaded: each(loaded.heap - before.heap),
            }
          } finally {
            await hub.end()
          }
        },
        close: async () => {},
      }
    },
  },
  limit: {
    name: "plain object",
    open: async (place) => {
      const station = startStation(new URL("../limit/plain-objects.ts", import.meta.url))
      return {
        measure: async () => {
          const kilobytes = figure(await station.call("make", { count: place.size(10_000, 2000) }), "kilobytes")
          return { idle: kilobytes, heap: kilobytes, loaded: kilobytes }
        },
        close: station.end,
      }
    },
  },
  peers: [],
  shortRounds: 1,
}
