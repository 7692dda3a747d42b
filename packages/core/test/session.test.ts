import type { Event } from "@holdfast/protocol/event"
import type { EventDraft } from "@holdfast/protocol/events"
import { CHANNELS } from "@holdfast/protocol/event"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { AgentCommand } from "../src/agent/commands.ts"
import { type Command, decide, refuseInput } from "../src/decide.ts"
import { evolve, evolveOutput } from "../src/evolve.ts"
import { type SessionState, toSession } from "../src/state.ts"
import type { ReportData } from "../src/terminal/program.ts"
import { throughStore } from "./through-store.ts"

const id = "01890000-0000-7000-8000-000000000001"
const spec = { command: "sh", args: [], cwd: "/", env: [], cols: 80, rows: 24, term: "xterm-256color" }

const eventOf = (draft: EventDraft, seq: number, time: number): Event => {
  const [channel, type] = draft.name.split("/")
  return { seq, time, channel, type, data: draft.data } as Event
}

/** Applies commands one after another, as the server's loop does. */
function play(commands: ReadonlyArray<Command>): { state: SessionState | undefined; log: ReadonlyArray<Event> } {
  let state: SessionState | undefined
  const log: Array<Event> = []
  commands.forEach((command, step) => {
    const decision = decide(state, command)
    if (decision._tag === "Rejected") return
    for (const draft of decision.events) {
      const event = eventOf(draft, log.length + 1, 1000 + step)
      log.push(event)
      state = evolve(state, event, id)
    }
  })
  return { state, log }
}

const create: Extract<Command, { readonly _tag: "Create" }> = {
  _tag: "Create",
  kind: "terminal",
  label: "work",
  tags: ["a"],
  owner: "owner",
  terminal: spec,
  child: "c1",
}

const client = fc.constantFrom("client-a", "client-b")

type OwnCommand = Exclude<Command, AgentCommand>

const states = fc.constantFrom("working", "blocked", "done", "failed", "idle")

