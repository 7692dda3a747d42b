import type { Event } from "@holdfast/protocol/event"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { duties } from "../../src/agent/duties.ts"
import { EMPTY_QUEUE, sizeWith } from "../../src/agent/queue-item.ts"
import type { SessionState } from "../../src/state.ts"
import { throughStore } from "../through-store.ts"
import { AgentWorld } from "./agent-world.ts"

const LONG = process.env["HOLDFAST_FAULTS"] === "long"
const RUNS = LONG ? 20_000 : 1500

const people = ["ann", "bob", "cy", "di", "ed"] as const
const modes = ["queue", "steer", "interrupt", "reject"] as const

/** One step: what happens, and a number that picks among what there is. */
const step = fc.tuple(
  fc.constantFrom(
    "send",
    "send",
    "send",
    "edit",
    "remove",
    "reorder",
    "send-now",
    "resolve",
    "hold",
    "release",
    "limit-over",
    "interrupt",
    "stalled",
    "answer",
    "expire",
    "configure",
    "perform-all",
    "perform-all",
    "perform-any",
    "ready",
    "ready",
    "fail",
    "fail-early",
    "withdraw",
    "renew",
    "move",
    "say",
    "take-steered",
    "ask",
    "ask-beside",
    "begin-own",
    "start-task",
    "end-task",
    "stop-task",
    "complete",
    "complete",
    "error",
    "limit",
    "exit",
    "unload",
    "unload",
    "lose",
    "read-one",
    "read-all",
    "read-all",
    "restart",
  ),
  fc.nat({ max: 1000 }),
)

/** What the world must never show. */
class Invariants {
  readonly accepted = new Set<string>()
  readonly again = new Map<string, number>()
  readonly #open = new Set<string>()
  readonly #started = new Set<string>()
  readonly #taken = new Set<string>()
  readonly #removed = new Set<string>()
  readonly #messages = new Set<string>()

