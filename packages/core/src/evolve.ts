/**
 * `evolve`: one event more.
 *
 * Total over every event a log can hold: an unknown or malformed one is counted and changes nothing else (E-3), so that
 * a reader of an older version never stalls. The server, the client and the tests' model use this same function (E-5).
 */
import { evolveAgent } from "./agent/evolve-agent.ts"
import { type AgentFacts, newAgentPart } from "./agent/agent-facts.ts"
import type { Event } from "@holdfast/protocol/event"
import { type AgentEvent, type EventData, type KnownEvent, knownEvent } from "@holdfast/protocol/events"
import { newsOf } from "./news.ts"
import { directoryName } from "./session-directory.ts"
import type { Making, SessionState } from "./state.ts"
import { afterProcess, reported, withoutReports } from "./terminal/program.ts"
import { answersResize } from "./terminal/redraw.ts"
import type { TerminalFacts } from "./terminal/terminal-facts.ts"

/** The state after one event more. `undefined` is the state before the first event. */
export function evolve(state: SessionState | undefined, event: Event, session: string): SessionState | undefined {
  const known = knownEvent(event)
  if (state === undefined) {
    return known?.name === "session/created" ? created(known.data, event, session) : undefined
  }
  const next = { ...state, lastSeq: event.seq }
  if (event.channel === "agent" && state.agent !== undefined) return { ...next, lastActiveAt: event.time }
  if (known === undefined) return { ...next, unknown: state.unknown + 1 }
  const changed = changes(next, known, event)
  const what = newsOf(known)
  return what === undefined ? changed : { ...changed, news: { seq: event.seq, time: event.time, what } }
}

/**
 * The state after output: the one event that is so frequent that it is not decoded for this. `lastActiveAt` is its time, unless it
 * only answers a resize (T-60).
 */
export function evolveOutput(state: SessionState, seq: number, time: number): SessionState {
  return {
    ...state,
    lastSeq: seq,
    lastActiveAt: answersResize(state.terminal?.resizedAt, time) ? state.lastActiveAt : time,
  }
}

function created(data: EventData["session/created"], { seq, time }: Event, session: string): SessionState {
  const { kind, label, unnamed, tags, metadata, owner, createdBy, forkedFrom, agent, terminal, child, runner } = data
  const state: Making<SessionState> = {
    id: session,
    kind,
    label,
    directory: directoryName(label, session),
    status: "active",
    tags,
    pinned: false,
    owner,
    createdAt: time,
    updatedAt: time,
    lastActiveAt: time,
    process: child === undefined ? "none" : "starting",
    lastSeq: seq,
    unknown: 0,
  }
  if (createdBy !== undefined) state.createdBy = createdBy
  if (forkedFrom !== undefined) state.forkedFrom = forkedFrom
  if (unnamed === true) state.unnamed = true
  if (metadata !== undefined && Object.keys(metadata).length > 0) state.metadata = metadata
  if (agent !== undefined) state.agent = newAgentPart(agent)
  if (terminal !== undefined) state.terminal = { spec: terminal, cols: terminal.cols, rows: terminal.rows, title: "" }
  if (child !== undefined) state.child = child
  if (runner !== undefined) state.runner = runner
  return state
}

function changes(state: SessionState, known: KnownEvent, event: Event): SessionState {
  const { time } = event
  const touched = { ...state, updatedAt: time }
  switch (known.name) {
    case "session/created":
    case "session/marked":
    case "system/trimmed":
      return state
    case "session/renamed":
      return { ...without(touched, "unnamed"), label: known.data.label }
    case "session/tagged":
      return { ...touched, tags: known.data.tags }
    case "session/pinned":
      return { ...touched, pinned: known.data.pinned }
    case "session/annotated":
      return annotated(touched, known.data.metadata)
    case "session/archived":
      return { ...touched, status: "archived", archivedAt: time }
    case "session/restored":
      return without({ ...touched, status: "active" }, "archivedAt", "deletedAt", "purgeAt")
    case "session/deleted":
      return { ...touched, status: "deleted", deletedAt: time, purgeAt: known.data.purgeAt }
    case "terminal/output":
      return evolveOutput(state, event.seq, time)
    case "terminal/starting":
      return restarted({ ...touched, lastActiveAt: time }, known.data)
    case "terminal/started":
      return terminal({ ...touched, process: "running" }, known.data)
    case "terminal/resize":
      return onTerminal(touched, (part) => ({ ...part, ...known.data, resizedAt: time }))
    case "terminal/title":
      return terminal(touched, known.data)
    case "terminal/program":
    case "terminal/progress":
      return onTerminal(touched, (part) => reported(part, known.data, time))
    case "terminal/command":
      return onTerminal(touched, (part) => ({ ...part, lastCommand: known.data }))
    case "terminal/typist":
      return typist(touched, known.data)
    case "terminal/failed":
      return { ...touched, process: "failed", problem: known.data.message }
    case "terminal/exit":
      return ended(
        {
          ...touched,
          process: "exited",
          exitCode: known.data.code,
          ...(known.data.signal === undefined ? {} : { signal: known.data.signal }),
        },
        time,
      )
    case "terminal/lost":
      return ended({ ...touched, process: "lost", problem: known.data.message }, time)
    default:
      return state.agent === undefined ? state : ofAgent(touched, state.agent, known, event)
  }
}

