import type { PermissionRule } from "@holdfast/protocol/agent/permission-rule"
import { expect, it } from "vitest"
import type { AgentFacts } from "../src/agent/agent-facts.ts"
import { besideRecord } from "../src/record-state.ts"
import type { SessionState } from "../src/state.ts"
import type { TerminalFacts } from "../src/terminal/terminal-facts.ts"
import { throughStore } from "./through-store.ts"

const rule: PermissionRule = { tool: "Bash", allow: true }

const agent: Required<AgentFacts> = {
  spec: { name: "pi", adapter: "acp", cwd: "/project", options: { a: 1 }, env: ["KEY"] },
  info: { model: "m1" },
  wanted: { model: "m2" },
  native: "native-1",
  trust: { directory: "/project", state: "trusted", brings: [] },
  pid: 8,
  trusted: true,
  ending: { reason: "idle", since: 3 },
  turn: { id: "turn-1", from: 4, startedAt: 5, silentSince: 6, asked: true, interrupting: "message" },
  queue: [{ id: "m1", parts: [], mode: "queue", by: "owner", at: 1, status: "waiting", bytes: 2, seq: 3 }],
  queueSize: { bytes: 2, held: 2 },
  hold: { reason: "person" },
  limits: 2,
  permissions: [
    { id: "r1", kind: "tool", tool: "Bash", title: "Run", subject: "ls", options: [], inputBytes: 1, seq: 5, askedAt: 6 },
  ],
  tasks: [{ id: "t1", kind: "shell", description: "serve", startedAt: 1, stopping: 2 }],
  rules: [rule],
  owedRules: [{ rule, at: 4 }],
  renewed: { leftOut: [{ from: 1, to: 2 }] },
  turns: 7,
  usage: { inputTokens: 9 },
  lastTurn: { id: "turn-0", from: 1, to: 2, before: 0 },
}

const terminal: Required<TerminalFacts> = {
  spec: { command: "sh", args: ["-l"], cwd: "/", env: ["KEY"], cols: 80, rows: 24, term: "xterm" },
  cols: 90,
  rows: 30,
  title: "a title",
  resizedAt: 10,
  pid: 7,
  typist: { client: "tab", name: "Ada", seat: "seat-1" },
  program: { state: "blocked", kind: "question", message: "which?", task: "a", tasks: [{ id: "a", state: "blocked" }], since: 9 },
  lastCommand: { line: "make", startedAt: 5, milliseconds: 6, exitCode: 2 },
}

/** No session has all of these at once; a field that is missing here does not compile. */
const state: Required<SessionState> = {
  id: "01890000-0000-7000-8000-000000000001",
  kind: "terminal",
  label: "work",
  directory: "work-01890000-0000-7000-8000-000000000001",
  unnamed: true,
  status: "archived",
  tags: ["a"],
  pinned: true,
  metadata: { customer: "42" },
  news: { seq: 8, time: 1007, what: "finished" },
  owner: "owner",
  createdBy: "mobile",
  forkedFrom: { session: "01890000-0000-7000-8000-000000000002", label: "before", seq: 4, message: "m-1" },
  createdAt: 1,
  updatedAt: 2,
  lastActiveAt: 3,
  archivedAt: 4,
  deletedAt: 5,
  purgeAt: 6,
  process: "exited",
  exitCode: 3,
  signal: "SIGTERM",
  problem: "gone",
  terminal,
  agent,
  child: "child-1",
  runner: "runner-1",
  lastSeq: 12,
  unknown: 2,
}

it("E-5 what was chosen for an agent is stored once, and nothing where nothing was chosen", () => {
  expect(JSON.stringify(besideRecord(state))).not.toContain("m2")
  const none = { ...state, agent: { ...agent, wanted: {} } }
  expect(throughStore(none)).toEqual(none)
})

it("E-5 a state in which every field is set comes back whole from the store", () => {
  expect(throughStore(state)).toEqual(state)
})
