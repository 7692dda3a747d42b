import type { PermissionAsk } from "@holdfast/protocol/agent/permission"
import { describe, expect, it } from "vitest"
import type { AgentReport } from "../../src/agent/commands.ts"
import { duties } from "../../src/agent/duties.ts"
import type { Command } from "../../src/decide.ts"
import type { Decision } from "../../src/decision.ts"
import { AgentWorld } from "./agent-world.ts"

const names = (decision: Decision): ReadonlyArray<string> =>
  decision._tag === "Accepted" ? decision.events.map(({ name }) => name) : [decision.rejection._tag]

const send = (world: AgentWorld, id: string): Decision =>
  world.submit({
    kind: "request",
    _tag: "SendMessage",
    messageId: id,
    parts: [{ type: "text", text: id }],
    mode: "queue",
    by: "ann",
    at: 1,
    turn: `t-${id}`,
  })

/** A world whose agent runs and does nothing. */
function idle(): AgentWorld {
  const world = new AgentWorld()
  send(world, "m1")
  world.performAll()
  world.becomeReady()
  world.performAll()
  world.endTurn("completed")
  world.readJournal()
  return world
}

const request = (id: string, task?: string): PermissionAsk => ({
  id,
  kind: "tool",
  tool: "shell",
  title: "ls",
  subject: "ls",
  input: {},
  options: [{ id: "yes", label: "Yes", kind: "allow_once" }],
  ...(task === undefined ? {} : { task }),
})
const asked = (id: string, more: { readonly turn?: string; readonly task?: string } = {}): AgentReport => ({
  kind: "report",
  _tag: "AgentAsked",
  request: request(id, more.task),
  at: 1,
  always: [],
  ...(more.turn === undefined ? {} : { turn: more.turn }),
})
const started = (id: string): Command => ({
  kind: "report",
  _tag: "AgentTaskStarted",
  task: { id, kind: "shell", description: `run ${id}` },
})
const answer = (request: string): Command => ({
  kind: "request",
  _tag: "AnswerPermission",
  requestId: request,
  answer: { optionId: "yes" },
  by: "ann",
  at: 1,
})
const said = (turn: string): AgentReport => ({
  kind: "report",
  _tag: "AgentSaid",
  turn,
  chunks: [{ type: "text-delta", id: "1", delta: "x" }],
})
const over = (turn: string, more: Partial<Extract<AgentReport, { _tag: "AgentEnded" }>> = {}): AgentReport => ({
  kind: "report",
  _tag: "AgentEnded",
  turn,
  outcome: "completed",
  next: "t-next",
  ...more,
})