const annotated = (state: SessionState, metadata: Readonly<Record<string, string>>): SessionState =>
  Object.keys(metadata).length === 0 ? without(state, "metadata") : { ...state, metadata }

function ofAgent(touched: SessionState, before: AgentFacts, known: AgentEvent, event: Event): SessionState {
  const agent = evolveAgent(before, known, event)
  return agentProcess(agent === before ? touched : { ...touched, agent, lastActiveAt: event.time }, known)
}

/** What an event about an agent's process makes of the session's process. */
function agentProcess(state: SessionState, known: AgentEvent): SessionState {
  switch (known.name) {
    case "session/agent-starting": {
      const { child, runner } = known.data
      return { ...without(state, "exitCode", "signal", "problem"), process: "starting", child, runner }
    }
    case "session/agent-started":
      return { ...state, process: "running" }
    case "session/agent-failed":
      return { ...state, process: "failed", problem: known.data.message }
    case "session/agent-exited": {
      const { code, signal, reason } = known.data
      // An unloaded agent is as good as there: the next message starts it.
      if (reason !== "itself") return { ...state, process: "none" }
      return { ...state, process: "exited", exitCode: code, ...(signal === undefined ? {} : { signal }) }
    }
    case "session/agent-lost":
      return { ...state, process: "lost", problem: known.data.message }
    default:
      return state
  }
}

function restarted(state: SessionState, data: EventData["terminal/starting"]): SessionState {
  const { child, runner, cols, rows } = data
  const cleared = onTerminal(without(state, "exitCode", "signal", "problem"), withoutReports)
  return terminal({ ...cleared, process: "starting", child, runner }, { cols, rows, title: "" })
}

function onTerminal(state: SessionState, change: (part: TerminalFacts) => TerminalFacts): SessionState {
  return state.terminal === undefined ? state : { ...state, terminal: change(state.terminal) }
}

function terminal(
  state: SessionState,
  part: { readonly pid?: number; readonly cols?: number; readonly rows?: number; readonly title?: string },
): SessionState {
  if (state.terminal === undefined) return state
  const { pid, cols, rows, title } = part
  return {
    ...state,
    terminal: {
      ...state.terminal,
      ...(pid === undefined ? {} : { pid }),
      ...(cols === undefined ? {} : { cols }),
      ...(rows === undefined ? {} : { rows }),
      ...(title === undefined ? {} : { title }),
    },
  }
}

function typist(state: SessionState, data: EventData["terminal/typist"]): SessionState {
  if (state.terminal === undefined) return state
  const { typist: _, ...rest } = state.terminal
  const { client, name, seat } = data
  if (data.mode === "free" || client === undefined || seat === undefined) return { ...state, terminal: rest }
  return { ...state, terminal: { ...rest, typist: { client, name: name ?? client, seat } } }
}

function ended(state: SessionState, time: number): SessionState {
  const free = typist(state, { mode: "free" })
  return onTerminal({ ...free, lastActiveAt: time }, afterProcess)
}

type OptionalField = {
  [Field in keyof SessionState]-?: SessionState extends Required<Pick<SessionState, Field>> ? never : Field
}[keyof SessionState]

/** The state without fields that may be absent. */
function without(state: SessionState, ...keys: ReadonlyArray<OptionalField>): SessionState {
  const copy: Record<string, unknown> = { ...state }
  for (const key of keys) delete copy[key]
  return copy as unknown as SessionState
}
