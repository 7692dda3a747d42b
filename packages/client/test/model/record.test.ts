import { describe, expect, it } from "vitest"
import { evolve } from "@holdfast/core/evolve"
import { toSession } from "@holdfast/core/state"
import type { SessionState } from "@holdfast/core/state"
import type { Event } from "@holdfast/protocol/event"
import { HoldfastError } from "../../src/errors.ts"
import { Frames } from "../../src/model/frames.ts"
import { RecordCells } from "../../src/model/RecordCells.ts"
import { RecordState } from "../../src/model/RecordState.ts"

const ID = "00000000-0000-7000-8000-000000000001"

const message = (id: string) => ({
  id,
  parts: [{ type: "text", text: `do ${id}` }],
  mode: "queue",
  by: "me",
  at: 5,
  status: "waiting",
})
const options = [{ id: "allow", label: "Allow", kind: "allow_once" }]
const ask = (id: string, more = {}) => ({ id, kind: "tool", tool: "bash", title: id, subject: "ls", options, input: {}, ...more })

const AGENT: ReadonlyArray<readonly [name: string, data: object]> = [
  [
    "session/created",
    {
      kind: "agent",
      label: "one",
      tags: ["a"],
      owner: "me",
      agent: { name: "scripted", adapter: "scripted", cwd: "/", env: [], options: {} },
    },
  ],
  ["queue/added", { item: message("m1") }],
  ["turn/started", { turn: "t1" }],
  ["queue/sent", { messageId: "m1", turn: "t1" }],
  ["session/agent-starting", { child: "c", runner: "r" }],
  ["session/agent-started", { pid: 7, resumed: "no" }],
  ["queue/taken", { messageId: "m1", turn: "t1" }],
  ["message/added", { message: { id: "m1", role: "user", parts: [], createdAt: 5 } }],
  ["agent/text-delta", { id: "a", delta: "x" }],
  ["queue/added", { item: message("m2") }],
  ["queue/added", { item: message("m3"), first: true }],
  ["queue/edited", { messageId: "m2", parts: [{ type: "text", text: "y".repeat(5000) }] }],
  ["queue/reordered", { order: ["m2", "m3"] }],
  ["permission/asked", { request: ask("p1"), turn: "t1" }],
  ["permission/answered", { requestId: "p1", decision: { optionId: "allow", allow: true, by: "me", at: 6 } }],
  ["permission/taken", { requestId: "p1" }],
  ["task/started", { task: { id: "k1", kind: "shell", description: "serve" } }],
  ["permission/asked", { request: ask("p2", { task: "k1" }), turn: "t1" }],
  ["turn/silent", { turn: "t1", since: 3 }],
  ["turn/heard", { turn: "t1" }],
  ["turn/interrupting", { turn: "t1", reason: "person" }],
  ["turn/ended", { turn: "t1", outcome: "interrupted", usage: { inputTokens: 3 }, standing: ["p2"] }],
  ["queue/held", { reason: "interrupted" }],
  ["task/progress", { taskId: "k1", progress: "half" }],
  ["task/stopping", { taskId: "k1" }],
  ["permission/cancelled", { requestId: "p2", reason: "over" }],
  ["task/ended", { taskId: "k1", outcome: "stopped" }],
  ["queue/removed", { messageId: "m3" }],
  ["queue/released", {}],
  ["session/renamed", { label: "two" }],
  ["session/pinned", { pinned: true }],
  ["session/agent-exited", { code: 3, reason: "itself" }],
  ["session/agent-failed", { tag: "AgentFailed", message: "no" }],
  ["session/annotated", { metadata: { ticket: "7" } }],
  ["session/annotated", { metadata: {} }],
  ["session/archived", {}],
  ["session/restored", {}],
  ["later/unknown", {}],
]

