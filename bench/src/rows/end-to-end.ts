/**
 * Appends per second over the socket that reached every subscriber: 10 sessions with 10 subscribers each, 16 appends
 * of each session under way.
 *
 * The rate is that of a hub, a server and a bench that have done the same for a while; what a new hub reaches at first
 * stands beside it.
 */
import { MARK_TEXT, eventBytes } from "../load/payload.ts"
import { pump } from "../load/pump.ts"
import { until } from "../load/until.ts"
import { createSession, openHub, terminal } from "../ours/hub.ts"
import { connectWire, type Wire } from "../ours/wire.ts"
import { startRedis } from "../peer/redis.ts"
import { ofLimit, type Contestant, type Figures, type Opened, type Place, type Row } from "../row.ts"

const SESSIONS = 10
const SUBSCRIBERS = 10
const WINDOW = 16
/** Milliseconds of the first figure, and of appends behind it before the first round. */
const FIRST = 500
const WARMING = 2500

/** One side: gives the appends per second that reached everyone within some milliseconds. */
type Rate = (milliseconds: number) => Promise<number>

/** A side that has worked for a while. */
async function warm(place: Place, rate: Rate, close: Opened["close"]): Promise<Opened> {
  const first = await rate(FIRST)
  await rate(WARMING)
  return { measure: async (): Promise<Figures> => ({ rate: await rate(place.size(3000, 500)), first }), close }
}

const ours: Contestant = {
  name: "holdfast",
  open: async (place) => {
    const hub = await openHub(place)
    const wires: Array<Wire> = []
    const open = async (): Promise<Wire> => {
      const wire = await connectWire(hub)
      wires.push(wire)
      return wire
    }
    const writers = await Promise.all(Array.from({ length: SESSIONS }, open))
    const sessions: Array<string> = []
    for (let at = 0; at < SESSIONS; at++) sessions.push(await createSession(hub, terminal("/bin/cat", [])))
    let changed = (): void => {}
    let received = 0
    const count = (events: number): void => {
      received += events
      changed()
    }
    for (const session of sessions) {
      for (let at = 0; at < SUBSCRIBERS; at++) await (await open()).attach(session, {}, count)
    }
    const rate: Rate = async (milliseconds) => {
      const before = received
      const began = performance.now()
      const { done } = await pump(SESSIONS * WINDOW, milliseconds, async (lane) => {
        const at = lane % SESSIONS
        await writers[at]?.call("log.mark", { session: sessions[at], text: MARK_TEXT })
      })
      const arrived = until("every append reached its subscribers", 20_000, () => received - before >= done * SUBSCRIBERS)
      changed = arrived.check
      arrived.check()
      await arrived.reached
      return (done * 1000) / (performance.now() - began)
    }
    return warm(place, rate, async () => {
      for (const wire of wires) await wire.close()
      await hub.end()
    })
  },
}

const redis: Contestant = {
  name: "redis",
  open: async (place) => {
    const server = await startRedis(place.directory)
    const writers = await Promise.all(Array.from({ length: SESSIONS }, server.connect))
    const readers = await Promise.all(Array.from({ length: SESSIONS * SUBSCRIBERS }, server.connect))
    const event = eventBytes()
    let delivered = 0
    let changed = (): void => {}
    let open = true
    const follow = async (at: number): Promise<void> => {
      let last = "0"
      while (open) {
        const reply = await readers[at]?.send(
          "XREAD",
          "COUNT",
          "1000",
          "BLOCK",
          "1000",
          "STREAMS",
          `session-${at % SESSIONS}`,
          last,
        )
        const entries = ((reply as ReadonlyArray<ReadonlyArray<unknown>> | null)?.[0]?.[1] ?? []) as ReadonlyArray<
          ReadonlyArray<string>
        >
        delivered += entries.length
        last = entries.at(-1)?.[0] ?? last
        changed()
      }
    }
    const following = readers.map((_, at) =>
      follow(at).catch((error: unknown) => {
        if (open) throw error
      }),
    )
    const rate: Rate = async (milliseconds) => {
      const before = delivered
      const began = performance.now()
      const { done } = await pump(SESSIONS * WINDOW, milliseconds, async (lane) => {
        await writers[lane % SESSIONS]?.send("XADD", `session-${lane % SESSIONS}`, "*", "e", event)
      })
      const arrived = until("every entry reached its readers", 20_000, () => delivered - before >= done * SUBSCRIBERS)
      changed = arrived.check
      arrived.check()
      await arrived.reached
      return (done * 1000) / (performance.now() - began)
    }
    return warm(place, rate, async () => {
      open = false
      for (const connection of [...writers, ...readers]) connection.close()
      await Promise.all(following)
      await server.end()
    })
  },
}

/** The row. */
export const END_TO_END: Row = {
  id: "end-to-end",
  title: `end to end over the socket, ${SESSIONS} sessions × ${SUBSCRIBERS} subscribers, window ${WINDOW}`,
  figures: [
    { id: "rate", title: "", unit: "appends/s", better: "more", goals: [ofLimit(1, 1.5)] },
    { id: "first", title: "in the first half second", unit: "appends/s", better: "more", goals: [] },
  ],
  ours,
  limit: redis,
  peers: [],
}
