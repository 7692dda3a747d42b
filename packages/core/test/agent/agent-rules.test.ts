import { MESSAGE_MAX, type SendMode } from "@holdfast/protocol/agent/message"
import { QUEUE_MAX } from "@holdfast/protocol/agent/queue"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Decision } from "../../src/decision.ts"
import { duties } from "../../src/agent/duties.ts"
import { rulesFor } from "../../src/agent/permission-rules.ts"
import { sentStatus } from "../../src/agent/queue.ts"
import { AgentWorld } from "./agent-world.ts"

const names = (decision: Decision): ReadonlyArray<string> =>
  decision._tag === "Accepted" ? decision.events.map(({ name }) => name) : [decision.rejection._tag]

const send = (world: AgentWorld, id: string, mode: SendMode = "queue", text = id): Decision =>
  world.submit({
    kind: "request",
    _tag: "SendMessage",
    messageId: id,
    parts: [{ type: "text", text }],
    mode,
    by: "ann",
    at: 1,
    turn: world.id("t"),
  })

/** A world in which the agent streams the turn of `m1`. */
function streaming(steers = true): AgentWorld {
  const world = new AgentWorld(steers)
  send(world, "m1")
  world.performAll()
  world.becomeReady()
  world.performAll()
  world.readJournal()
  return world
}

const agentOf = (world: AgentWorld): NonNullable<AgentWorld["state"]["agent"]> => {
  if (world.state.agent === undefined) throw new Error("the session is an agent's")
  return world.state.agent
}
const waiting = (world: AgentWorld): ReadonlyArray<string> => agentOf(world).queue.map(({ id }) => id)
const ended = (world: AgentWorld): ReadonlyArray<unknown> =>
  world.log
    .filter(({ type, channel }) => channel === "turn" && type === "ended")
    .map(({ data }) => (data as { outcome: string }).outcome)

