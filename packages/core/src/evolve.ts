/**
 * `evolve`: one event more.
 *
 * Total over every event a log can hold: an unknown or malformed one is counted and changes nothing else (E-3), so that
 * a reader of an older version never stalls. The server, the client and the tests' model use this same function (E-5).
 */
import { evolveAgent } from "./agent/evolve-agent.ts"
import { newAgentPart } from "./agent/part.ts"
import type { Event, EventData, EventName } from "@holdfast/protocol/event"
import { directoryName } from "./session-directory.ts"
import type { Making, SessionState } from "./state.ts"

/** An event of a kind this version knows, with its data typed. */
export type KnownEvent = { readonly [N in EventName]: { readonly name: N; readonly data: EventData[N] } }[EventName]

type Field = "string" | "number" | "boolean" | "array" | "object"

/** Fields, by their path, without which an event of a kind means nothing to us. */
const REQUIRED: Readonly<Record<EventName, Readonly<Record<string, Field>>>> = {
  "session/created": { kind: "string", label: "string", tags: "array", owner: "string" },
  "session/renamed": { label: "string" },
  "session/tagged": { tags: "array" },
  "session/pinned": { pinned: "boolean" },
  "session/archived": {},
  "session/restored": {},
  "session/deleted": { purgeAt: "number" },
  "session/marked": { text: "string" },
  "terminal/starting": { child: "string", runner: "string", cols: "number", rows: "number" },
  "terminal/started": { pid: "number", cols: "number", rows: "number" },
  "terminal/output": {},
  "terminal/resize": { cols: "number", rows: "number" },
  "terminal/title": { title: "string" },
  "terminal/typist": { mode: "string" },
  "terminal/failed": { tag: "string", message: "string" },
  "terminal/exit": { code: "number" },
  "terminal/lost": { reason: "string", message: "string" },
  "session/agent-starting": { child: "string", runner: "string" },
  "session/agent-started": { pid: "number", resumed: "string" },
  "session/agent-info": {},
  "session/agent-directory": { directory: "string", state: "string" },
  "session/agent-configured": {},
  "session/agent-moved": { cwd: "string" },
  "session/agent-renewed": {},
  "session/agent-failed": { tag: "string", message: "string" },
  "session/agent-ending": { reason: "string" },
  "session/agent-exited": { code: "number", reason: "string" },
  "session/agent-lost": { reason: "string", message: "string" },
  "turn/started": { turn: "string" },
  "turn/interrupting": { turn: "string", reason: "string" },
  "turn/silent": { turn: "string", since: "number" },
  "turn/heard": { turn: "string" },
  "turn/ended": { turn: "string", outcome: "string" },
  "queue/added": { "item.id": "string", "item.parts": "array", "item.status": "string", "item.by": "string" },
  "queue/edited": { id: "string", parts: "array" },
  "queue/removed": { id: "string" },
  "queue/reordered": { order: "array" },
  "queue/sent": { id: "string", turn: "string" },
  "queue/taken": { id: "string", turn: "string" },
  "queue/returned": { id: "string", reason: "string" },
  "queue/uncertain": { id: "string" },
  "queue/held": { reason: "string" },
  "queue/released": {},
  "message/added": { "message.id": "string", "message.role": "string", "message.parts": "array" },
  "permission/asked": {
    "request.id": "string",
    "request.tool": "string",
    "request.subject": "string",
    "request.options": "array",
  },
  "permission/answered": { id: "string", "decision.optionId": "string", "decision.allow": "boolean", "decision.by": "string" },
  "permission/expired": { id: "string" },
  "permission/cancelled": { id: "string", reason: "string" },
  "permission/taken": { id: "string" },
  "permission/forgotten": { "rule.tool": "string", "rule.allow": "boolean" },
  "permission/kept": { "rule.tool": "string", "rule.allow": "boolean" },
  "permission/remembered": { "rule.tool": "string", "rule.allow": "boolean", scope: "string" },
  "task/started": { "task.id": "string", "task.kind": "string", "task.description": "string" },
  "task/progress": { id: "string", progress: "string" },
  "task/stopping": { id: "string" },
  "task/ended": { id: "string", outcome: "string" },
  "system/transcript": { key: "string", encoding: "string", base64: "string" },
  "system/trimmed": { through: "number", bytes: "number", reason: "string" },
}

/** The same as it is looked up: by channel and type, with the steps of each path. */
interface Known {
  readonly name: EventName
  readonly fields: ReadonlyArray<{ readonly path: ReadonlyArray<string>; readonly wanted: Field }>
}

