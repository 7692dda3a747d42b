import type { Event } from "@holdfast/protocol/event"
import { describe, expect, it } from "vitest"
import { type Command, decide } from "../../src/decide.ts"
import { evolve } from "../../src/evolve.ts"
import { type SessionState, toSession } from "../../src/state.ts"
import type { ReportData } from "../../src/terminal/program.ts"

const spec = { command: "sh", args: [], cwd: "/", env: [], cols: 80, rows: 24, term: "xterm-256color" }
const begun: ReadonlyArray<Command> = [
  { _tag: "Create", kind: "terminal", label: "work", tags: [], owner: "owner", terminal: spec, child: "c1" },
  { _tag: "ProcessStarted", pid: 7, cols: 80, rows: 24 },
]

/** The record after commands, one a second, and the types of their events. */
function played(...commands: ReadonlyArray<Command>) {
  let state: SessionState | undefined
  const types: Array<string> = []
  for (const [step, command] of [...begun, ...commands].entries()) {
    const decision = decide(state, command)
    if (decision._tag === "Rejected") continue
    for (const { name, data } of decision.events) {
      const [channel, type] = name.split("/")
      types.push(name)
      state = evolve(state, { seq: types.length, time: 1000 * step, channel, type, data } as Event, "id")
    }
  }
  if (state === undefined) throw new Error("nothing was played")
  const record = toSession(state, { firstSeq: 1, lastSeq: state.lastSeq, change: 1 })
  return { program: record.terminal?.program, lastCommand: record.terminal?.lastCommand, record, types: types.slice(2) }
}

const report = (report: ReportData): Command => ({ _tag: "ProcessReported", report })
const exit: Command = { _tag: "ProcessExited", code: 0 }

describe("what a terminal's program reports, in the record", () => {
  it("T-54 has the time since when, and the event says whether more than words changed", () => {
    const working = report({ state: "working", app: "pi", message: "reads" })
    const asks = (message: string) => report({ state: "blocked", kind: "permission", message })
    const { program, types, record } = played(working, working, report({ state: "working", app: "pi", progress: 9 }), asks("a?"))
    expect(types).toEqual(["terminal/program", "terminal/progress", "terminal/program"])
    expect(program).toEqual({ state: "blocked", kind: "permission", message: "a?", since: 5000 })
    expect(record.activity).toBe("asking")
    expect(played(working, report({ state: "working", app: "pi" })).program).toEqual({ state: "working", app: "pi", since: 2000 })
    expect(played(asks("a?"), asks("b?"))).toMatchObject({
      program: { since: 3000 },
      types: ["terminal/program", "terminal/program"],
    })
    expect(played(working, report({})).record).not.toHaveProperty("activity")
    expect(played(report({})).types).toEqual([])
    expect(played(report({ state: "done" })).record.activity).toBe("idle")
  })

  it("T-55 loses at the end of the process what works or waits, and all of it at the next start", () => {
    const tasks = [
      { id: "a", state: "working" as const },
      { id: "b", state: "failed" as const, message: "2 failed" },
    ]
    expect(played(report({ state: "working", tasks: [tasks[0]!] }), exit).record).not.toHaveProperty("activity")
    expect(played(report({ state: "idle", tasks }), exit).program).toEqual({
      state: "failed",
      message: "2 failed",
      task: "b",
      tasks: [tasks[1]],
      since: 2000,
    })
    expect(played(report({ state: "done", tasks }), exit).program).toMatchObject({ state: "done", tasks: [tasks[1]] })
    const again: Command = { _tag: "Restart", child: "c2", runner: "r1", cols: 80, rows: 24 }
    expect(played(report({ state: "done" }), exit, again).program).toBeUndefined()
    expect(played(exit, report({ state: "working" })).program).toBeUndefined()
  })

  it("T-57 has the last command; one that ran when the process ended is none", () => {
    const runs = { _tag: "ProcessCommanded", line: "make", startedAt: 5 } as const
    const ended = { ...runs, milliseconds: 20, exitCode: 2 }
    expect(played(runs, runs, ended).types).toEqual(["terminal/command", "terminal/command"])
    expect(played(runs, ended, exit).lastCommand).toEqual({ line: "make", startedAt: 5, milliseconds: 20, exitCode: 2 })
    expect(played(runs, exit).lastCommand).toBeUndefined()
  })
})
