/** Which events a command about an agent makes, or why it is refused. */
import { type DoorError, SessionState as SessionStateError } from "@holdfast/protocol/errors"
import type { EventDraft } from "@holdfast/protocol/event"
import type { SessionState } from "../state.ts"
import type { AgentCommand, AgentReport, AgentRequest } from "./commands.ts"
import { messageLabel } from "./message-label.ts"
import type { AgentPart } from "./part.ts"
import { answerPermission, expirePermission, forgetRule } from "./permissions.ts"
import {
  editMessage,
  holdQueue,
  type QueueRefusal,
  releaseQueue,
  removeMessage,
  reorderQueue,
  resolveMessage,
  sendMessage,
} from "./queue.ts"
import { moveAgent, renewAgent } from "./renewal.ts"
import { report } from "./reports.ts"
import { isOver } from "./turn.ts"
import { noteSilence } from "./silence.ts"
import { stopTask } from "./tasks.ts"

/** Why a command about an agent was refused. */
export type AgentRefusal =
  | QueueRefusal
  | Extract<DoorError, { readonly _tag: "PermissionSettled" | "PermissionNotFound" | "SessionState" | "TaskNotFound" }>

/** Decides a command about an agent: its events, or a refusal. */
export function decideAgent(state: SessionState, command: AgentCommand): ReadonlyArray<EventDraft> | AgentRefusal {
  const { agent } = state
  if (agent === undefined) {
    return new SessionStateError({ message: "this is a terminal; it has no queue and no turns", status: state.kind })
  }
  if (isReport(command)) return report(state, agent, command)
  if (state.status === "deleted") {
    return new SessionStateError({ message: "the session is in the trash; restore it first", status: state.status })
  }
  return request(state, agent, command)
}

const isReport = (command: AgentCommand): command is AgentReport =>
  command._tag.startsWith("Agent") && command._tag !== "AgentStarting"

function request(state: SessionState, agent: AgentPart, command: AgentRequest): ReadonlyArray<EventDraft> | AgentRefusal {
  switch (command._tag) {
    case "SendMessage":
      return named(state, command, sendMessage(agent, command))
    case "EditMessage":
      return editMessage(agent, command)
    case "RemoveMessage":
      return removeMessage(agent, command)
    case "ReorderQueue":
      return reorderQueue(agent, command)
    case "ResolveMessage":
      return resolveMessage(agent, command)
    case "HoldQueue":
      return holdQueue(agent)
    case "ReleaseQueue":
      return releaseQueue(agent, command.turn, state.lastActiveAt)
    case "LimitOver": {
      const { hold } = agent
      return hold !== undefined && isOver(hold, command.at) ? releaseQueue(agent, command.turn, command.at) : []
    }
    case "Interrupt":
      return interrupt(agent, command.reason)
    case "NoteSilence":
      return noteSilence(agent, command.turn, command.since)
    case "AnswerPermission":
      return answerPermission(agent, command)
    case "ExpirePermission":
      return expirePermission(agent, command.request)
    case "StopTask":
      return stopTask(agent, command.task)
    case "ForgetRule":
      return forgetRule(agent, command.rule)
    case "ConfigureAgent": {
      const { _tag: _, ...wanted } = command
      const changes = Object.entries(wanted).some(([name, value]) => agent.wanted[name as "model" | "mode"] !== value)
      return changes ? [{ name: "session/agent-configured", data: wanted }] : []
    }
    case "MoveAgent":
      return moveAgent(state, agent, command)
    case "RenewAgent":
      return renewAgent(state, agent, command)
    case "AgentStarting": {
      const { _tag: _, ...start } = command
      const alive = state.process === "starting" || state.process === "running"
      return alive ? [] : [{ name: "session/agent-starting", data: start }]
    }
  }
}

/** Adds the name that the first message gives a session whose label nobody chose. */
function named<A>(
  { unnamed }: SessionState,
  { id, parts, by }: Extract<AgentRequest, { readonly _tag: "SendMessage" }>,
  events: ReadonlyArray<EventDraft> | A,
): ReadonlyArray<EventDraft> | A {
  const label = unnamed === true ? messageLabel(parts) : undefined
  if (label === undefined || !Array.isArray(events)) return events
  return [...events, { name: "session/renamed", data: { label, message: id }, by }]
}

/** A second interrupt, and one without a turn, change nothing. A person's word outweighs that of a message. */
function interrupt(agent: AgentPart, reason: "person" | "stalled"): ReadonlyArray<EventDraft> {
  const { turn } = agent
  if (turn === undefined || turn.interrupting === reason || turn.interrupting === "person") return []
  if (turn.interrupting !== undefined && reason === "stalled") return []
  return [{ name: "turn/interrupting", data: { turn: turn.id, reason }, turn: turn.id }]
}
