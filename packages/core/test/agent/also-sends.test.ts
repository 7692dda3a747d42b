import { expect, it } from "vitest"
import type { Decision } from "../../src/decision.ts"
import { AgentWorld } from "./agent-world.ts"

it("Q-20 a message that releases a held queue says what it sends along", () => {
  const world = new AgentWorld()
  const send = (id: string): Decision =>
    world.submit({
      kind: "request",
      _tag: "SendMessage",
      messageId: id,
      parts: [{ type: "text", text: id }],
      mode: "queue",
      by: "o",
      at: 1,
      turn: `t-${id}`,
    })
  send("first")
  world.performAll()
  world.becomeReady()
  world.performAll()
  world.readJournal()
  send("old")
  send("older")
  world.submit({ kind: "request", _tag: "Interrupt", reason: "person" })
  world.performAll()
  world.readJournal()
  const decision = send("new")
  const released = decision._tag === "Accepted" ? decision.events.find(({ name }) => name === "queue/released") : undefined
  expect(released?.data).toEqual({ alsoSends: { count: 2, first: "old" } })
  expect(world.state.agent?.queue.map(({ id, status }) => [id, status])).toEqual([
    ["old", "sent"],
    ["older", "waiting"],
    ["new", "waiting"],
  ])
})
