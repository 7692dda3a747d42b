/** Which events a command about an agent makes, or why it is refused. */
import { SessionNotReady } from "@holdfast/protocol/errors"
import type { EventDraft } from "@holdfast/protocol/events"
import { accepted, decided, type Decision, refuse, type Rejection } from "../decision.ts"
import type { SessionState } from "../state.ts"
import type { AgentCommand, AgentRequest } from "./commands.ts"
import { messageLabel } from "./message-label.ts"
import type { AgentFacts } from "./agent-facts.ts"
import { answerPermission, expirePermission, forgetRule } from "./permissions.ts"
import {
  editMessage,
  holdQueue,
  releaseQueue,
  removeMessage,
  reorderQueue,
  resolveMessage,
  sendMessage,
  sendQueued,
} from "./queue.ts"
import { moveAgent, renewAgent } from "./renewal.ts"
import { report } from "./reports.ts"
import { isOver } from "./turn.ts"
import { noteSilence } from "./silence.ts"
import { stopTask } from "./tasks.ts"

/** Decides a command about an agent. */
export function decideAgent(state: SessionState, command: AgentCommand): Decision {
  const { agent } = state
  if (agent === undefined) {
    return refuse(
      new SessionNotReady({
        message: `a session of kind ${state.kind} has no queue and no turns; agents have`,
        status: state.status,
      }),
    )
  }
  if (command.kind === "report") return accepted(report(state, agent, command))
  if (state.status === "deleted") {
    return refuse(new SessionNotReady({ message: "the session is in the trash; restore it first", status: state.status }))
  }
  return decided(request(state, agent, command))
}

function request(state: SessionState, agent: AgentFacts, command: AgentRequest): ReadonlyArray<EventDraft> | Rejection {
  switch (command._tag) {
    case "SendMessage":
      return named(state, command, sendMessage(agent, command))
    case "EditMessage":
      return editMessage(agent, command)
    case "RemoveMessage":
      return removeMessage(agent, command)
    case "ReorderQueue":
      return reorderQueue(agent, command)
    case "SendQueued":
      return sendQueued(agent, command, state.lastActiveAt)
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
      return expirePermission(agent, command.requestId)
    case "StopTask":
      return stopTask(agent, command.taskId)
    case "ForgetRule":
      return forgetRule(agent, command.rule)
    case "ConfigureAgent": {
      const { kind: _, _tag: __, ...wanted } = command
      const changes = Object.entries(wanted).some(([name, value]) => agent.wanted[name as "model" | "mode"] !== value)
      return changes ? [{ name: "session/agent-configured", data: wanted }] : []
    }
    case "MoveAgent":
      return moveAgent(state, agent, command)
    case "RenewAgent":
      return renewAgent(state, agent, command)
    case "AgentStarting": {
      const { kind: _, _tag: __, ...start } = command
      const alive = state.process === "starting" || state.process === "running"
      return alive ? [] : [{ name: "session/agent-starting", data: start }]
    }
  }
}

/** Adds the name that the first message gives a session whose label no one chose. */
function named<A>(
  { unnamed }: SessionState,
  { messageId, parts, by }: Extract<AgentRequest, { readonly _tag: "SendMessage" }>,
  events: ReadonlyArray<EventDraft> | A,
): ReadonlyArray<EventDraft> | A {
  const label = unnamed === true ? messageLabel(parts) : undefined
  if (label === undefined || !Array.isArray(events)) return events
  return [...events, { name: "session/renamed", data: { label, message: messageId }, by }]
}

/** A second interrupt, and one without a turn, change nothing. A person's word outweighs that of a message. */
function interrupt(agent: AgentFacts, reason: "person" | "stalled"): ReadonlyArray<EventDraft> {
  const { turn } = agent
  if (turn === undefined || turn.interrupting === reason || turn.interrupting === "person") return []
  if (turn.interrupting !== undefined && reason === "stalled") return []
  return [{ name: "turn/interrupting", data: { turn: turn.id, reason }, turn: turn.id }]
}
