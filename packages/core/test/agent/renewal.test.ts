/** A new beginning for an agent: in another directory, or without its own memory. */
import { describe, expect, it } from "vitest"
import { type Command, decide } from "../../src/decide.ts"
import type { Decision } from "../../src/decision.ts"
import { duties } from "../../src/agent/duties.ts"
import type { SessionState } from "../../src/state.ts"
import { AgentWorld } from "./agent-world.ts"

const names = (decision: Decision): ReadonlyArray<string> =>
  decision._tag === "Accepted" ? decision.events.map(({ name }) => name) : [decision.rejection._tag]
const agentOf = ({ state }: AgentWorld): NonNullable<SessionState["agent"]> => {
  if (state.agent === undefined) throw new Error("the session is an agent's")
  return state.agent
}
const send = (world: AgentWorld, id: string): Decision =>
  world.submit({
    kind: "request",
    _tag: "SendMessage",
    messageId: id,
    parts: [{ type: "text", text: id }],
    mode: "queue",
    by: "ann",
    at: 1,
    turn: world.id("t"),
  })
const native = (world: AgentWorld, id: string): Decision =>
  world.submit({ kind: "report", _tag: "AgentTold", info: {}, native: id })

/** A world whose agent has said something and is idle, under an id of its own. */
function spoken(): AgentWorld {
  const world = new AgentWorld()
  send(world, "m1")
  world.performAll()
  world.becomeReady()
  world.performAll()
  world.readJournal()
  native(world, "own-1")
  world.endTurn("completed")
  world.readJournal()
  return world
}

describe("a new beginning", () => {
  it("A-41 Q-12 (fault:N12) a start that fails returns every message of its turn, including one that was to be steered into it", () => {
    const world = spoken()
    world.submit({ kind: "report", _tag: "AgentEnding", reason: "idle" })
    world.submit({ kind: "report", _tag: "AgentExited", code: 0 })
    send(world, "m2")
    const steer = {
      kind: "request",
      _tag: "SendMessage",
      messageId: "m3",
      parts: [{ type: "text", text: "m3" }],
      by: "ann",
      at: 1,
      turn: "t-3",
    } as const
    world.submit({ ...steer, mode: "steer" })
    expect(agentOf(world).queue).toMatchObject([{ status: "sent" }, { status: "sent", steer: true }])
    world.submit({ kind: "report", _tag: "AgentFailed", tag: "Unprocessable", message: "the directory is gone" })
    expect(agentOf(world)).toMatchObject({ queue: [{ status: "waiting" }, { status: "waiting" }], hold: { reason: "error" } })
    expect(duties(world.state)).toEqual([])
    expect(names(world.submit({ kind: "request", _tag: "MoveAgent", cwd: "/elsewhere", turn: "t-4" }))).toContain("turn/started")
  })

  it("A-42 (fault:N13) a memory that an ending or just starting process still reports is not that of the new one", () => {
    const unloaded = spoken()
    unloaded.submit({ kind: "report", _tag: "AgentEnding", reason: "idle" })
    unloaded.submit({ kind: "request", _tag: "RenewAgent", turn: "t-x" })
    native(unloaded, "own-1")
    expect(agentOf(unloaded).native).toBeUndefined()

    const starting = new AgentWorld()
    send(starting, "m1")
    starting.performAll()
    starting.submit({ kind: "report", _tag: "AgentReturned", messageId: "m1", reason: "it was interrupted", next: "t-n" })
    starting.submit({ kind: "request", _tag: "RenewAgent", turn: "t-x" })
    starting.submit({ kind: "report", _tag: "AgentReady", pid: 1, resumed: "new", native: "own-1" })
    expect(agentOf(starting).native).toBeUndefined()
  })

  it("A-42 (fault:N13) ends the process, forgets what the agent has of its own, and leaves out what is to be left out", () => {
    const world = spoken()
    expect(names(world.submit({ kind: "request", _tag: "RenewAgent", turn: "t-x" }))).toEqual([
      "session/agent-renewed",
      "session/agent-ending",
    ])
    expect(agentOf(world)).toMatchObject({ renewed: { leftOut: [] } })
    expect(agentOf(world).native).toBeUndefined()
    expect(duties(world.state)).toMatchObject([{ type: "end" }])
    // The old process may still tell its id.
    native(world, "own-1")
    expect(agentOf(world).native).toBeUndefined()
    send(world, "m2")
    world.performAll()
    world.readJournal()
    expect(duties(world.state)).toMatchObject([{ type: "start" }])
    world.performAll()
    world.becomeReady()
    world.performAll()
    world.readJournal()
    native(world, "own-2")
    expect(agentOf(world).native).toBe("own-2")
    world.endTurn("completed")
    world.readJournal()
    const at = world.log.length
    world.submit({ kind: "request", _tag: "RenewAgent", before: { id: "m2", seq: 9 }, turn: "t-y" })
    expect(agentOf(world).renewed).toEqual({ leftOut: [{ from: 9, to: at + 1 }] })
    // From before an earlier message: one range holds both.
    world.submit({ kind: "request", _tag: "RenewAgent", before: { id: "m1", seq: 4 }, turn: "t-z" })
    expect(agentOf(world).renewed?.leftOut).toMatchObject([{ from: 4 }])
  })

  it("A-41 (fault:N12) a move continues what a failed start held up, and a Claude keeps its own transcript", () => {
    for (const adapter of ["acp", "claude"] as const) {
      const world = spoken()
      const agent = agentOf(world)
      world.state = { ...world.state, agent: { ...agent, spec: { ...agent.spec, adapter } } }
      world.exit()
      world.readJournal()
      send(world, "m2")
      world.submit({ kind: "report", _tag: "AgentFailed", tag: "Unprocessable", message: "the directory is gone" })
      expect(agentOf(world)).toMatchObject({ hold: { reason: "error", message: "the directory is gone" } })
      const move: Command = { kind: "request", _tag: "MoveAgent", cwd: "/elsewhere", turn: "t-m" }
      expect(names(world.submit(move))).toEqual(["session/agent-moved", "queue/released", "turn/started", "queue/sent"])
      expect(agentOf(world).spec.cwd).toBe("/elsewhere")
      expect(agentOf(world).native).toBe(adapter === "claude" ? "own-1" : undefined)
      expect(names(decide(world.state, { ...move, cwd: "/third" }))).toEqual(["SessionNotReady"])
      expect(names(decide(world.state, move))).toEqual([])
    }
  })

  it("A-41 A-42 are refused while a turn streams", () => {
    const world = spoken()
    send(world, "m2")
    for (const command of [
      { kind: "request", _tag: "RenewAgent", turn: "t" },
      { kind: "request", _tag: "MoveAgent", cwd: "/elsewhere", turn: "t" },
    ] satisfies ReadonlyArray<Command>) {
      expect(names(world.submit(command))).toEqual(["SessionNotReady"])
    }
  })
})
