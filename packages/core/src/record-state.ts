/**
 * The one way back from a session's record to its state.
 *
 * A store keeps the record, and beside it only what the record does not say: the queue, the agent's description and
 * everything else that people see is stored once. Invariant: `stateOf(toSession(state), besideRecord(state))` is `state`.
 */
import type { AgentState } from "@holdfast/protocol/agent/agent"
import type { LoggedTerminal } from "@holdfast/protocol/terminal-spec"
import type { Session } from "@holdfast/protocol/session"
import type { AgentFacts, RunningTask } from "./agent/agent-facts.ts"
import { EMPTY_QUEUE, sizeWith } from "./agent/queue-item.ts"
import type { SessionState } from "./state.ts"
import type { TerminalFacts } from "./terminal/terminal-facts.ts"

/** Where each field of a state is kept: in the record, or beside it. `terminal`, `agent` and `lastSeq` have ways of their own. */
const KEPT = {
  id: "record",
  kind: "record",
  label: "record",
  directory: "record",
  unnamed: "beside",
  status: "record",
  tags: "record",
  pinned: "record",
  metadata: "record",
  owner: "record",
  createdBy: "record",
  forkedFrom: "record",
  createdAt: "record",
  updatedAt: "record",
  lastActiveAt: "record",
  archivedAt: "record",
  deletedAt: "record",
  purgeAt: "record",
  process: "record",
  exitCode: "record",
  signal: "record",
  problem: "record",
  news: "record",
  child: "beside",
  runner: "beside",
  unknown: "beside",
} as const satisfies Kept<Omit<SessionState, "terminal" | "agent" | "lastSeq">>

/** Likewise for an agent's part; its `spec` is in both, its `queue` and `permissions` are the session's. */
const KEPT_AGENT = {
  info: "record",
  wanted: "record",
  native: "record",
  trust: "record",
  pid: "record",
  trusted: "beside",
  ending: "beside",
  turn: "beside",
  queueSize: "beside",
  hold: "record",
  limits: "beside",
  tasks: "beside",
  rules: "beside",
  owedRules: "beside",
  renewed: "beside",
  turns: "record",
  usage: "record",
  lastTurn: "beside",
} as const satisfies Kept<Omit<AgentFacts, "spec" | "queue" | "permissions">>

/** A place for every field, so that none can be forgotten. */
type Kept<A> = { readonly [Field in keyof A]-?: Place }
type Place = "record" | "beside"
type FieldsIn<T, P extends Place> = { [Field in keyof T]: T[Field] extends P ? Field : never }[keyof T]

function fieldsIn<T extends object, P extends Place>(kept: T, place: P): ReadonlyArray<FieldsIn<T, P>> {
  return Object.entries(kept).flatMap(([field, at]) => (at === place ? [field as FieldsIn<T, P>] : []))
}

const SHARED = fieldsIn(KEPT, "record")
const BESIDE = fieldsIn(KEPT, "beside")
const SHARED_AGENT = fieldsIn(KEPT_AGENT, "record")
const BESIDE_AGENT = fieldsIn(KEPT_AGENT, "beside")

/** What a state says beyond its record. Plain data; JSON keeps it whole. */
export interface BesideRecord extends Pick<SessionState, (typeof BESIDE)[number]> {
  /** What the terminal was made with. */
  readonly terminal?: Pick<LoggedTerminal, "env" | "cols" | "rows">
  readonly agent?: Pick<AgentFacts, (typeof BESIDE_AGENT)[number]> & { readonly env: ReadonlyArray<string> }
}

/** The fields of these names that are there. */
function picked<A extends object, K extends keyof A>(from: A, names: ReadonlyArray<K>): Pick<A, K> {
  const some: Partial<Pick<A, K>> = {}
  for (const name of names) if (from[name] !== undefined) some[name] = from[name]
  return some as Pick<A, K>
}

/** What a store keeps of a state beside the record. */
export function besideRecord(state: SessionState): BesideRecord {
  const { terminal, agent } = state
  return {
    ...picked(state, BESIDE),
    ...(terminal === undefined ? {} : { terminal: picked(terminal.spec, ["env", "cols", "rows"]) }),
    ...(agent === undefined ? {} : { agent: { ...picked(agent, BESIDE_AGENT), env: agent.spec.env } }),
  }
}

/** The state of a record. Without what was kept beside it, a state to read by: no command can be decided on it. */
export function stateOf(record: Session, beside: BesideRecord = { unknown: 0 }): SessionState {
  const { terminal, agent, lastSeq } = record
  const { terminal: madeWith, agent: besideAgent, ...rest } = beside
  return {
    ...picked(record, SHARED),
    ...rest,
    ...(terminal === undefined ? {} : { terminal: terminalOf(terminal, madeWith) }),
    ...(agent === undefined ? {} : { agent: agentOf(agent, record, besideAgent) }),
    lastSeq,
  }
}

function terminalOf(shown: NonNullable<Session["terminal"]>, madeWith: BesideRecord["terminal"]): TerminalFacts {
  const { command, args, cwd, term, cols, rows, ...rest } = shown
  return { spec: { command, args, cwd, term, env: [], cols, rows, ...madeWith }, cols, rows, ...rest }
}

function agentOf(shown: AgentState, record: Session, beside: BesideRecord["agent"]): AgentFacts {
  const { name, adapter, cwd, options } = shown
  const { queue, permissions } = record
  // A record leaves out that nothing was chosen.
  const shared = { ...picked(shown, SHARED_AGENT), wanted: shown.wanted ?? {}, queue, permissions }
  if (beside === undefined) {
    return {
      ...shared,
      queueSize: queue.reduce(sizeWith, EMPTY_QUEUE),
      ...turnOf(record),
      spec: { name, adapter, cwd, options, env: [] },
      rules: [],
      tasks: tasksOf(record),
    }
  }
  const { env, ...rest } = beside
  return { ...shared, ...rest, spec: { name, adapter, cwd, options, env } }
}

/** The streaming turn as far as a record has it. */
function turnOf({ turn, lastSeq }: Session): Pick<AgentFacts, "turn"> {
  const { id, startedAt = 0, interrupting, silentSince } = turn
  if (id === undefined) return {}
  return {
    turn: {
      id,
      from: lastSeq,
      startedAt,
      ...(silentSince === undefined ? {} : { silentSince }),
      ...(interrupting === true ? { interrupting: "person" } : {}),
    },
  }
}

const tasksOf = ({ tasks = [] }: Session): ReadonlyArray<RunningTask> =>
  tasks.map((shown) => {
    const { status, waitsFor: _, ...task } = shown
    return status === "stopping" ? { ...task, stopping: 1 } : task
  })
