/**
 * Processor time per delivery: 200 events a second to 100 subscribers, 20,000 deliveries a second.
 */
import { pace } from "../load/pump.ts"
import { until } from "../load/until.ts"
import { gatherOurs } from "../ours/audience.ts"
import { BARE, bareSeats, gather, SOCKET_IO, socketIoSeats, STOCK_RPC, stockRpcSeats, type Audience } from "../peer/audience.ts"
import { cpuMilliseconds } from "../process/usage.ts"
import { ofLimit, value, type Contestant, type Figures, type Place, type Row } from "../row.ts"

type Listeners = Pick<Audience, "received" | "publish" | "onChange">

/** Publishes at an even pace and gives the server's microseconds per delivery, and milliseconds per 10,000. */
async function cost(place: Place, listeners: Listeners, pid: number, subscribers: number, perSecond: number): Promise<Figures> {
  const before = listeners.received()
  const cpu = cpuMilliseconds(pid)
  const made = await pace(perSecond, place.size(4000, 700), listeners.publish)
  const arrived = until("every event was delivered", 20_000, () => listeners.received() - before >= made * subscribers)
  listeners.onChange(arrived.check)
  arrived.check()
  await arrived.reached
  const each = ((cpuMilliseconds(pid) - cpu) * 1000) / (made * subscribers)
  return { cpu: each, tenThousand: each * 10 }
}

const ours = (subscribers: number, perSecond: number): Contestant => ({
  name: "holdfast",
  open: async (place) => {
    const audience = await gatherOurs(place, subscribers)
    return { measure: () => cost(place, audience, audience.hub.pid, subscribers, perSecond), close: audience.end }
  },
})

const other = (name: string, subscribers: number, perSecond: number, start: () => Promise<Audience>): Contestant => ({
  name,
  open: async (place) => {
    const audience = await start()
    return { measure: () => cost(place, audience, audience.station.pid, subscribers, perSecond), close: audience.end }
  },
})

/** Processor time per delivery at 20,000 deliveries a second. */
export const FAN_OUT: Row = {
  id: "fan-out",
  title: "fan-out, 20k deliveries/s, 100 subscribers, ours durable",
  figures: [{ id: "cpu", title: "CPU per delivery", unit: "µs", better: "less", goals: [ofLimit(1.5, 1.2)] }],
  ours: ours(100, 200),
  limit: other("raw ws, one shared buffer", 100, 200, () => gather(BARE, bareSeats, 100)),
  peers: [
    other("socket.io", 100, 200, () => gather(SOCKET_IO, socketIoSeats, 100)),
    other("stock Effect RPC", 100, 200, () => gather(STOCK_RPC, stockRpcSeats, 100)),
  ],
}

/** Processor time of the hub for 50 subscribers of 200 tokens, as agents make them: one each 5 ms. */
export const TEN_THOUSAND: Row = {
  id: "deliveries-10k",
  title: "hub CPU for 10,000 deliveries, 50 subscribers × 200",
  figures: [{ id: "tenThousand", title: "", unit: "ms", better: "less", goals: [value(150)] }],
  ours: ours(50, 200),
  peers: [other("socket.io", 50, 200, () => gather(SOCKET_IO, socketIoSeats, 50))],
}
