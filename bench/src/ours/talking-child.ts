/**
 * Subscribers of a terminal whose child prints small pieces at an even pace, as agents and programs do.
 */
import { until } from "../load/until.ts"
import type { Place } from "../row.ts"
import { createSession, openHub, terminal, type Hub } from "./hub.ts"
import { connectWire, type Wire } from "./wire.ts"

const PIECE = "=".repeat(100)

/** The child: answers a number on its terminal with this many pieces, `perSecond` of them a second. */
const program = (perSecond: number): string => `
process.stdin.setRawMode(true)
process.stdin.on("data", (bytes) => {
  const count = Number(bytes)
  const began = performance.now()
  let made = 0
  const timer = setInterval(() => {
    if (made >= count) return clearInterval(timer)
    if (made < (performance.now() - began) / 1000 * ${perSecond}) { process.stdout.write("${PIECE}"); made++ }
  }, 1)
})
process.stdout.write("ready")
`

/** A hub with a talking child and its subscribers. */
export interface TalkingChild {
  readonly hub: Hub
  /** Pieces received over all subscribers. */
  readonly received: () => number
  readonly onChange: (changed: () => void) => void
  /** Makes the child print this many pieces. */
  readonly talk: (pieces: number) => void
  readonly end: () => Promise<void>
}

/** Starts a hub, the child, and attaches `subscribers` connections. */
export async function startTalking(place: Place, subscribers: number, perSecond: number): Promise<TalkingChild> {
  const hub = await openHub(place)
  const wires: Array<Wire> = []
  const end = async (): Promise<void> => {
    for (const wire of wires) await wire.close()
    await hub.end()
  }
  const connect = async (): Promise<Wire> => {
    const wire = await connectWire(hub)
    wires.push(wire)
    return wire
  }
  try {
    const session = await createSession(hub, terminal(process.execPath, ["-e", program(perSecond)]))
    let ready = ""
    const prompt = until("the child is ready", 10_000, () => ready.includes("ready"))
    const received = (bytes: Buffer): void => {
      ready += bytes.toString("latin1")
      prompt.check()
    }
    // Frames may come in the same read as the answer.
    await (await connect()).attach(session, { after: 0, mode: "interactive" }, undefined, { received })
    await prompt.reached
    await wires[0]?.call("Detach", { session })
    let changed = (): void => {}
    let bytes = 0
    for (let at = 0; at < subscribers; at++) {
      const stream = await (await connect()).attach(session, {})
      let before = 0
      stream.changed = () => {
        bytes += stream.output - before
        before = stream.output
        changed()
      }
    }
    const keyboard = await connect()
    const typing = await keyboard.attach(session, { mode: "interactive" })
    let number = 0
    return {
      hub,
      received: () => Math.floor(bytes / PIECE.length),
      onChange: (next) => {
        changed = next
      },
      talk: (pieces) => keyboard.input(typing, ++number, Buffer.from(String(pieces))),
      end,
    }
  } catch (error) {
    await end()
    throw error
  }
}
