/**
 * Sessions with the scripted agent: a process of its own each, warm, with subscribers on sockets of their own.
 */
import { until } from "../load/until.ts"
import type { Place } from "../row.ts"
import { type Ear, forget, listen } from "./ear.ts"
import { createSession, openHub, type Hub } from "./hub.ts"
import { connectWire, type Wire } from "./wire.ts"

/** One agent with its subscribers. */
export interface OurAgent {
  readonly session: string
  readonly ears: ReadonlyArray<Ear>
  /** Sends a message; resolves when it is accepted. */
  readonly send: (text: string) => Promise<void>
  /** Resolves when every subscriber has seen the end of the turn that streams or is about to. */
  readonly ended: () => Promise<void>
}

/** A hub with agents. */
export interface OurAgents {
  readonly hub: Hub
  readonly agents: ReadonlyArray<OurAgent>
  /** The wire that messages are sent on. */
  readonly wire: Wire
  readonly connect: () => Promise<Wire>
  readonly end: () => Promise<void>
}

/** The fields of a session with the scripted agent. */
export const scripted = { kind: "agent", agent: "scripted", cwd: "/", options: { permissions: "allow" } }

/** Waits for the next end of a turn at each ear. */
export function turnEnds(ears: ReadonlyArray<Ear>, patience = 60_000): Promise<void> {
  const before = ears.map(({ turns }) => turns)
  const all = until("everybody saw the turn end", patience, () => ears.every(({ turns }, at) => turns > (before[at] ?? 0)))
  for (const ear of ears) ear.changed = all.check
  return all.reached
}

/** Starts a hub, `count` agents, and attaches `subscribers` connections to each; each agent has had one turn. */
export async function openAgents(place: Place, count: number, subscribers: number): Promise<OurAgents> {
  const hub = await openHub(place, { HOLDFAST_AGENTS_LIVE: String(count + 1), HOLDFAST_CONNECTIONS_MAX: "1000" })
  const wires: Array<Wire> = []
  const connect = async (): Promise<Wire> => {
    const wire = await connectWire(hub)
    wires.push(wire)
    return wire
  }
  const end = async (): Promise<void> => {
    for (const wire of wires) await wire.close()
    await hub.end()
  }
  try {
    const wire = await connect()
    const agents: Array<OurAgent> = []
    for (let at = 0; at < count; at++) {
      const session = await createSession(hub, scripted)
      const ears: Array<Ear> = []
      for (let seat = 0; seat < subscribers; seat++) ears.push(await listen(await connect(), session))
      agents.push({
        session,
        ears,
        send: async (text) => {
          await wire.call("messages.send", { session, key: crypto.randomUUID(), text })
        },
        ended: () => turnEnds(ears),
      })
    }
    await converse(agents, "[[stamp 20 5]]")
    return { hub, agents, wire, connect, end }
  } catch (error) {
    await end()
    throw error
  }
}

/** Sends one text to each agent and waits for the ends of their turns; forgets what was heard before. */
export async function converse(agents: ReadonlyArray<OurAgent>, text: string): Promise<void> {
  for (const { ears } of agents) ears.forEach(forget)
  const ends = agents.map((agent) => agent.ended())
  await Promise.all([...ends, ...agents.map((agent) => agent.send(text))])
}
