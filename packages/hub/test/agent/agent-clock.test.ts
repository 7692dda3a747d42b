import { evolve } from "@holdfast/core/evolve"
import type { SessionState } from "@holdfast/core/state"
import type { Event } from "@holdfast/protocol/event"
import { describe, expect, it } from "vitest"
import { nextDeadline, quietSince } from "../../src/agent/AgentClock.ts"

const SETTINGS = { agentIdle: 1e9, agentSilent: 5000, agentStall: 10_000 }
const REQUEST = { id: "r", kind: "tool", tool: "bash", title: "ls", subject: "ls", inputBytes: 2, options: [] }

/** The state after events at their times, of an agent that runs. */
function stateAfter(...events: ReadonlyArray<readonly [time: number, name: string, data: object]>): SessionState {
  const spec = { name: "a", adapter: "scripted", cwd: "/", env: [], options: {} }
  const all: typeof events = [
    [0, "session/created", { kind: "agent", label: "a", tags: [], owner: "o", agent: spec }],
    [0, "session/agent-starting", { child: "c" }],
    [0, "session/agent-started", { pid: 7, resumed: "new" }],
    ...events,
  ]
  let state: SessionState | undefined
  for (const [i, [time, name, data]] of all.entries()) {
    const [channel, type] = name.split("/")
    state = evolve(state, { seq: i + 1, time, channel, type, data } as unknown as Event, "s")
  }
  if (state === undefined) throw new Error("no session")
  return state
}

const message = (id: string, at: number): object => ({
  item: { id, parts: [{ type: "text", text: id }], mode: "queue", by: "o", at, status: "waiting" },
})

describe("the clock of an agent", () => {
  it("A-61 a turn that begins after a long quiet is quiet from its start, not from the agent's last word", () => {
    const state = stateAfter([60_000, "queue/added", message("m", 60_000)], [60_001, "turn/started", { turn: "t" }])
    expect(nextDeadline(state, SETTINGS, 1000, true)).toEqual({ at: 65_001, due: { type: "silent" } })
    expect(quietSince(state, 61_000)).toBe(61_000)
  })

  it("A-61 the time before a person's late answer is not silence of the agent, nor is the time before a steered message", () => {
    const asked = stateAfter([1000, "turn/started", { turn: "t" }], [2000, "permission/asked", { request: REQUEST, turn: "t" }])
    expect(nextDeadline(asked, SETTINGS, 2000, true)).toBeUndefined()
    const decision = { optionId: "y", allow: true, by: "o", at: 90_000 }
    const events = [
      [1000, "turn/started", { turn: "t" }],
      [2000, "permission/asked", { request: REQUEST, turn: "t" }],
      [90_000, "permission/answered", { requestId: "r", decision }],
    ] as const
    expect(nextDeadline(stateAfter(...events), SETTINGS, 2000, true)?.at).toBe(95_000)
    const steered = stateAfter(
      [1000, "turn/started", { turn: "t" }],
      [4000, "queue/added", message("m", 4000)],
      [4000, "queue/sent", { messageId: "m", turn: "t", steer: true }],
    )
    expect(nextDeadline(steered, SETTINGS, 1000, true)?.at).toBe(9000)
  })
})