describe("work outside a turn", () => {
  it("P-3 (fault:N1) a request of background work needs no turn, stands when a turn ends, and leaves when the agent has its answer", () => {
    const world = idle()
    world.submit(started("sub"))
    expect(names(world.submit(asked("p1", { task: "sub" })))).toEqual(["permission/asked"])
    expect(world.record()).toMatchObject({ activity: "asking", tasks: [{ id: "sub", status: "waiting", waitsFor: "p1" }] })
    send(world, "m2")
    world.performAll()
    world.readJournal()
    world.ask("write")
    world.readJournal()
    world.submit({ kind: "request", _tag: "Interrupt", reason: "person" })
    world.performAll()
    world.readJournal()
    expect(world.record().permissions.map(({ id }) => id)).toEqual(["p1"])
    world.restartHub()
    expect(names(world.submit(answer("p1")))).toEqual(["permission/answered"])
    expect(duties(world.state)).toMatchObject([{ type: "answer", requestId: "p1" }])
    expect(names(world.submit({ kind: "report", _tag: "AgentSettled", requestId: "p1" }))).toEqual(["permission/taken"])
    expect(duties(world.state)).toEqual([])
    expect(world.record()).toMatchObject({ activity: "background", permissions: [] })
  })

  it("P-3 (fault:N1) what stands when the agent completes its turn is of background work; what is asked of a turn that is over is asked", () => {
    const world = idle()
    world.submit(said("own"))
    world.submit(asked("p1", { turn: "own" }))
    world.submit(asked("p2", { turn: "own" }))
    const end = world.submit(over("own", { standing: ["p2"] }))
    expect(names(end)).toEqual(["permission/cancelled", "turn/ended"])
    expect(world.record().permissions).toMatchObject([{ id: "p2" }])
    expect(world.record().permissions[0]).not.toHaveProperty("turn")
    world.submit(asked("p3", { turn: "own" }))
    expect(world.record().permissions.map(({ id }) => id)).toEqual(["p2", "p3"])
  })

  it("A-16 P-3 (fault:N1) a request that the agent withdraws leaves the record even if it was answered before, so that no duty remains", () => {
    const world = idle()
    world.submit(started("sub"))
    world.submit(asked("p1", { task: "sub" }))
    world.submit(answer("p1"))
    expect(names(world.submit({ kind: "report", _tag: "AgentWithdrew", requestId: "p1" }))).toEqual(["permission/cancelled"])
    expect(duties(world.state)).toEqual([])
    world.submit({ kind: "report", _tag: "AgentTaskEnded", taskId: "sub", outcome: "completed" })
    expect(world.record()).toMatchObject({ activity: "idle", permissions: [] })
    expect(names(world.submit({ kind: "report", _tag: "AgentEnding", reason: "idle" }))).toEqual(["session/agent-ending"])
  })

  it("P-1 P-7 (fault:N59) says of an answer that its agent never had that it came too late, when the turn or the process ends", () => {
    const reasonsAfter = (...ends: ReadonlyArray<Command>): ReadonlyArray<unknown> => {
      const world = idle()
      world.submit(said("own"))
      world.submit(asked("p1", { turn: "own" }))
      world.submit(asked("p2"))
      for (const id of ["p1", "p2"]) world.submit(answer(id))
      const from = world.log.length
      for (const end of ends) world.submit(end)
      expect(world.record().permissions).toEqual(ends.length === 2 ? [] : [expect.objectContaining({ id: "p2" })])
      return world.log
        .slice(from)
        .flatMap(({ type, data }) => (type === "cancelled" ? [(data as { reason: string }).reason] : []))
    }
    expect(reasonsAfter(over("own", { outcome: "interrupted" }))).toEqual([
      "the turn was interrupted before the agent received the answer",
    ])
    expect(reasonsAfter(over("own"), { kind: "report", _tag: "AgentExited", code: 1 })).toEqual([
      "the turn was completed before the agent received the answer",
      "the agent's process ended before the agent received the answer",
    ])
  })

  it("A-20 (fault:N5) any sign of life ends the silence of a turn, even one that reports nothing else", () => {
    const world = idle()
    world.submit(said("own"))
    expect(names(world.submit({ kind: "report", _tag: "AgentAlive" }))).toEqual([])
    expect(names(world.submit({ kind: "request", _tag: "NoteSilence", turn: "own", since: 1 }))).toEqual(["turn/silent"])
    expect(names(world.submit({ kind: "report", _tag: "AgentAlive" }))).toEqual(["turn/heard"])
    expect(world.record().turn).not.toHaveProperty("silentSince")
  })

  it("A-15 A-17 (fault:N3) tasks are in the record while they run, are stopped one by one, and end with what they asked", () => {
    const world = idle()
    for (const id of ["a", "b"]) world.submit(started(id))
    expect(names(world.submit(started("a")))).toEqual([])
    world.submit({ kind: "report", _tag: "AgentTaskProgressed", taskId: "a", progress: "compiles" })
    world.submit(asked("p1", { task: "b" }))
    expect(names(world.submit({ kind: "request", _tag: "StopTask", taskId: "no" }))).toEqual(["TaskNotFound"])
    expect(names(world.submit({ kind: "request", _tag: "StopTask", taskId: "b" }))).toEqual(["task/stopping"])
    const [first] = duties(world.state)
    // What did not stop is asked again, as a duty of its own.
    expect(names(world.submit({ kind: "request", _tag: "StopTask", taskId: "b" }))).toEqual(["task/stopping"])
    world.restartHub()
    expect(duties(world.state)).toMatchObject([{ type: "stop-task", taskId: "b" }])
    expect(duties(world.state)[0]?.id).not.toBe(first?.id)
    expect(world.record().tasks).toMatchObject([
      { id: "a", status: "running", progress: "compiles" },
      { id: "b", status: "stopping" },
    ])
    expect(names(world.submit({ kind: "report", _tag: "AgentTaskEnded", taskId: "b", outcome: "stopped" }))).toEqual([
      "permission/cancelled",
      "task/ended",
    ])
    expect(names(world.submit({ kind: "report", _tag: "AgentTaskEnded", taskId: "b", outcome: "stopped" }))).toEqual([])
    expect(world.record().tasks?.map(({ id }) => id)).toEqual(["a"])
  })

  it("A-16 (fault:N3) an agent with a task or an open request is not unloaded; one that must end says what ran, before and after", () => {
    const world = idle()
    world.submit(started("a"))
    expect(names(world.submit({ kind: "report", _tag: "AgentEnding", reason: "idle" }))).toEqual([])
    expect(names(world.submit({ kind: "report", _tag: "AgentEnding", reason: "limit" }))).toEqual([])
    world.submit(asked("p1"))
    world.submit({ kind: "report", _tag: "AgentTaskEnded", taskId: "a", outcome: "completed" })
    expect(names(world.submit({ kind: "report", _tag: "AgentEnding", reason: "idle" }))).toEqual([])
    world.submit(started("b"))
    const ending = world.submit({ kind: "report", _tag: "AgentEnding", reason: "stopped" })
    expect(ending).toMatchObject({ events: [{ data: { reason: "stopped", tasks: [{ id: "b", description: "run b" }] } }] })
    const exit = world.submit({ kind: "report", _tag: "AgentExited", code: 0 })
    expect(names(exit)).toEqual(["permission/cancelled", "task/ended", "session/agent-exited"])
    expect(world.record()).toMatchObject({ activity: "idle", permissions: [] })
    expect(world.record()).not.toHaveProperty("tasks")
  })

  it("A-16 (fault:N3) a lost runner ends tasks and requests too", () => {
    const world = idle()
    world.submit(started("a"))
    world.submit(asked("p1", { task: "a" }))
    world.loseRunner()
    expect(world.record()).toMatchObject({ permissions: [], process: "lost" })
    expect(world.log.filter(({ channel, type }) => channel === "task" && type === "ended")).toHaveLength(1)
  })

  it("A-18 (fault:N2 fault:N4) a turn of the agent's own comes before the message that it has not begun, and ends nothing else", () => {
    const world = idle()
    send(world, "m2")
    // The agent was about to begin one of its own when the message came.
    expect(names(world.submit(said("own")))).toEqual(["turn/started", "agent/text-delta"])
    expect(world.record().turn).toMatchObject({ status: "streaming", id: "own" })
    world.restartHub()
    expect(names(world.submit(said("own")))).toEqual(["agent/text-delta"])
    expect(names(world.submit(over("own")))).toEqual(["turn/ended"])
    expect(world.record()).toMatchObject({ turn: { status: "streaming", id: "t-m2" }, queue: [{ id: "m2", status: "sent" }] })
    world.submit({ kind: "report", _tag: "AgentTook", messageId: "m2", turn: "t-m2" })
    expect(names(world.submit(said("t-m2")))).toEqual(["agent/text-delta"])
    expect(names(world.submit(said("other")))).toEqual([])
    expect(names(world.submit(over("t-m2")))).toEqual(["agent/data-notice", "message/added", "turn/ended"])
    expect(world.record().turn).toEqual({ status: "idle" })
  })

  it("A-18 (fault:N2) a message that comes back while it waits for another turn waits again; an exit ends both turns", () => {
    for (const how of ["returned", "exited"] as const) {
      const world = idle()
      send(world, "m2")
      world.submit(said("own"))
      if (how === "returned")
        world.submit({ kind: "report", _tag: "AgentReturned", messageId: "m2", reason: "interrupted", next: "t-x" })
      else world.submit({ kind: "report", _tag: "AgentExited", code: 1 })
      const ends = world.log.filter(({ channel, type }) => channel === "turn" && type === "ended").map(({ turn }) => turn)
      expect(ends.slice(1)).toEqual(how === "returned" ? ["t-m2"] : ["own", "t-m2"])
      expect(world.record().queue).toMatchObject([{ id: "m2", status: how === "returned" ? "waiting" : "uncertain" }])
      if (how === "returned") world.submit(over("own"))
      expect(world.record().turn).toEqual({ status: "idle" })
    }
  })
})

