/**
 * Processor time per delivery: 200 events a second to 100 subscribers, 20,000 deliveries a second.
 *
 * Ours are pieces of a child's output, as users meet them: read from the runner, made durable, delivered.
 * Everyone's is the cost at a steady rate: what a new process does first costs more, because its code is still being compiled.
 */
import { join } from "node:path"
import { pace } from "../load/pump.ts"
import { until } from "../load/until.ts"
import { startTalking } from "../ours/talking-child.ts"
import { BARE, bareSeats, gather, SOCKET_IO, socketIoSeats, STOCK_RPC, stockRpcSeats, type Audience } from "../peer/audience.ts"
import { cpuMilliseconds } from "../process/usage.ts"
import { ofLimit, value, type Contestant, type Figures, type Opened, type Place, type Row } from "../row.ts"

/** Something that makes deliveries: `make` starts events for a while and gives how many. */
interface Source {
  readonly pid: number
  readonly received: () => number
  readonly onChange: (changed: () => void) => void
  readonly make: (milliseconds: number) => Promise<number>
}

/** Milliseconds of events before the first round. */
const WARMING = 2000

/** A source that has worked for a while. */
async function warm(place: Place, source: Source, subscribers: number, close: Opened["close"]): Promise<Opened> {
  await cost(WARMING, source, subscribers)
  return { measure: () => cost(place.size(4000, 700), source, subscribers), close }
}

/** Makes events at an even pace and gives the server's microseconds per delivery, and milliseconds per 10,000. */
async function cost(milliseconds: number, source: Source, subscribers: number): Promise<Figures> {
  const before = source.received()
  const cpu = cpuMilliseconds(source.pid)
  const made = await source.make(milliseconds)
  const arrived = until("every event was delivered", 20_000, () => source.received() - before >= made * subscribers)
  source.onChange(arrived.check)
  arrived.check()
  await arrived.reached
  const each = ((cpuMilliseconds(source.pid) - cpu) * 1000) / (made * subscribers)
  return { cpu: each, tenThousand: each * 10 }
}

const ours = (subscribers: number, perSecond: number): Contestant => ({
  name: "holdfast",
  open: async (place) => {
    const child = await startTalking(place, subscribers, perSecond)
    const make = async (milliseconds: number): Promise<number> => {
      const pieces = (milliseconds / 1000) * perSecond
      child.talk(pieces)
      return pieces
    }
    return warm(place, { ...child, pid: child.hub.pid, make }, subscribers, child.end)
  },
})

type Start = (place: Place) => Promise<Audience>

const other = (name: string, subscribers: number, perSecond: number, start: Start): Contestant => ({
  name,
  open: async (place) => {
    const audience = await start(place)
    const make = (milliseconds: number): Promise<number> => pace(perSecond, milliseconds, audience.publish)
    return warm(place, { ...audience, pid: audience.station.pid, make }, subscribers, audience.end)
  },
})

/** The least that delivery behind durability takes: nothing but a synced file in front of the bare socket server. */
const durable = (subscribers: number, perSecond: number): Contestant =>
  other("raw ws behind fdatasync", subscribers, perSecond, ({ directory }) =>
    gather(BARE, bareSeats, subscribers, { mode: "synced", file: join(directory, "synced") }),
  )

/** Processor time per delivery at 20,000 deliveries a second. */
export const FAN_OUT: Row = {
  id: "fan-out",
  title: "fan-out, 20k deliveries/s, 100 subscribers, ours durable",
  figures: [{ id: "cpu", title: "CPU per delivery", unit: "µs", better: "less", goals: [ofLimit(1.5, 1.2)] }],
  ours: ours(100, 200),
  limit: other("raw ws, one shared buffer", 100, 200, () => gather(BARE, bareSeats, 100)),
  peers: [
    durable(100, 200),
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
  peers: [durable(50, 200), other("socket.io", 50, 200, () => gather(SOCKET_IO, socketIoSeats, 50))],
}
