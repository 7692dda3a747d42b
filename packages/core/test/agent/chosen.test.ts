/** Model and mode that are chosen before an agent has started. */
import { describe, expect, it } from "vitest"
import { duties } from "../../src/agent/duties.ts"
import { toSession } from "../../src/state.ts"
import { throughStore } from "../through-store.ts"
import { AgentWorld } from "./agent-world.ts"

describe("what is chosen before the first message", () => {
  it("A-74 is in the record, and goes to the agent before the message does", () => {
    const world = new AgentWorld()
    const record = () => toSession(world.state, { firstSeq: 1, change: 1, lastSeq: world.state.lastSeq })
    expect(record().agent).not.toHaveProperty("wanted")
    world.submit({ kind: "request", _tag: "ConfigureAgent", model: "swift" })
    world.submit({ kind: "request", _tag: "ConfigureAgent", mode: "plan" })
    expect(record().agent?.wanted).toEqual({ model: "swift", mode: "plan" })
    world.state = throughStore(world.state)
    world.submit({
      kind: "request",
      _tag: "SendMessage",
      messageId: "m1",
      parts: [{ type: "text", text: "begin" }],
      mode: "queue",
      by: "ann",
      at: 1,
      turn: world.id("t"),
    })
    world.performAll()
    world.becomeReady()
    expect(duties(world.state).map(({ type }) => type)).toEqual(["configure", "deliver"])
    expect(record().agent?.wanted).toEqual({ model: "swift", mode: "plan" })
  })
})