describe("messages and the queue", () => {
  it("Q-3 keeps a message in the queue until the agent took it (trap:9)", () => {
    const world = new AgentWorld()
    send(world, "m1")
    expect(waiting(world)).toEqual(["m1"])
    world.performAll()
    world.becomeReady()
    world.performAll()
    expect(agentOf(world).queue[0]?.status).toBe("sent")
    world.readJournal()
    expect(waiting(world)).toEqual([])
    expect(world.log.filter(({ channel }) => channel === "message")).toHaveLength(1)
  })

  it("Q-4 edits, removes and reorders what waits, and says so when a message was handed over", () => {
    const world = streaming()
    for (const id of ["a", "b", "c"]) send(world, id)
    expect(
      names(world.submit({ kind: "request", _tag: "EditMessage", messageId: "b", parts: [{ type: "text", text: "B" }] })),
    ).toEqual(["queue/edited"])
    expect(names(world.submit({ kind: "request", _tag: "ReorderQueue", order: ["c", "b", "a"] }))).toEqual(["queue/reordered"])
    expect(names(world.submit({ kind: "request", _tag: "RemoveMessage", messageId: "a" }))).toEqual(["queue/removed"])
    expect(waiting(world)).toEqual(["c", "b"])
    expect(agentOf(world).queue[1]).toMatchObject({ edited: true, parts: [{ text: "B" }] })
    expect(names(world.submit({ kind: "request", _tag: "ReorderQueue", order: ["c"] }))).toEqual(["SessionNotReady"])
    expect(
      names(world.submit({ kind: "request", _tag: "EditMessage", messageId: "m1", parts: [{ type: "text", text: "x" }] })),
    ).toEqual(["MessageNotQueued"])
    world.endTurn("completed")
    world.readJournal()
    expect(names(world.submit({ kind: "request", _tag: "RemoveMessage", messageId: "c" }))).toEqual(["MessageNotQueued"])
  })

  it("Q-21 sends what waits now: into the turn, in its place, or whatever holds the queue", () => {
    const now = (world: AgentWorld, messageId: string, mode: "steer" | "interrupt"): ReadonlyArray<string> =>
      names(world.submit({ kind: "request", _tag: "SendQueued", messageId, mode, turn: world.id("t") }))
    const steered = streaming()
    for (const id of ["a", "b"]) send(steered, id)
    expect(now(steered, "b", "steer")).toEqual(["queue/sent"])
    expect(now(steered, "b", "steer")).toEqual(["MessageNotQueued"])
    expect(now(steered, "a", "interrupt")).toEqual(["turn/interrupting"])
    const blunt = streaming(false)
    for (const id of ["a", "b", "c"]) send(blunt, id)
    // What cannot go into the turn is next, and the turn continues.
    expect(now(blunt, "b", "steer")).toEqual(["queue/reordered"])
    expect(waiting(blunt)).toEqual(["b", "a", "c"])
    expect(now(blunt, "c", "interrupt")).toEqual(["queue/reordered", "turn/interrupting"])
    expect(waiting(blunt)).toEqual(["c", "b", "a"])
    expect(agentOf(blunt).turn?.interrupting).toBe("message")
    const held = streaming()
    send(held, "a")
    held.submit({ kind: "request", _tag: "HoldQueue" })
    held.endTurn("completed")
    held.readJournal()
    expect(waiting(held)).toEqual(["a"])
    expect(now(held, "a", "steer")).toEqual(["queue/released", "turn/started", "queue/sent"])
  })

  it("Q-5 starts the next waiting message automatically when a turn has completed", () => {
    const world = streaming()
    send(world, "a")
    world.endTurn("completed")
    world.readJournal()
    expect(agentOf(world).queue).toMatchObject([{ id: "a", status: "sent" }])
  })

  it("Q-6 queues, steers, interrupts and rejects", () => {
    const world = streaming()
    expect(names(send(world, "r", "reject"))).toEqual(["AgentBusy"])
    const steered = send(world, "s", "steer")
    expect(steered._tag === "Accepted" && sentStatus(steered.events, "s")).toBe("steered")
    const queued = send(world, "q")
    expect(queued._tag === "Accepted" && sentStatus(queued.events, "q")).toBe("queued")
    expect(names(send(world, "i", "interrupt"))).toEqual(["queue/added", "turn/interrupting"])
    world.performAll()
    world.readJournal()
    expect(ended(world)).toEqual(["interrupted"])
    expect(agentOf(world).queue.find(({ status }) => status === "sent")?.id).toBe("i")
  })

  it("Q-6 lets a message that cannot be steered wait in front", () => {
    const world = streaming(false)
    send(world, "a")
    expect(names(send(world, "s", "steer"))).toEqual(["queue/added"])
    expect(waiting(world)).toEqual(["s", "a"])
  })

  it("Q-7 holds the queue after a person's interrupt, an error and a loss, until a message is sent", () => {
    for (const [stop, reason] of [
      ["interrupt", "interrupted"],
      ["error", "error"],
      ["lose", "lost"],
    ] as const) {
      const world = streaming()
      send(world, "a")
      if (stop === "interrupt") world.submit({ kind: "request", _tag: "Interrupt", reason: "person" })
      if (stop === "error") world.endTurn("error")
      if (stop === "lose") world.loseRunner()
      world.performAll()
      world.readJournal()
      expect(agentOf(world).hold?.reason).toBe(reason)
      expect(agentOf(world).turn).toBeUndefined()
      send(world, "b")
      expect(agentOf(world).hold).toBeUndefined()
      expect(agentOf(world).queue).toMatchObject([
        { id: "a", status: "sent" },
        { id: "b", status: "waiting" },
      ])
    }
  })

  it("Q-8 shows an unconfirmed hand-over as uncertain and sends nothing again automatically (trap:9)", () => {
    const world = new AgentWorld()
    send(world, "m1")
    world.performAll()
    world.becomeReady()
    world.readJournal()
    world.performAll()
    // The agent took it, but the runner died with that note in its memory.
    world.journal.length = 0
    world.loseRunner()
    expect(agentOf(world).queue).toMatchObject([{ id: "m1", status: "uncertain" }])
    expect(duties(world.state)).toEqual([])
    world.submit({ kind: "request", _tag: "ResolveMessage", messageId: "m1", action: "again", turn: "t9" })
    expect(agentOf(world).queue).toMatchObject([{ id: "m1", status: "sent", turn: "t9" }])
    expect(names(world.submit({ kind: "request", _tag: "ResolveMessage", messageId: "m1", action: "drop", turn: "t" }))).toEqual([
      "MessageNotQueued",
    ])
  })

  it("Q-10 does nothing when an interrupt comes after the end, and never touches the next turn (trap:8)", () => {
    const world = streaming()
    const first = agentOf(world).turn?.id ?? ""
    send(world, "a")
    world.endTurn("completed")
    world.readJournal()
    expect(agentOf(world).turn?.id).not.toBe(first)
    world.performAll()
    world.readJournal()
    world.perform({ type: "interrupt", id: `interrupt:${first}`, turn: first })
    world.readJournal()
    expect(agentOf(world).turn?.interrupting).toBeUndefined()
    world.endTurn("completed")
    world.readJournal()
    expect(names(world.submit({ kind: "request", _tag: "Interrupt", reason: "person" }))).toEqual([])
    expect(ended(world)).toEqual(["completed", "completed"])
  })

  it("Q-11 refuses an empty message, one over the limit, and a full queue", () => {
    const world = streaming()
    expect(names(send(world, "e", "queue", " \n"))).toEqual(["Unprocessable"])
    expect(names(send(world, "l", "queue", "x".repeat(MESSAGE_MAX)))).toEqual(["TooLarge"])
    for (let i = 0; i < QUEUE_MAX; i++) send(world, `q${i}`)
    expect(names(send(world, "f"))).toEqual(["Busy"])
    expect(waiting(world)).toHaveLength(QUEUE_MAX)
  })

  it("trap:4 takes the end of a process in a turn for an error, never for the turn's end", () => {
    const world = streaming()
    world.exit()
    world.readJournal()
    expect(ended(world)).toEqual(["error"])
    expect(world.state.process).toBe("exited")
    expect(names(send(world, "a"))).toContain("turn/started")
    expect(duties(world.state)).toMatchObject([{ type: "start" }])
  })
})