  see(before: SessionState | undefined, event: Event): void {
    const name = `${event.channel}/${event.type}`
    const data = event.data as Record<string, never>
    const agent = before?.agent
    if (name === "turn/started") {
      const untaken = agent?.queue.some(({ status, turn }) => status === "sent" && turn === agent.turn?.id) ?? false
      expect(this.#open.size, "one turn at a time, and one that was not begun behind it").toBeLessThanOrEqual(untaken ? 1 : 0)
      expect(this.#started.has(data["turn"] ?? "")).toBe(false)
      this.#open.add(data["turn"] ?? "")
      this.#started.add(data["turn"] ?? "")
    }
    if (name === "turn/ended") expect(this.#open.delete(data["turn"] ?? ""), "a turn ends once").toBe(true)
    if (name === "queue/sent" && (data["steer"] as unknown) !== true) {
      const first = agent?.queue.find(({ status }) => status === "waiting")
      expect(data["messageId"], "the order of delivery is that of the queue").toBe(first?.id)
    }
    if (name === "session/agent-ending") {
      expect(agent?.turn, "an agent that works is not unloaded").toBe(undefined)
      if ((data["reason"] as unknown) !== "renewed") {
        expect(agent?.tasks, "nor one with something in the background").toEqual([])
        expect(agent?.permissions, "nor one that asks").toEqual([])
      }
      expect(agent?.queue.some(({ status }) => status === "sent")).toBe(false)
    }
    if (name === "session/agent-exited") expect(data["reason"]).toBe(agent?.ending?.reason ?? "itself")
    if (name === "queue/uncertain" && agent?.ending !== undefined) {
      const turn = agent.queue.find(({ id, steer }) => id === data["messageId"] && steer !== true)?.turn
      expect(turn === undefined || turn !== agent.turn?.id, "what is sent to a process that is to end is not in doubt").toBe(true)
    }
    if (name === "queue/taken") {
      expect(this.#taken.has(data["messageId"] ?? ""), "taken once").toBe(false)
      this.#taken.add(data["messageId"] ?? "")
    }
    if (name === "queue/removed") this.#removed.add(data["messageId"] ?? "")
    if (name === "message/added" || name === "agent/steering-message") {
      const id = name === "message/added" ? (data["message"] as unknown as { readonly id: string }).id : (data["id"] ?? "")
      expect(this.#messages.has(id), "a message is in the transcript once").toBe(false)
      this.#messages.add(id)
    }
    if (name === "permission/answered") {
      const { by, allow, rules } = data["decision"] as unknown as { by: string; allow: boolean; rules?: ReadonlyArray<unknown> }
      if (allow) expect(people.some((name) => name === by) || (by === "rule" && (rules?.length ?? 0) > 0)).toBe(true)
    }
  }

  hold(world: AgentWorld): void {
    const { agent } = world.state
    if (agent === undefined) throw new Error("the session is an agent's")
    expect(world.state.unknown).toBe(0)
    for (const { turn } of agent.permissions) {
      if (turn !== undefined) expect(agent.turn?.id, "requests end with their turn").toBe(turn)
    }
    const lives = world.state.process === "running" || world.state.process === "starting"
    expect(!lives && agent.tasks.length > 0, "tasks end with their process").toBe(false)
    const queued = new Set(agent.queue.map(({ id }) => id))
    expect(queued.size).toBe(agent.queue.length)
    for (const id of this.accepted) {
      const places = Number(queued.has(id)) + Number(this.#taken.has(id)) + Number(this.#removed.has(id))
      expect(places, `message ${id} is in one place`).toBe(1)
    }
    const times = new Map<string, number>()
    for (const id of world.delivered) times.set(id, (times.get(id) ?? 0) + 1)
    for (const [id, count] of times)
      expect(count, `message ${id} is given to an agent once`).toBeLessThanOrEqual(1 + (this.again.get(id) ?? 0))
    expect(this.#messages.size - this.#taken.size).toBeLessThanOrEqual(this.#started.size)
    JSON.stringify(world.record())
  }
}

function sendNow(world: AgentWorld, messageId: string | undefined, mode: "steer" | "interrupt"): void {
  if (messageId !== undefined) world.submit({ kind: "request", _tag: "SendQueued", messageId, mode, turn: world.id("t") })
}

function act(world: AgentWorld, invariants: Invariants, what: string, pick: number): void {
  const { agent } = world.state
  const queue = agent?.queue ?? []
  const item = queue[pick % Math.max(1, queue.length)]
  const by = people[pick % people.length] ?? "ann"
  switch (what) {
    case "send": {
      const id = world.id("m")
      const mode = modes[pick % modes.length] ?? "queue"
      const parts = [{ type: "text" as const, text: `text ${id}` }]
      const decision = world.submit({
        kind: "request",
        _tag: "SendMessage",
        messageId: id,
        parts,
        mode,
        by,
        at: world.log.length,
        turn: world.id("t"),
      })
      if (decision._tag === "Accepted") invariants.accepted.add(id)
      return
    }
    case "edit":
      if (item !== undefined)
        world.submit({
          kind: "request",
          _tag: "EditMessage",
          messageId: item.id,
          parts: [{ type: "text", text: `edited ${pick}` }],
        })
      return
    case "remove":
      if (item !== undefined) world.submit({ kind: "request", _tag: "RemoveMessage", messageId: item.id })
      return
    case "reorder": {
      const order = queue.filter(({ status }) => status === "waiting").map(({ id }) => id)
      world.submit({
        kind: "request",
        _tag: "ReorderQueue",
        order: pick % 2 === 0 ? order.reverse() : [...order.slice(1), ...order.slice(0, 1)],
      })
      return
    }
    case "send-now":
      return sendNow(world, item?.id, pick % 2 === 0 ? "steer" : "interrupt")
    case "resolve": {
      const uncertain = queue.find(({ status }) => status === "uncertain")
      if (uncertain === undefined) return
      const action = pick % 2 === 0 ? ("again" as const) : ("drop" as const)
      if (action === "again") invariants.again.set(uncertain.id, (invariants.again.get(uncertain.id) ?? 0) + 1)
      world.submit({ kind: "request", _tag: "ResolveMessage", messageId: uncertain.id, action, turn: world.id("t") })
      return
    }
    case "hold":
      return void world.submit({ kind: "request", _tag: "HoldQueue" })
    case "release":
      return void world.submit({ kind: "request", _tag: "ReleaseQueue", turn: world.id("t") })
    case "limit-over":
      return void world.submit({ kind: "request", _tag: "LimitOver", at: 2, turn: world.id("t") })
    case "interrupt":
    case "stalled":
      return void world.submit({ kind: "request", _tag: "Interrupt", reason: what === "stalled" ? what : "person" })
    case "answer":
    case "expire": {
      const request = agent?.permissions[pick % Math.max(1, agent.permissions.length)]
      if (request === undefined) return
      if (what === "expire") return void world.submit({ kind: "request", _tag: "ExpirePermission", requestId: request.id })
      const answer = {
        optionId: pick % 3 === 0 ? "no" : "yes",
        ...(pick % 5 === 0 ? { remember: { scope: "session" as const } } : {}),
      }
      return void world.submit({ kind: "request", _tag: "AnswerPermission", requestId: request.id, answer, by, at: 1 })
    }
    case "configure":
      return void world.submit({ kind: "request", _tag: "ConfigureAgent", model: `m${pick % 3}` })
    case "renew": {
      const told = world.log.find(({ channel, type }) => channel === "message" && type === "added")
      const before = pick % 2 === 0 && told !== undefined ? { before: { id: "m", seq: told.seq } } : {}
      return void world.submit({ kind: "request", _tag: "RenewAgent", ...before, turn: world.id("t") })
    }
    case "move":
      return void world.submit({ kind: "request", _tag: "MoveAgent", cwd: `/d${pick % 3}`, turn: world.id("t") })
    case "stop-task":
      return void world.submit({ kind: "request", _tag: "StopTask", taskId: agent?.tasks.at(pick % 3)?.id ?? "none" })
    default:
      happen(world, what, pick)
  }
}

/** What comes of the agent, its process, its runner and the hub. */
function happen(world: AgentWorld, what: string, pick: number): void {
  switch (what) {
    case "perform-all":
      return world.performAll()
    case "perform-any":
      return world.performAny(pick)
    case "ready":
      return world.becomeReady()
    case "fail":
      return world.failToStart()
    case "fail-early":
      return world.failBefore()
    case "withdraw":
      return world.withdraw(pick)
    case "say":
      return world.say(`word ${pick}`)
    case "take-steered":
      return world.takeSteered()
    case "ask":
      return world.ask(`tool${pick % 2}`)
    case "ask-beside":
      return world.ask(`tool${pick % 2}`, true)
    case "begin-own":
      return world.beginOwn()
    case "start-task":
      return world.startTask()
    case "end-task":
      return world.endTask([...(world.process?.tasks ?? [])].at(pick % 3))
    case "complete":
      return world.endTurn("completed")
    case "error":
      return world.endTurn("error")
    case "limit":
      return world.limit(pick % 2 === 0)
    case "exit":
      return world.exit()
    case "unload":
      return world.unload()
    case "lose":
      return world.loseRunner()
    case "read-one":
      return world.readJournal(1)
    case "read-all":
      return world.readJournal()
    case "restart":
      return world.restartHub()
  }
}

/** From here on the agent does its work and people resolve what only they can: everything must come to its end. */
function drain(world: AgentWorld, invariants: Invariants): void {
  for (let round = 0; round < 400; round++) {
    world.readJournal()
    const { agent } = world.state
    if (agent === undefined) throw new Error("the session is an agent's")
    const isOwed = duties(world.state).length > 0 || agent.permissions.some(({ decision }) => decision !== undefined)
    if (agent.queue.length === 0 && agent.turn === undefined && world.journal.length === 0 && !isOwed) return
    if (agent.hold !== undefined) world.submit({ kind: "request", _tag: "ReleaseQueue", turn: world.id("t") })
    if (agent.queue.some(({ status }) => status === "uncertain")) act(world, invariants, "resolve", 0)
    world.performAll()
    world.becomeReady()
    world.takeSteered()
    world.readJournal()
    if (world.process?.turn !== undefined) world.endTurn("completed")
    invariants.hold(world)
  }
  throw new Error(`the queue does not drain: ${JSON.stringify(world.state.agent)}`)
}

describe("the turn machine", () => {
  it(
    "Q-2 Q-3 Q-7 Q-8 Q-9 A-6 A-16 A-18 P-1 P-3 P-5 holds its invariants whatever people, agents, runners and hubs do, and always drains",
    { timeout: 300_000 },
    () => {
      fc.assert(
        fc.property(fc.boolean(), fc.array(step, { maxLength: 80, size: "max" }), (steers, steps) => {
          const world = new AgentWorld(steers)
          const invariants = new Invariants()
          world.check = (before, event) => invariants.see(before, event)
          for (const [what, pick] of steps) {
            act(world, invariants, what, pick)
            invariants.hold(world)
            if (pick % 10 === 0) expect(throughStore(world.state)).toEqual(world.state)
            const { queue = [], queueSize } = world.state.agent ?? {}
            expect(queueSize).toEqual(queue.reduce(sizeWith, EMPTY_QUEUE))
          }
          drain(world, invariants)
          const live = world.state
          world.restartHub()
          expect(world.state).toEqual(JSON.parse(JSON.stringify(live)))
        }),
        { numRuns: RUNS },
      )
    },
  )
})
