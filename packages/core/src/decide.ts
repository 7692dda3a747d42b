/**
 * `decide`: which events a command makes, or why it is refused.
 *
 * Pure: time, ids and limits come in with the command. A command that changes nothing is accepted with no events (H-4).
 * What a child did (`Process…`) comes from a runner's journal and is never refused, only ignored where it cannot be
 * true any more, so that a replayed journal is harmless.
 */
import { NotTypist, SessionNotReady } from "@holdfast/protocol/errors"
import type { EventData, EventDraft } from "@holdfast/protocol/events"
import type { LostReason } from "@holdfast/protocol/terminal-spec"
import { type AgentCommand, isAgentCommand } from "./agent/commands.ts"
import { decideAgent } from "./agent/decide-agent.ts"
import { accepted, type Decision, refuse, type Rejection } from "./decision.ts"
import { changedMetadata, type MetadataChange, metadataProblem, sameMetadata } from "./metadata.ts"
import { sameJson } from "./agent/same-json.ts"
import type { SessionState } from "./state.ts"
import { isReported, isSameState } from "./terminal/program.ts"

/** What can be asked of a session, and what its child reports. */
export type Command =
  | AgentCommand
  | ({ readonly _tag: "Create" } & EventData["session/created"])
  | {
      readonly _tag: "Update"
      readonly label?: string
      readonly tags?: ReadonlyArray<string>
      readonly pinned?: boolean
      readonly metadata?: MetadataChange
    }
  | { readonly _tag: "Archive" }
  | { readonly _tag: "Restore" }
  | { readonly _tag: "Delete"; readonly purgeAt: number }
  | { readonly _tag: "Mark"; readonly text: string }
  | {
      readonly _tag: "SetTypist"
      readonly mode: "single" | "free"
      readonly client: string
      readonly name: string
      readonly seat: string
    }
  /** The holder of the keyboard has been away too long. */
  | { readonly _tag: "TypistAway"; readonly seat: string }
  /** Starts an ended terminal again. */
  | ({ readonly _tag: "Restart" } & EventData["terminal/starting"])
  | { readonly _tag: "Trimmed"; readonly through: number; readonly bytes: number; readonly reason: string }
  | { readonly _tag: "ProcessStarted"; readonly pid: number; readonly cols: number; readonly rows: number }
  | { readonly _tag: "ProcessFailed"; readonly tag: string; readonly message: string }
  | { readonly _tag: "ProcessResized"; readonly cols: number; readonly rows: number }
  | { readonly _tag: "ProcessTitled"; readonly title: string }
  | { readonly _tag: "ProcessReported"; readonly report: EventData["terminal/program"] }
  | ({ readonly _tag: "ProcessCommanded" } & EventData["terminal/command"])
  | { readonly _tag: "ProcessExited"; readonly code: number; readonly signal?: string }
  | { readonly _tag: "ProcessLost"; readonly reason: LostReason; readonly message: string }

const accept = (...events: ReadonlyArray<EventDraft>): Decision => accepted(events)
const nothing: Decision = accept()

const badState = (state: SessionState, message: string): Decision =>
  refuse(new SessionNotReady({ message, status: state.status }))

const sameTags = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean =>
  a.length === b.length && a.every((tag, i) => tag === b[i])

/** Decides a command against the state; `undefined` is a session that does not exist yet. */
export function decide(state: SessionState | undefined, command: Command): Decision {
  if (state === undefined) return command._tag === "Create" ? create(command) : nothing
  if (isAgentCommand(command)) return decideAgent(state, command)
  switch (command._tag) {
    case "Create":
      return badState(state, "the session exists already; use another id")
    case "Update":
      return update(state, command)
    case "Archive":
      if (state.status === "archived") return nothing
      if (state.status === "deleted") return badState(state, "the session is in the trash; restore it first")
      return accept({ name: "session/archived", data: {} })
    case "Restore":
      return state.status === "active" ? nothing : accept({ name: "session/restored", data: {} })
    case "Delete":
      return state.status === "deleted" ? nothing : accept({ name: "session/deleted", data: { purgeAt: command.purgeAt } })
    case "Mark":
      if (state.status === "deleted") return badState(state, "the session is in the trash; restore it first")
      return accept({ name: "session/marked", data: { text: command.text } })
    case "SetTypist":
      return setTypist(state, command)
    case "Restart":
      return restart(state, command)
    case "TypistAway":
      return state.terminal?.typist?.seat === command.seat ? accept({ name: "terminal/typist", data: { mode: "free" } }) : nothing
    case "Trimmed":
      return accept({
        name: "system/trimmed",
        data: { through: command.through, bytes: command.bytes, reason: command.reason },
      })
    default:
      return process(state, command)
  }
}

function create(command: Extract<Command, { _tag: "Create" }>): Decision {
  const { _tag: _, ...rest } = command
  const problem = metadataProblem(command.metadata)
  if (problem !== undefined) return refuse(problem)
  const { metadata } = command
  const data: EventData["session/created"] = {
    ...rest,
    tags: unique(command.tags),
    ...(metadata === undefined ? {} : { metadata: changedMetadata({}, metadata) }),
  }
  return accept({ name: "session/created", data })
}

const unique = (tags: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(tags)]

