/** Events that a reader does not understand (docs/protocol/rules.md, E-3). */
import { CHANNELS, type Event } from "@holdfast/protocol/event"
import fc from "fast-check"
import { describe, it } from "vitest"
import { duties } from "../../src/agent/duties.ts"
import { type Command, decide } from "../../src/decide.ts"
import { evolve } from "../../src/evolve.ts"
import { toSession } from "../../src/state.ts"
import { AgentWorld, SESSION } from "./agent-world.ts"

/** A world in which the agent streams the turn of `m1`. */
function streaming(): AgentWorld {
  const world = new AgentWorld(true)
  world.submit({
    kind: "request",
    _tag: "SendMessage",
    messageId: "m1",
    parts: [{ type: "text", text: "m1" }],
    mode: "queue",
    by: "ann",
    at: 1,
    turn: world.id("t"),
  })
  world.performAll()
  world.becomeReady()
  world.performAll()
  world.readJournal()
  return world
}

describe("malformed events", () => {
  it("E-3 counts what it does not understand about agents and continues", () => {
    const types = [
      "added",
      "edited",
      "sent",
      "taken",
      "reordered",
      "held",
      "started",
      "ended",
      "asked",
      "answered",
      "agent-info",
      "remembered",
    ]
    const data = fc.oneof(
      fc.jsonValue(),
      fc.record({
        item: fc.jsonValue(),
        request: fc.jsonValue(),
        message: fc.jsonValue(),
        decision: fc.jsonValue(),
        id: fc.jsonValue(),
        turn: fc.jsonValue(),
      }),
    )
    fc.assert(
      fc.property(fc.constantFrom(...CHANNELS), fc.constantFrom(...types), data, (channel, type, value) => {
        const world = streaming()
        const event = { seq: world.log.length + 1, time: 1, channel, type, data: value } as Event
        const state = evolve(world.state, event, SESSION)
        if (state === undefined) throw new Error("an event does not end a session")
        toSession(state, { firstSeq: 1, lastSeq: event.seq, change: 1 })
        duties(state)
        const next: Command = {
          kind: "request",
          _tag: "SendMessage",
          messageId: "x",
          parts: [{ type: "text", text: "x" }],
          mode: "queue",
          by: "a",
          at: 1,
          turn: "t",
        }
        decide(state, next)
      }),
      { numRuns: 2000 },
    )
  })
})
