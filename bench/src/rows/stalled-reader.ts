/**
 * What a subscriber that stops reading costs the server: 14 subscribers, 12 of them stalled, while output flows.
 */
import { LONG_TEXT } from "../load/payload.ts"
import { pace } from "../load/pump.ts"
import { until } from "../load/until.ts"
import { gatherOurs } from "../ours/audience.ts"
import { BARE, bareSeatsOf, gather } from "../peer/audience.ts"
import { growth, settled, type Held } from "../process/held.ts"
import { collectStation } from "../process/station.ts"
import { value, type Contestant, type Figures, type Place, type Row } from "../row.ts"

const SUBSCRIBERS = 14
const STALLED = 12

/** Megabytes per stalled reader after the flow, over the same flow with no one stalled. */
async function perStalled(
  place: Place,
  listeners: {
    readonly received: () => number
    readonly publish: () => void
    readonly onChange: (changed: () => void) => void
    readonly stall: (count: number) => void
  },
  collect: () => Promise<Held>,
): Promise<Figures> {
  const flow = async (readers: number): Promise<Held> => {
    const before = listeners.received()
    const made = await pace(2000, place.size(10_000, 2000), listeners.publish)
    const arrived = until("everybody who reads has everything", 60_000, () => listeners.received() - before >= made * readers)
    listeners.onChange(arrived.check)
    arrived.check()
    await arrived.reached
    return settled(collect)
  }
  await flow(SUBSCRIBERS)
  const before = await flow(SUBSCRIBERS)
  listeners.stall(STALLED)
  const after = await flow(SUBSCRIBERS - STALLED)
  return { each: growth(before, after) / 1e6 / STALLED, heap: (after.heap - before.heap) / 1e6 / STALLED }
}

const bare: Contestant = {
  name: "raw ws without a bound",
  open: async (place) => ({
    measure: async () => {
      const audience = await gather(BARE, bareSeatsOf(LONG_TEXT.length), SUBSCRIBERS)
      try {
        return await perStalled(place, audience, () => collectStation(audience.station))
      } finally {
        await audience.end()
      }
    },
    close: async () => {},
  }),
}

/** The row. */
export const STALLED_READER: Row = {
  id: "stalled-reader",
  title: "server memory per stalled reader while 8 MB/s flow",
  cold: true,
  figures: [
    { id: "each", title: "", unit: "MB", better: "less", goals: [value(2)] },
    { id: "heap", title: "of it in the heap", unit: "MB", better: "less", goals: [] },
  ],
  ours: {
    name: "holdfast",
    open: async (place) => ({
      measure: async () => {
        const audience = await gatherOurs(place, SUBSCRIBERS, LONG_TEXT)
        try {
          return await perStalled(place, audience, () => audience.hub.ask("collect"))
        } finally {
          await audience.end()
        }
      },
      close: async () => {},
    }),
  },
  peers: [bare],
  shortRounds: 1,
}
