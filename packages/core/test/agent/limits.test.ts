/** Limits of a provider: what is tried again, when, and what waits for a person. */
import { describe, expect, it } from "vitest"
import type { Decision } from "../../src/decision.ts"
import { AgentWorld } from "./agent-world.ts"

const names = (decision: Decision): ReadonlyArray<string> =>
  decision._tag === "Accepted" ? decision.events.map(({ name }) => name) : [decision.rejection._tag]

const sendAt = (world: AgentWorld, id: string, at: number): Decision =>
  world.submit({
    kind: "request",
    _tag: "SendMessage",
    messageId: id,
    parts: [{ type: "text", text: id }],
    mode: "queue",
    by: "ann",
    at,
    turn: world.id("t"),
  })

const agentOf = (world: AgentWorld): NonNullable<AgentWorld["state"]["agent"]> => {
  if (world.state.agent === undefined) throw new Error("the session is an agent's")
  return world.state.agent
}

function streaming(): AgentWorld {
  const world = new AgentWorld()
  sendAt(world, "m1", 1)
  world.performAll()
  world.becomeReady()
  world.performAll()
  world.readJournal()
  return world
}

describe("limits of a provider", () => {
  /** A world whose turn met a limit while `a` waits. */
  const limited = (limit: { readonly until?: number; readonly short?: boolean }): AgentWorld => {
    const world = streaming()
    sendAt(world, "a", 1)
    world.submit({ kind: "report", _tag: "AgentLimited", message: "too much", at: 1000, continues: false, ...limit })
    world.endTurn("error")
    world.readJournal()
    return world
  }
  const now = (world: AgentWorld, at: number) =>
    world.submit({
      kind: "request",
      _tag: "SendMessage",
      messageId: "b",
      parts: [{ type: "text", text: "b" }],
      mode: "queue",
      by: "ann",
      at,
      turn: "t-b",
    })

  it("A-13 (fault:N11) a message is tried at a limit whose end is not known or past, and waits for one that is known", () => {
    for (const [until, tried] of [
      [undefined, true],
      [5000, false],
      [2000, true],
    ] as const) {
      const world = limited(until === undefined ? {} : { until })
      expect(agentOf(world).hold).toMatchObject({ reason: "usage-limit", message: "too much" })
      expect(names(now(world, 3000)).includes("queue/released")).toBe(tried)
      expect(agentOf(world).queue[0]?.status).toBe(tried ? "sent" : "waiting")
    }
  })

  it("A-40 (fault:N11) a short limit ends automatically, later for each in a row, and gives way to a message at once", () => {
    const world = limited({ short: true })
    const waits: Array<number> = []
    for (let i = 0; i < 6; i++) {
      const { hold } = agentOf(world)
      expect(hold).toMatchObject({ reason: "rate-limit", continues: true })
      waits.push((hold?.until ?? 0) - 1000)
      const over = hold?.until ?? 0
      expect(names(world.submit({ kind: "request", _tag: "LimitOver", at: over - 1, turn: "t-early" }))).toEqual([])
      expect(names(world.submit({ kind: "request", _tag: "LimitOver", at: over, turn: world.id("t") }))).toContain(
        "queue/released",
      )
      sendAt(world, `more${i}`, 1)
      world.submit({ kind: "report", _tag: "AgentLimited", message: "too much", at: 1000, continues: false, short: true })
    }
    expect(waits).toEqual([1, 2, 4, 8, 10, 10].map((minutes) => minutes * 60_000))
    expect(names(now(limited({ short: true }), 1001))).toContain("queue/released")
    const calm = limited({ short: true })
    now(calm, 1001)
    calm.performAll()
    calm.readJournal()
    calm.endTurn("completed")
    calm.readJournal()
    expect(agentOf(calm).limits).toBe(0)
    const kept = streaming()
    kept.submit({ kind: "request", _tag: "HoldQueue" })
    expect(
      names(kept.submit({ kind: "report", _tag: "AgentLimited", message: "m", at: 1, continues: false, short: true })),
    ).toEqual([])
  })
})