function update(state: SessionState, command: Extract<Command, { _tag: "Update" }>): Decision {
  if (state.status === "deleted") return badState(state, "the session is in the trash; restore it first")
  const events: Array<EventDraft> = []
  const { label, pinned } = command
  const tags = command.tags === undefined ? undefined : unique(command.tags)
  if (label !== undefined && (label !== state.label || state.unnamed === true))
    events.push({ name: "session/renamed", data: { label } })
  if (tags !== undefined && !sameTags(tags, state.tags)) events.push({ name: "session/tagged", data: { tags } })
  if (pinned !== undefined && pinned !== state.pinned) events.push({ name: "session/pinned", data: { pinned } })
  if (command.metadata !== undefined) {
    const metadata = changedMetadata(state.metadata, command.metadata)
    const problem = metadataProblem(metadata)
    if (problem !== undefined) return refuse(problem)
    if (!sameMetadata(metadata, state.metadata)) events.push({ name: "session/annotated", data: { metadata } })
  }
  return accept(...events)
}

function setTypist(state: SessionState, command: Extract<Command, { _tag: "SetTypist" }>): Decision {
  if (state.terminal === undefined || state.process !== "running") {
    return badState(state, "the session has no running terminal whose keyboard could be taken")
  }
  const holder = state.terminal.typist
  const { client, name, seat } = command
  if (command.mode === "single") {
    return holder?.seat === seat ? nothing : accept({ name: "terminal/typist", data: { mode: "single", client, name, seat } })
  }
  if (holder === undefined) return nothing
  if (holder.seat === seat) return accept({ name: "terminal/typist", data: { mode: "free" } })
  return refuse(
    new NotTypist({ message: `${holder.name} holds the keyboard; take it before you release it`, typist: holder.name }),
  )
}

function restart(state: SessionState, command: Extract<Command, { _tag: "Restart" }>): Decision {
  const { child, runner, cols, rows } = command
  const refused = refuseRestart(state)
  return refused === undefined ? accept({ name: "terminal/starting", data: { child, runner, cols, rows } }) : refuse(refused)
}

/** Refuses to start a terminal's process again; `undefined` when it has ended (T-32). */
export function refuseRestart(state: SessionState): SessionNotReady | undefined {
  const wrong = (message: string, status: string): SessionNotReady => new SessionNotReady({ message, status })
  if (state.status === "deleted") return wrong("the session is in the trash; restore it first", state.status)
  if (state.terminal === undefined)
    return wrong(
      `a session of kind ${state.kind} has no command to start again; an agent starts with its next message`,
      state.status,
    )
  return state.process === "running" || state.process === "starting"
    ? wrong(`the session's process is ${state.process}; end it first`, state.process)
    : undefined
}

/** Refuses input from a seat, or from outside of any attachment, that may not type now; `undefined` when it may (T-10). */
export function refuseInput(state: SessionState, seat: string | undefined): Rejection | undefined {
  if (state.status === "deleted") {
    return new SessionNotReady({ message: "the session is in the trash; restore it first", status: state.status })
  }
  if (state.terminal === undefined) {
    return new SessionNotReady({
      message: `a session of kind ${state.kind} takes no input; an agent takes messages instead`,
      status: state.status,
    })
  }
  if (state.process !== "running" && state.process !== "starting") {
    return new SessionNotReady({
      message: `the session's process is ${state.process}; it takes no input`,
      status: state.process,
    })
  }
  const holder = state.terminal?.typist
  return holder === undefined || holder.seat === seat
    ? undefined
    : new NotTypist({
        message: `${holder.name} holds the keyboard; take it to type, which is Ctrl-] k in holdfast attach`,
        typist: holder.name,
      })
}

type ProcessCommand = Extract<Command, { _tag: `Process${string}` }>

function process(state: SessionState, command: ProcessCommand): Decision {
  const alive = state.process === "starting" || state.process === "running"
  if (!alive) return nothing
  switch (command._tag) {
    case "ProcessStarted":
      if (state.process === "running") return nothing
      return accept({ name: "terminal/started", data: { pid: command.pid, cols: command.cols, rows: command.rows } })
    case "ProcessFailed":
      if (state.process === "running") return nothing
      return accept({ name: "terminal/failed", data: { tag: command.tag, message: command.message } })
    case "ProcessResized":
      if (state.terminal?.cols === command.cols && state.terminal.rows === command.rows) return nothing
      return accept({ name: "terminal/resize", data: { cols: command.cols, rows: command.rows } })
    case "ProcessTitled":
      return state.terminal?.title === command.title
        ? nothing
        : accept({ name: "terminal/title", data: { title: command.title } })
    case "ProcessReported":
      return report(state, command.report)
    case "ProcessCommanded": {
      const { _tag: _, ...data } = command
      return sameJson(state.terminal?.lastCommand, data) ? nothing : accept({ name: "terminal/command", data })
    }
    case "ProcessExited":
      return accept({
        name: "terminal/exit",
        data: { code: command.code, ...(command.signal === undefined ? {} : { signal: command.signal }) },
      })
    case "ProcessLost":
      return accept({ name: "terminal/lost", data: { reason: command.reason, message: command.message } })
  }
}

function report({ terminal }: SessionState, data: EventData["terminal/program"]): Decision {
  if (terminal === undefined || isReported(terminal, data)) return nothing
  return accept({ name: isSameState(terminal, data) ? "terminal/progress" : "terminal/program", data })
}