const KNOWN = new Map<string, Map<string, Known>>()
for (const [name, required] of Object.entries(REQUIRED)) {
  const [channel = "", type = ""] = name.split("/")
  const fields = Object.entries(required).map(([path, wanted]) => ({ path: path.split("."), wanted }))
  const types = KNOWN.get(channel) ?? new Map<string, Known>()
  KNOWN.set(channel, types.set(type, { name: name as EventName, fields }))
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? "array" : typeof value)

/** The value at a path of own fields. */
function valueAt(data: object, path: ReadonlyArray<string>): unknown {
  let value: unknown = data
  for (const field of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, field)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[field]
  }
  return value
}

/** Reads an event's kind and data; `undefined` when this version does not know it. */
export function knownEvent(event: Pick<Event, "channel" | "type" | "data">): KnownEvent | undefined {
  const known = KNOWN.get(event.channel)?.get(event.type)
  if (known === undefined) return undefined
  const data: unknown = event.data
  if (typeof data !== "object" || data === null || Array.isArray(data)) return undefined
  for (const { path, wanted } of known.fields) {
    if (kindOf(valueAt(data, path)) !== wanted) return undefined
  }
  return { name: known.name, data } as KnownEvent
}

/** The state after one event more. `undefined` is the state before the first event. */
export function evolve(state: SessionState | undefined, event: Event, session: string): SessionState | undefined {
  const known = knownEvent(event)
  if (state === undefined) {
    return known?.name === "session/created" ? created(known.data, event, session) : undefined
  }
  const next = { ...state, lastSeq: event.seq }
  if (event.channel === "agent" && state.agent !== undefined) return { ...next, lastActiveAt: event.time }
  if (known === undefined) return { ...next, unknown: state.unknown + 1 }
  return changes(next, known, event)
}

/** The state after output: the one event that is so frequent that it is not decoded for this. */
export const evolveOutput = (state: SessionState, seq: number, time: number): SessionState => ({
  ...state,
  lastSeq: seq,
  lastActiveAt: time,
})

function created(data: EventData["session/created"], { seq, time }: Event, session: string): SessionState {
  const { kind, label, unnamed, tags, owner, agent, terminal, child, runner } = data
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
  if (unnamed === true) state.unnamed = true
  if (agent !== undefined) state.agent = newAgentPart(agent)
  if (terminal !== undefined) state.terminal = { spec: terminal, cols: terminal.cols, rows: terminal.rows, title: "" }
  if (child !== undefined) state.child = child
  if (runner !== undefined) state.runner = runner
  return state
}

function changes(state: SessionState, known: KnownEvent, { seq, time }: Event): SessionState {
  if (state.agent !== undefined) {
    const agent = evolveAgent(state.agent, { name: known.name, data: known.data, seq, time })
    if (agent !== state.agent) return agentProcess({ ...state, agent, updatedAt: time, lastActiveAt: time }, known)
  }
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
    case "session/archived":
      return { ...touched, status: "archived", archivedAt: time }
    case "session/restored":
      return without({ ...touched, status: "active" }, "archivedAt", "deletedAt", "purgeAt")
    case "session/deleted":
      return { ...touched, status: "deleted", deletedAt: time, purgeAt: known.data.purgeAt }
    case "terminal/output":
      return { ...state, lastActiveAt: time }
    case "terminal/starting":
      return restarted({ ...touched, lastActiveAt: time }, known.data)
    case "terminal/started":
      return terminal({ ...touched, process: "running" }, known.data)
    case "terminal/resize":
      return terminal(touched, known.data)
    case "terminal/title":
      return terminal(touched, known.data)
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
      return state.agent === undefined ? state : agentProcess(touched, known)
  }
}

/** What an event about an agent's process makes of the session's process. */
function agentProcess(state: SessionState, known: KnownEvent): SessionState {
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
  const cleared = without(state, "exitCode", "signal", "problem")
  return terminal({ ...cleared, process: "starting", child, runner }, { cols, rows, title: "" })
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
  return { ...free, lastActiveAt: time, ...(free.terminal === undefined ? {} : { terminal: withoutPid(free.terminal) }) }
}

function withoutPid(part: NonNullable<SessionState["terminal"]>): NonNullable<SessionState["terminal"]> {
  const { pid: _, ...rest } = part
  return rest
}

function without<K extends "unnamed" | "archivedAt" | "deletedAt" | "purgeAt" | "exitCode" | "signal" | "problem">(
  state: SessionState,
  ...keys: ReadonlyArray<K>
): SessionState {
  const copy: Record<string, unknown> = { ...state }
  for (const key of keys) delete copy[key]
  return copy as unknown as SessionState
}
