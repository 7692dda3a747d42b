/**
 * State of a session: the fold of its events, and the record that doors show of it.
 */
import { type AgentFacts, toAgentState } from "./agent/agent-facts.ts"
import { activityOf, shownTasks } from "./agent/task-state.ts"
import { programActivity } from "./terminal/program.ts"
import type { TerminalFacts } from "./terminal/terminal-facts.ts"
import type { News } from "./news.ts"
import type { ForkedFrom } from "@holdfast/protocol/forked-from"
import type { Session } from "@holdfast/protocol/session"
import { SESSION_RECORD_VERSION } from "@holdfast/protocol/version"
import { asSessionId, asUserId } from "@holdfast/protocol/checked-ids"

/** Everything the events of a session say, folded. Plain data; JSON keeps it whole. */
export interface SessionState {
  readonly id: string
  readonly kind: string
  readonly label: string
  /** Name of the session's directory, as it was created; see `directoryName`. */
  readonly directory: string
  /** No one chose the label: the first message gives another. */
  readonly unnamed?: true
  readonly status: "active" | "archived" | "deleted"
  readonly tags: ReadonlyArray<string>
  readonly pinned: boolean
  readonly metadata?: Readonly<Record<string, string>>
  readonly owner: string
  readonly createdBy?: NonNullable<Session["createdBy"]>
  readonly forkedFrom?: ForkedFrom
  readonly createdAt: number
  readonly updatedAt: number
  readonly lastActiveAt: number
  readonly archivedAt?: number
  readonly deletedAt?: number
  readonly purgeAt?: number
  readonly process: Session["process"]
  readonly exitCode?: number
  readonly signal?: string
  readonly problem?: string
  readonly news?: News
  readonly terminal?: TerminalFacts
  readonly agent?: AgentFacts
  /** Child that belongs to the session, and the runner that was asked to start it. */
  readonly child?: string
  readonly runner?: string
  /** Last seq folded. */
  readonly lastSeq: number
  /** Events of a kind this version does not know (E-3). */
  readonly unknown: number
}

/** What a store knows beside the state. */
export interface RecordBounds {
  readonly firstSeq: number
  readonly lastSeq: number
  readonly change: number
}

/** An object that is being made: fields that may be absent are set one by one, so that all of its kind have few shapes. */
export type Making<A> = { -readonly [Field in keyof A]: A[Field] }

/** The record of a state, as doors show it. */
export function toSession(state: SessionState, bounds: RecordBounds): Session {
  const { terminal, agent, createdBy, forkedFrom, metadata, archivedAt, deletedAt, purgeAt } = state
  const { exitCode, signal, problem, news } = state
  const record: Making<Session> = {
    id: asSessionId(state.id),
    version: SESSION_RECORD_VERSION,
    kind: state.kind,
    label: state.label,
    directory: state.directory,
    status: state.status,
    tags: state.tags,
    pinned: state.pinned,
    owner: asUserId(state.owner),
    createdAt: state.createdAt,
    updatedAt: state.updatedAt,
    lastActiveAt: state.lastActiveAt,
    firstSeq: bounds.firstSeq,
    lastSeq: bounds.lastSeq,
    change: bounds.change,
    turn: toTurn(agent),
    process: state.process,
    queue: agent?.queue ?? [],
    permissions: agent?.permissions ?? [],
  }
  if (terminal !== undefined) {
    record.terminal = toTerminal(terminal)
    if (terminal.program !== undefined) record.activity = programActivity(terminal.program)
  }
  if (agent !== undefined) {
    record.agent = toAgentState(agent)
    record.activity = activityOf(agent)
    if (agent.tasks.length > 0) record.tasks = shownTasks(agent)
  }
  if (createdBy !== undefined) record.createdBy = createdBy
  if (forkedFrom !== undefined) record.forkedFrom = forkedFrom
  if (metadata !== undefined) record.metadata = metadata
  if (archivedAt !== undefined) record.archivedAt = archivedAt
  if (deletedAt !== undefined) record.deletedAt = deletedAt
  if (purgeAt !== undefined) record.purgeAt = purgeAt
  if (exitCode !== undefined) record.exitCode = exitCode
  if (signal !== undefined) record.signal = signal
  if (problem !== undefined) record.problem = problem
  if (news !== undefined) record.news = news
  return record
}

function toTerminal({
  spec,
  cols,
  rows,
  title,
  resizedAt,
  pid,
  typist,
  program,
  lastCommand,
}: TerminalFacts): NonNullable<Session["terminal"]> {
  const { command, args, cwd, term } = spec
  const terminal: Making<NonNullable<Session["terminal"]>> = { command, args, cwd, term, cols, rows, title }
  if (resizedAt !== undefined) terminal.resizedAt = resizedAt
  if (pid !== undefined) terminal.pid = pid
  if (typist !== undefined) terminal.typist = typist
  if (program !== undefined) terminal.program = program
  if (lastCommand !== undefined) terminal.lastCommand = lastCommand
  return terminal
}

const toTurn = (agent: AgentFacts | undefined): Session["turn"] => {
  if (agent?.turn === undefined) return { status: "idle" }
  const { id, startedAt, interrupting, silentSince } = agent.turn
  return {
    status: "streaming",
    id,
    startedAt,
    ...(interrupting === undefined ? {} : { interrupting: true }),
    ...(silentSince === undefined ? {} : { silentSince }),
  }
}