describe("check:A3 and check:A6", () => {
  it("check:A3 interrupt against completion against a queued message: one end a turn, the message sent once, in 500 interleavings", () => {
    const step = fc.constantFrom("interrupt", "complete", "send", "perform", "read", "read", "restart")
    fc.assert(
      fc.property(fc.array(step, { minLength: 6, maxLength: 14, size: "max" }), (steps) => {
        const world = streaming()
        let sent = false
        for (const what of [...steps, "send"]) {
          if (what === "interrupt") world.submit({ kind: "request", _tag: "Interrupt", reason: "person" })
          if (what === "complete") world.endTurn("completed")
          if (what === "send" && !sent) sent = names(send(world, "queued")).length > 0
          if (what === "perform") world.performAll()
          if (what === "read") world.readJournal(1)
          if (what === "restart") world.restartHub()
        }
        for (let i = 0; i < 10; i++) {
          world.submit({ kind: "request", _tag: "ReleaseQueue", turn: world.id("t") })
          world.performAll()
          world.endTurn("completed")
          world.readJournal()
        }
        expect(ended(world)).toHaveLength(agentOf(world).turns)
        expect(world.delivered).toEqual(["m1", "queued"])
      }),
      { numRuns: 500 },
    )
  })

  it("check:A6 Q-9 delivers 100 messages of 5 clients in the order of the log, after edits, removals, reorderings and restarts", () => {
    const world = streaming()
    const random = fc.sample(fc.nat(1_000_000), { seed: 7, numRuns: 400 })
    for (let i = 0; i < 100; i++) {
      world.submit({
        kind: "request",
        _tag: "SendMessage",
        messageId: `q${i}`,
        parts: [{ type: "text", text: `${i}` }],
        mode: "queue",
        by: `client-${i % 5}`,
        at: i,
        turn: world.id("t"),
      })
      const pick = random[i] ?? 0
      const ids = waiting(world)
      const id = ids[pick % ids.length] ?? ""
      if (pick % 3 === 0)
        world.submit({ kind: "request", _tag: "EditMessage", messageId: id, parts: [{ type: "text", text: `edited ${i}` }] })
      if (pick % 7 === 0) world.submit({ kind: "request", _tag: "RemoveMessage", messageId: id })
      if (pick % 5 === 0) world.submit({ kind: "request", _tag: "ReorderQueue", order: waiting(world).toReversed() })
      if (pick % 11 === 0) world.restartHub()
    }
    const order = waiting(world)
    for (let i = 0; i < 110; i++) {
      world.endTurn("completed")
      world.readJournal()
      if (i % 9 === 0) world.restartHub()
      world.performAll()
      world.readJournal()
    }
    expect(world.delivered).toEqual(["m1", ...order])
    const taken = world.log.filter(({ channel, type }) => channel === "queue" && type === "taken")
    expect(taken.map(({ data }) => (data as { messageId: string }).messageId)).toEqual(["m1", ...order])
  })
})

