/**
 * Subscribers of one session of ours, in the form the peers' are in.
 */
import { MARK_TEXT } from "../load/payload.ts"
import type { Place } from "../row.ts"
import { createSession, openHub, terminal, type Hub } from "./hub.ts"
import { connectWire, type Wire } from "./wire.ts"

/** Connections that append, and appends under way on each: a hub takes a bounded number. */
const PUBLISHERS = 4
const UNDER_WAY = 200

/** A hub with a session, its subscribers and a publisher that appends marks. */
export interface OurAudience {
  readonly hub: Hub
  readonly session: string
  readonly received: () => number
  /** Appends one event; appends are pipelined. */
  readonly publish: () => void
  readonly onChange: (changed: () => void) => void
  readonly stall: (count: number) => void
  readonly end: () => Promise<void>
}

/** Starts a hub and attaches `subscribers` connections to one session; each event is a mark with `text`. */
export async function gatherOurs(place: Place, subscribers: number, text: string = MARK_TEXT): Promise<OurAudience> {
  const hub = await openHub(place)
  const wires: Array<Wire> = []
  const end = async (): Promise<void> => {
    for (const wire of wires) await wire.close()
    await hub.end()
  }
  try {
    const session = await createSession(hub, terminal("/bin/cat", []))
    let changed = (): void => {}
    let received = 0
    const count = (events: number): void => {
      received += events
      changed()
    }
    for (let at = 0; at < subscribers; at++) {
      const wire = await connectWire(hub)
      wires.push(wire)
      await wire.attach(session, {}, count)
    }
    const publishers = await Promise.all(Array.from({ length: PUBLISHERS }, () => connectWire(hub)))
    wires.push(...publishers)
    let refused: unknown
    let waiting = 0
    const free: Array<Wire> = publishers.flatMap((publisher) => Array.from({ length: UNDER_WAY }, () => publisher))
    const append = (publisher: Wire): void => {
      waiting--
      publisher.call("log.mark", { session, text }).then(
        () => {
          if (waiting > 0) append(publisher)
          else free.push(publisher)
        },
        (error: unknown) => {
          refused = error
          changed()
        },
      )
    }
    return {
      hub,
      session,
      received: () => {
        if (refused !== undefined) throw refused
        return received
      },
      publish: () => {
        waiting++
        const publisher = free.pop()
        if (publisher !== undefined) append(publisher)
      },
      onChange: (next) => {
        changed = next
      },
      stall: (count) => wires.slice(0, count).forEach((wire) => wire.pause()),
      end,
    }
  } catch (error) {
    await end()
    throw error
  }
}