describe("a silent agent", () => {
  const message = (parts: ReadonlyArray<object>) =>
    ({ id: "t-m2", role: "assistant", parts, turn: "t-m2", createdAt: 1 }) as NonNullable<
      Extract<AgentReport, { _tag: "AgentEnded" }>["message"]
    >
  /** A world whose agent streams the turn of `m2`, with `m3` waiting. */
  function working(): AgentWorld {
    const world = idle()
    send(world, "m2")
    world.performAll()
    world.readJournal()
    send(world, "m3")
    return world
  }
  const silent: Command = { kind: "request", _tag: "NoteSilence", turn: "t-m2", since: 7 }

  it("A-20 (fault:N5) is reported once, until something is heard", () => {
    const world = working()
    expect(names(world.submit(silent))).toEqual(["turn/silent"])
    expect(names(world.submit(silent))).toEqual([])
    expect(world.record().turn).toMatchObject({ silentSince: 7 })
    expect(names(world.submit(said("t-m2")))).toEqual(["turn/heard", "agent/text-delta"])
    expect(world.record().turn).not.toHaveProperty("silentSince")
    expect(names(world.submit(silent))).toEqual(["turn/silent"])
    expect(names(world.submit({ ...silent, turn: "t-other" }))).toEqual([])
  })

  it("A-21 (fault:N5) completes a stalled turn with the agent's last words, and holds the queue after any other", () => {
    const text = { type: "text", text: "all done", state: "done" }
    const tool = { type: "dynamic-tool", toolName: "bash", toolCallId: "c", state: "output-available", input: {}, output: "" }
    const left = { ...tool, state: "output-error", errorText: "The turn ended before this call did." }
    const cases: ReadonlyArray<readonly [ReadonlyArray<object> | undefined, boolean]> = [
      [[{ type: "step-start" }, tool, text], true],
      [[text, { type: "data-notice", data: { text: "killed" } }], true],
      [[text, left], false],
      [[left, text], false],
      [[{ ...text, text: " " }], false],
      [undefined, false],
    ]
    for (const [parts, completes] of cases) {
      const world = working()
      world.submit({ kind: "request", _tag: "Interrupt", reason: "stalled" })
      const more = parts === undefined ? {} : { message: message(parts) }
      const decision = world.submit(over("t-m2", { outcome: "interrupted", ...more }))
      const end = world.log.findLast(({ channel, type }) => channel === "turn" && type === "ended")?.data
      if (completes) {
        expect(names(decision)).toEqual(["agent/data-notice", "message/added", "turn/ended", "turn/started", "queue/sent"])
        expect(end).toEqual({ turn: "t-m2", outcome: "completed" })
      } else {
        expect(end).toMatchObject({ outcome: "interrupted", error: { tag: "AgentStalled" } })
        expect(world.record().agent?.hold).toMatchObject({ reason: "stalled" })
        send(world, "m4")
        expect(world.record().queue[0]).toMatchObject({ id: "m3", status: "sent" })
      }
    }
  })
})
