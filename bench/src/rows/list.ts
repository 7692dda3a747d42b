/**
 * The first page of the session list, whatever is stored: 50 of 10, 100, 1,000 and 100,000 sessions.
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { LIST_TOTAL_MAX } from "@holdfast/protocol/session"
import { timed } from "../load/pump.ts"
import { openHub, type Hub } from "../ours/hub.ts"
import { seedStore } from "../ours/store.ts"
import { openIndexed } from "../limit/indexed-select.ts"
import { ofPeer, type Contestant, type Place, type Row } from "../row.ts"
import { quantile } from "../statistics.ts"

const many = (place: Place): number => place.size(100_000, 10_000)

interface Page {
  readonly sessions: ReadonlyArray<unknown>
  readonly total: number
  readonly more: boolean
}

/** A hub over a store with this many sessions, measured by its own HTTP door. */
const listed = (name: string, sessions: (place: Place) => number): Contestant => ({
  name,
  open: async (place) => {
    const store = join(place.directory, "store")
    mkdirSync(store, { recursive: true })
    const count = sessions(place)
    await seedStore(store, { sessions: count, events: 0 })
    const hub: Hub = await openHub(place, { HOLDFAST_STORE: `sqlite:${join(store, "holdfast.sqlite")}` })
    return {
      measure: async () => {
        const times = await timed(place.size(300, 60), async () => {
          const { status, body } = await hub.process.call<Page>("GET", "/api/sessions?limit=50")
          const isWhole = count > LIST_TOTAL_MAX ? body.more : body.total === count
          if (status !== 200 || !isWhole || body.sessions.length !== Math.min(50, count))
            throw new Error(`list answered ${status}, total ${body.total}`)
        })
        return { p50: quantile(times, 0.5) }
      },
      close: hub.end,
    }
  },
})

/** The row. Flat means: the largest list takes at most twice the time of 100 sessions. */
export const LIST: Row = {
  id: "list",
  title: "list, page of 50 over HTTP, 100k sessions (short: 10k)",
  figures: [{ id: "p50", title: "p50", unit: "ms", better: "less", goals: [ofPeer("100 sessions", 2)] }],
  ours: listed("holdfast", many),
  limit: {
    name: "indexed select",
    open: async (place) => openIndexed(join(place.directory, "indexed.sqlite"), many(place), place.size(2000, 500)),
  },
  peers: [listed("10 sessions", () => 10), listed("100 sessions", () => 100), listed("1,000 sessions", () => 1000)],
}