describe("permission requests", () => {
  const answer = (world: AgentWorld, by: string, optionId: string, remember?: "session"): Decision =>
    world.submit({
      kind: "request",
      _tag: "AnswerPermission",
      requestId: agentOf(world).permissions[0]?.id ?? "",
      answer: { optionId, ...(remember === undefined ? {} : { remember: { scope: remember } }) },
      by,
      at: 1,
    })

  it("P-1 the first answer wins, and a later one gets it", () => {
    const world = streaming()
    world.ask("shell")
    world.readJournal()
    expect(names(answer(world, "ann", "maybe"))).toEqual(["Unprocessable"])
    expect(names(answer(world, "ann", "yes"))).toEqual(["permission/answered"])
    const late = answer(world, "bob", "no")
    expect(late).toMatchObject({ rejection: { _tag: "PermissionSettled", decision: { by: "ann", allow: true } } })
  })

  it("P-3 what is open is cancelled with its turn", () => {
    const world = streaming()
    world.ask("shell")
    world.ask("write")
    world.readJournal()
    world.endTurn("completed")
    world.readJournal()
    expect(world.log.filter(({ type }) => type === "cancelled")).toHaveLength(2)
    expect(agentOf(world).permissions).toEqual([])
    expect(names(answer(world, "ann", "yes"))).toEqual(["PermissionNotFound"])
  })

  it("P-4 a remembered answer answers what it matches, and the log names the rule", () => {
    const world = streaming()
    world.ask("shell")
    world.readJournal()
    answer(world, "ann", "yes", "session")
    world.ask("shell")
    world.ask("write")
    world.readJournal()
    expect(agentOf(world).permissions.map(({ tool, decision }) => [tool, decision?.by])).toEqual([
      ["shell", "ann"],
      ["shell", "rule"],
      ["write", undefined],
    ])
    const commands = [{ argv: ["rm", "-rf", "/"] }]
    const request = { kind: "tool", tool: "t", parsed: { type: "commands", cwd: "/", commands, literal: true } } as const
    const rules = [
      { tool: "t", allow: true },
      { tool: "t", allow: false, covers: { type: "commands", cwd: "/", argv: ["rm"] } },
    ] as const
    expect(rulesFor(request, rules)?.allow).toBe(false)
    expect(rulesFor({ ...request, kind: "question" }, rules)).toBeUndefined()
  })

  it("P-6 an expired request is a no for the agent", () => {
    const world = streaming()
    world.ask("shell")
    world.readJournal()
    world.submit({ kind: "request", _tag: "ExpirePermission", requestId: agentOf(world).permissions[0]?.id ?? "" })
    expect(duties(world.state)).toMatchObject([{ type: "answer", decision: { allow: false, by: "time limit" } }])
  })
})

describe("usage", () => {
  it("A-12 sums what each turn used in the record", () => {
    const world = streaming()
    send(world, "a")
    for (let i = 0; i < 2; i++) {
      world.endTurn("completed")
      world.readJournal()
      world.performAll()
      world.readJournal()
    }
    expect(world.record().agent?.usage).toEqual({ outputTokens: 2 })
  })

  it("A-13 a usage limit holds the queue, continues automatically only when allowed, and can be released", () => {
    for (const continues of [true, false]) {
      const world = streaming()
      send(world, "a")
      world.limit(continues)
      world.readJournal()
      expect(agentOf(world).hold).toMatchObject({ reason: "usage-limit", until: 1, continues })
      world.submit({ kind: "request", _tag: "LimitOver", at: 0, turn: "t-early" })
      expect(agentOf(world).hold).toBeDefined()
      world.submit({ kind: "request", _tag: "LimitOver", at: 1, turn: "t-over" })
      expect(agentOf(world).hold === undefined).toBe(continues)
      if (!continues) world.submit({ kind: "request", _tag: "ReleaseQueue", turn: "t-now" })
      expect(agentOf(world).queue).toMatchObject([{ id: "a", status: "sent" }])
    }
  })
})
