/**
 * Deliveries per second when many events come at once for 100 subscribers.
 */
import { until } from "../load/until.ts"
import { gatherOurs } from "../ours/audience.ts"
import { BARE, bareSeats, gather, SOCKET_IO, socketIoSeats, STOCK_RPC, stockRpcSeats, type Audience } from "../peer/audience.ts"
import { ofLimit, type Contestant, type Figures, type Place, type Row } from "../row.ts"

const SUBSCRIBERS = 100

async function burst(place: Place, listeners: Pick<Audience, "received" | "publish" | "onChange">): Promise<Figures> {
  const events = place.size(5000, 1000)
  const before = listeners.received()
  const arrived = until("the burst was delivered", 60_000, () => listeners.received() - before >= events * SUBSCRIBERS)
  listeners.onChange(arrived.check)
  const began = performance.now()
  for (let at = 0; at < events; at++) listeners.publish()
  await arrived.reached
  return { rate: (events * SUBSCRIBERS * 1000) / (performance.now() - began) }
}

const other = (name: string, start: () => Promise<Audience>): Contestant => ({
  name,
  open: async (place) => {
    const audience = await start()
    return { measure: () => burst(place, audience), close: audience.end }
  },
})

/** The row. Ours is durable: the burst passes the store. */
export const FAN_OUT_BURST: Row = {
  id: "fan-out-burst",
  title: "fan-out burst, 100 subscribers, ours durable",
  figures: [{ id: "rate", title: "", unit: "deliveries/s", better: "more", goals: [ofLimit(0.3, 0.6)] }],
  ours: {
    name: "holdfast",
    open: async (place) => {
      const audience = await gatherOurs(place, SUBSCRIBERS)
      return { measure: () => burst(place, audience), close: audience.end }
    },
  },
  limit: other("raw ws, one write a tick", () => gather(BARE, bareSeats, SUBSCRIBERS, { mode: "tick" })),
  peers: [
    other("socket.io", () => gather(SOCKET_IO, socketIoSeats, SUBSCRIBERS)),
    other("stock Effect RPC", () => gather(STOCK_RPC, stockRpcSeats, SUBSCRIBERS)),
  ],
}