const TERMINAL: ReadonlyArray<readonly [name: string, data: object]> = [
  [
    "session/created",
    {
      kind: "terminal",
      label: "shell",
      tags: [],
      owner: "me",
      child: "c",
      terminal: { command: "cat", args: [], cwd: "/", env: [], term: "xterm", cols: 80, rows: 24 },
    },
  ],
  ["terminal/started", { pid: 4, cols: 80, rows: 24 }],
  ["terminal/output", { text: "before" }],
  ["terminal/resize", { cols: 100, rows: 30 }],
  ["terminal/output", { text: "redrawn" }],
  ["terminal/title", { title: "t" }],
  ["terminal/program", { state: "working", app: "claude-code", tasks: [{ id: "a", state: "done" }] }],
  ["terminal/progress", { state: "working", app: "claude-code", progress: 40, tasks: [{ id: "a", state: "done" }] }],
  ["terminal/command", { line: "make", startedAt: 5 }],
  ["terminal/program", { state: "blocked", kind: "permission", message: "write?" }],
  ["terminal/typist", { mode: "single", client: "c1", name: "n", seat: "s" }],
  ["terminal/typist", { mode: "free" }],
  ["terminal/program", {}],
  ["terminal/program", { state: "working", tasks: [{ id: "a", state: "failed" }] }],
  ["terminal/exit", { code: 1, signal: "SIGHUP" }],
  ["terminal/starting", { child: "d", runner: "r", cols: 90, rows: 20 }],
  ["terminal/lost", { reason: "runner-gone", message: "gone" }],
  ["session/deleted", { purgeAt: 99 }],
]

const toEvents = (rows: ReadonlyArray<readonly [string, object]>): ReadonlyArray<Event> =>
  rows.map(([name, data], index) => {
    const [channel, type] = name.split("/")
    return { seq: index + 1, time: 1000 + index, channel, type, data, ...(channel === "agent" ? { turn: "t1" } : {}) } as Event
  })

describe("a record that its events keep up to date", () => {
  it.each([
    ["an agent", AGENT],
    ["a terminal", TERMINAL],
  ])("U-3 is that of the hub from whatever seq it began: %s", (_, rows) => {
    const events = toEvents(rows)
    const states: Array<SessionState> = []
    for (const event of events) states.push(evolve(states.at(-1), event, ID)!)
    const recordAt = (index: number) => {
      const state = states[index]!
      return toSession(state, { firstSeq: 1, lastSeq: state.lastSeq, change: 1 })
    }
    for (let from = 0; from < events.length; from++) {
      // As it comes over the wire.
      const record = new RecordState(JSON.parse(JSON.stringify(recordAt(from))))
      for (let to = 0; to < events.length; to++) {
        record.apply(events[to]!)
        if (to >= from) expect(record.record, `from ${from + 1} to ${to + 1}`).toEqual(recordAt(to))
      }
      expect(record.record).toBe(record.record)
    }
  })

  it("U-3 keeps fields of a later version", () => {
    const state = evolve(undefined, toEvents(TERMINAL)[0]!, ID)!
    const record = new RecordState({ ...toSession(state, { firstSeq: 1, lastSeq: 1, change: 1 }), later: 1 } as never)
    record.applyOutput(2, 2000)
    expect(record.record).toMatchObject({ later: 1, lastSeq: 2, lastActiveAt: 2000 })
  })

  it("U-3 begins with the next attach's record, when a newer one was asked for as the connection was lost", async () => {
    const [first, second] = toEvents(TERMINAL)
    const state = evolve(undefined, first!, ID)!
    const record = toSession(state, { firstSeq: 1, lastSeq: 1, change: 1 })
    const cells = new RecordCells(new Frames(() => () => undefined))
    const lost = async (tag: string): Promise<void> => {
      cells.begin(record)
      const read = (): Promise<never> => Promise.reject(new HoldfastError(tag, "no"))
      cells.renew(9, read, () => expect.unreachable())
      await new Promise((done) => setImmediate(done))
    }
    await lost("ConnectionLost")
    cells.apply({ ...second!, seq: 10 })
    expect([cells.latest, cells.seq]).toEqual([undefined, undefined])
    // What the hub refuses to say stays as it is known.
    await lost("Forbidden")
    expect(cells.seq).toBe(1)
  })
})