/** What a terminal's program reports. */
const reports: fc.Arbitrary<ReportData> = fc.oneof(
  fc.constant({}),
  fc.record(
    {
      state: states,
      message: fc.constantFrom("m", "n"),
      progress: fc.constantFrom(1, 2),
      task: fc.constant("a"),
      tasks: fc.array(fc.record({ id: fc.constantFrom("a", "b"), state: states }), { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: ["state"] },
  ),
)

/** Each command that is not an agent's: one that is missing does not compile. */
const commands = {
  Create: fc.constant(create),
  Update: fc.record(
    {
      _tag: fc.constant("Update"),
      label: fc.constantFrom("x", "y"),
      tags: fc.array(fc.constantFrom("a", "b")),
      pinned: fc.boolean(),
      metadata: fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom("1", "2", null)),
    },
    { requiredKeys: ["_tag"] },
  ),
  Archive: fc.constant({ _tag: "Archive" }),
  Restore: fc.constant({ _tag: "Restore" }),
  Delete: fc.constant({ _tag: "Delete", purgeAt: 5 }),
  Mark: fc.constant({ _tag: "Mark", text: "here" }),
  SetTypist: fc.record({
    _tag: fc.constant("SetTypist"),
    mode: fc.constantFrom("single", "free"),
    client,
    name: client,
    seat: client,
  }),
  TypistAway: fc.record({ _tag: fc.constant("TypistAway"), seat: client }),
  Restart: fc.constant({ _tag: "Restart", child: "c2", runner: "r1", cols: 90, rows: 30 }),
  Trimmed: fc.constant({ _tag: "Trimmed", through: 1, bytes: 9, reason: "size" }),
  ProcessStarted: fc.constant({ _tag: "ProcessStarted", pid: 7, cols: 80, rows: 24 }),
  ProcessFailed: fc.constant({ _tag: "ProcessFailed", tag: "CommandNotFound", message: "no" }),
  ProcessResized: fc.record({ _tag: fc.constant("ProcessResized"), cols: fc.integer({ min: 1, max: 3 }), rows: fc.constant(24) }),
  ProcessTitled: fc.record({ _tag: fc.constant("ProcessTitled"), title: fc.constantFrom("t", "u") }),
  ProcessReported: fc.record({ _tag: fc.constant("ProcessReported"), report: reports }),
  ProcessCommanded: fc.record(
    {
      _tag: fc.constant("ProcessCommanded"),
      line: fc.constant("make"),
      startedAt: fc.constantFrom(1, 2),
      milliseconds: fc.constant(5),
      exitCode: fc.constantFrom(0, 2),
    },
    { requiredKeys: ["_tag", "startedAt"] },
  ),
  ProcessExited: fc.record(
    { _tag: fc.constant("ProcessExited"), code: fc.constant(3), signal: fc.constant("SIGTERM") },
    { requiredKeys: ["_tag", "code"] },
  ),
  ProcessLost: fc.constant({ _tag: "ProcessLost", reason: "runner-died", message: "gone" }),
} satisfies { readonly [T in OwnCommand["_tag"]]: fc.Arbitrary<Extract<OwnCommand, { readonly _tag: T }>> }

const command: fc.Arbitrary<Command> = fc.oneof(...Object.values<fc.Arbitrary<Command>>(commands))

describe("the fold of a session", () => {
  it("E-5 evolving through the log again yields the state that the commands left, from any cut", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), fc.nat(), (commands, cut) => {
        const { state, log } = play([create, ...commands])
        const at = log.length === 0 ? 0 : cut % (log.length + 1)
        const half = log.slice(0, at).reduce<SessionState | undefined>((s, e) => evolve(s, e, id), undefined)
        const whole = log
          .slice(at)
          .reduce((s, e) => evolve(s, e, id), half === undefined ? undefined : (JSON.parse(JSON.stringify(half)) as SessionState))
        expect(whole).toEqual(state)
        if (state !== undefined) expect(throughStore(state)).toEqual(state)
      }),
    )
  })

  it("E-1 every accepted command makes events with dense seqs and the state holds the last one", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const { state, log } = play([create, ...commands])
        expect(log.map((e) => e.seq)).toEqual(log.map((_, i) => i + 1))
        expect(state?.lastSeq).toBe(log.length)
      }),
    )
  })

  it("a child ends once: after exit, failure or loss nothing it reports changes the state until a restart", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        let hasEnded = false
        for (const { channel, type } of play([create, ...commands]).log) {
          if (channel !== "terminal") continue
          expect([hasEnded, type === "starting"]).toEqual([type === "starting", hasEnded])
          hasEnded = ["exit", "failed", "lost"].includes(type)
        }
      }),
    )
  })

  it("E-3 trap:12 an event of an unknown kind or shape is counted and stalls nothing", () => {
    const { state } = play([create])
    fc.assert(
      fc.property(fc.constantFrom(...CHANNELS), fc.string(), fc.jsonValue(), (channel, type, data) => {
        const event = { seq: 2, time: 5, channel, type: `x-${type}`, data } as Event
        const next = evolve(state, event, id)
        expect(next?.unknown).toBe(1)
        expect(next?.lastSeq).toBe(2)
        expect({ ...next, unknown: 0, lastSeq: 1 }).toEqual(state)
      }),
    )
    const broken = evolve(state, { seq: 2, time: 5, channel: "session", type: "renamed", data: { label: 7 } }, id)
    expect(broken?.label).toBe("work")
    expect(broken?.unknown).toBe(1)
  })

  it("restoring removes what archive and delete left, and a command that changes nothing makes no event", () => {
    const { state, log } = play([create, { _tag: "Delete", purgeAt: 9 }, { _tag: "Restore" }])
    expect(state?.status).toBe("active")
    expect(state).not.toHaveProperty("purgeAt")
    expect(state).not.toHaveProperty("deletedAt")
    expect(log.length).toBe(3)
    for (const again of [{ _tag: "Restore" }, { _tag: "Update", label: "work", tags: ["a"], pinned: false }] as const) {
      expect(decide(state, again)).toEqual({ _tag: "Accepted", events: [] })
    }
  })

  it("T-10 one client holds the keyboard, another is refused until it is free or taken", () => {
    const started: Command = { _tag: "ProcessStarted", pid: 1, cols: 80, rows: 24 }
    const take = (seat: string): Command => ({ _tag: "SetTypist", mode: "single", client: "tab", name: seat, seat })
    const { state } = play([create, started, take("client-a")])
    expect(state && refuseInput(state, "client-b")?._tag).toBe("NotTypist")
    expect(state && refuseInput(state, "client-a")).toBeUndefined()
    const taken = play([create, started, take("client-a"), take("client-b")]).state
    expect(taken && refuseInput(taken, "client-a")?._tag).toBe("NotTypist")
    const away = play([create, started, take("client-a"), { _tag: "TypistAway", seat: "client-a" }]).state
    expect(away && refuseInput(away, "client-b")).toBeUndefined()
    const exited = play([create, started, take("client-a"), { _tag: "ProcessExited", code: 0 }]).state
    expect(exited?.terminal).not.toHaveProperty("typist")
    expect(exited && refuseInput(exited, "client-a")?._tag).toBe("SessionNotReady")
  })

  it("output touches only the last seq and the time of activity", () => {
    const { state } = play([create])
    if (state === undefined) throw new Error("no state")
    const direct = evolveOutput(state, 2, 77)
    expect(direct).toEqual(evolve(state, { seq: 2, time: 77, channel: "terminal", type: "output", data: { text: "x" } }, id))
  })

  it("T-60 neither a resize nor the redraw that answers it is activity; what is printed a second later is", () => {
    const started: Command = { _tag: "ProcessStarted", pid: 1, cols: 80, rows: 24 }
    const { state } = play([create, started])
    if (state === undefined) throw new Error("no state")
    const after = (...steps: ReadonlyArray<readonly [time: number, name?: "resize"]>): number =>
      steps.reduce<SessionState>((before, [time, name]) => {
        const seq = before.lastSeq + 1
        if (name === undefined) {
          const output: Event = { seq, time, channel: "terminal", type: "output", data: { text: "x" } }
          const next = evolveOutput(before, seq, time)
          expect(evolve(before, output, id)).toEqual(next)
          return next
        }
        const event = eventOf({ name: "terminal/resize", data: { cols: time, rows: 9 } }, seq, time)
        return evolve(before, event, id) ?? before
      }, state).lastActiveAt
    const created = state.createdAt
    expect(after([5000, "resize"])).toBe(created)
    expect(after([3000], [5000, "resize"], [5000], [5400], [5999])).toBe(3000)
    expect(after([3000], [5000, "resize"], [5400], [6000])).toBe(6000)
    // A window that is dragged: the last of its sizes counts.
    expect(after([5000, "resize"], [5500], [5900, "resize"], [6800])).toBe(created)
    expect(after([5000, "resize"], [4900])).toBe(4900)
  })

  it("a record shows the bounds of the store, and the directory that it was created with", () => {
    const { state } = play([create])
    if (state === undefined) throw new Error("no state")
    const renamed = play([create, { _tag: "Update", label: "other" }]).state
    expect(renamed && toSession(renamed, { firstSeq: 1, lastSeq: 2, change: 1 })).toMatchObject({
      label: "other",
      directory: `work-${id}`,
    })
    const record = toSession(state, { firstSeq: 3, lastSeq: 9, change: 4 })
    expect(record).toMatchObject({ id, firstSeq: 3, lastSeq: 9, change: 4, process: "starting", directory: `work-${id}` })
  })
})
