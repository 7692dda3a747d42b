/** One event more for the agent part. Total: an event about something that is not there changes nothing. */
import { type AgentEvent, type EventData, type EventDraft, isAboutAgent } from "@holdfast/protocol/events"
import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { PermissionRule } from "@holdfast/protocol/agent/permission-rule"
import type { QueueItem } from "@holdfast/protocol/agent/queue"
import type { DirectoryTrust, SessionTrust } from "@holdfast/protocol/agent/trust"
import { addUsage, type AgentFacts, type OwedRule, type Turn } from "./agent-facts.ts"
import { BY_TIME } from "./permission-authors.ts"
import { toRequest } from "./permission-request.ts"
import { sizeWith, sizeWithout, toItem, withParts } from "./queue-item.ts"
import { sameRequests } from "./permission-rules.ts"
import { evolveTasks } from "./task-state.ts"

/** When an event was: its seq, and epoch milliseconds. */
export interface EventPlace {
  readonly seq: number
  readonly time: number
}

/** The agent part after an event. */
export function evolveAgent(agent: AgentFacts, known: AgentEvent, event: EventPlace): AgentFacts {
  switch (known.name) {
    case "session/agent-starting": {
      const { trusted: _, ...rest } = agent
      return known.data.trusted === true ? { ...rest, trusted: true } : rest
    }
    case "session/agent-started": {
      const { pid, native } = known.data
      return { ...agent, pid, ...memory(agent, native) }
    }
    case "session/agent-info": {
      const { native, ...info } = known.data
      return { ...agent, info: { ...agent.info, ...info }, ...memory(agent, native) }
    }
    case "session/agent-directory":
      return { ...agent, trust: sessionTrust(agent.trust, known.data, event) }
    case "session/agent-moved": {
      // What the old directory brings says nothing of the new one.
      const { trust: _, ...rest } = agent
      const moved = { ...rest, spec: { ...agent.spec, cwd: known.data.cwd } }
      // Claude's transcript goes with it; what other agents know of a session is bound to where it was.
      return agent.spec.adapter === "claude" ? moved : anew(moved, undefined, event.seq)
    }
    case "session/agent-renewed":
      return anew(agent, known.data.from, event.seq)
    case "session/agent-configured":
      return { ...agent, wanted: { ...agent.wanted, ...known.data } }
    case "session/agent-ending":
      return { ...agent, ending: { reason: known.data.reason, since: event.seq } }
    case "session/agent-failed":
    case "session/agent-exited":
    case "session/agent-lost":
      return withoutProcess(agent)
    case "turn/started": {
      const behind = agent.turn === undefined ? {} : { behind: agent.turn }
      return {
        ...agent,
        turn: { id: known.data.turn, from: event.seq, startedAt: event.time, ...behind },
        turns: agent.turns + 1,
      }
    }
    case "turn/interrupting":
      return agent.turn?.id === known.data.turn ? { ...agent, turn: { ...agent.turn, interrupting: known.data.reason } } : agent
    case "turn/silent": {
      const { turn, since } = known.data
      return agent.turn?.id === turn ? { ...agent, turn: { ...agent.turn, silentSince: since } } : agent
    }
    case "turn/heard": {
      if (agent.turn?.id !== known.data.turn) return agent
      const { silentSince: _, ...heard } = agent.turn
      return { ...agent, turn: heard }
    }
    case "turn/ended":
      return turnEnded(agent, known.data, event.seq)
    default:
      return evolveWork(agent, known, event)
  }
}

/** An event about messages, requests or tasks. */
type WorkEvent = Extract<AgentEvent, { readonly name: `${"queue" | "permission" | "task" | "message" | "system"}/${string}` }>

/** The agent part after an event about messages, requests or tasks. */
function evolveWork(agent: AgentFacts, known: WorkEvent, event: EventPlace): AgentFacts {
  switch (known.name) {
    case "queue/added": {
      const { first } = known.data
      const item = toItem(known.data.item, event.seq, agent.queueSize)
      const queue = first === true ? [item, ...agent.queue] : [...agent.queue, item]
      return { ...agent, queue, queueSize: sizeWith(agent.queueSize, item) }
    }
    case "queue/edited": {
      const { messageId: id, parts } = known.data
      const item = agent.queue.find((one) => one.id === id)
      if (item === undefined) return agent
      const others = sizeWithout(agent.queueSize, item)
      const edited = withParts(item, parts, event.seq, others)
      return { ...change(agent, id, () => edited), queueSize: sizeWith(others, edited) }
    }
    case "queue/taken": {
      const { messageId: id, turn } = known.data
      const rest = withoutItem(agent, id)
      return rest.turn?.id === turn ? { ...rest, turn: { ...rest.turn, asked: true } } : rest
    }
    case "queue/removed":
      return withoutItem(agent, known.data.messageId)
    case "queue/reordered":
      return { ...agent, queue: reorder(agent.queue, known.data.order) }
    case "queue/sent": {
      const { messageId: id, turn, steer } = known.data
      return change(agent, id, (item) => ({ ...item, status: "sent", turn, ...(steer === true ? { steer } : {}) }))
    }
    case "queue/returned":
      return change(agent, known.data.messageId, waitingAgain)
    case "queue/uncertain":
      return change(agent, known.data.messageId, (item) => ({ ...item, status: "uncertain" }))
    case "queue/held":
      return { ...agent, hold: known.data, ...(known.data.reason === "rate-limit" ? { limits: (agent.limits ?? 0) + 1 } : {}) }
    case "queue/released":
      return withoutHold(agent)
    case "permission/asked": {
      const others = agent.permissions.filter(({ id }) => id !== known.data.request.id)
      return { ...agent, permissions: [...others, toRequest(known.data, event, others)] }
    }
    case "permission/answered":
      return decided(agent, known.data.requestId, known.data.decision)
    case "permission/expired":
      return decided(agent, known.data.requestId, { optionId: "", allow: false, by: BY_TIME, at: event.time })
    case "permission/cancelled":
    case "permission/taken":
      return { ...agent, permissions: agent.permissions.filter(({ id }) => id !== known.data.requestId) }
    case "permission/remembered": {
      const { rule, scope } = known.data
      // What holds in every session is stored by the server, where it can be forgotten.
      if (scope !== "session") return owing(agent, rule, { rule, at: event.time })
      return { ...agent, rules: [...agent.rules.filter((other) => !sameRequests(other, rule)), rule] }
    }
    case "permission/kept":
      return owing(agent, known.data.rule)
    case "permission/forgotten":
      return { ...agent, rules: agent.rules.filter((rule) => !sameRequests(rule, known.data.rule)) }
    case "task/started":
    case "task/progress":
    case "task/stopping":
    case "task/ended":
      return { ...agent, tasks: evolveTasks(agent.tasks, known, event.time) }
    case "message/added":
    case "system/transcript":
      return agent
  }
}

/** The agent part after drafts, to decide what follows from them. Chunks change nothing in it. */
export function afterDrafts(agent: AgentFacts, drafts: ReadonlyArray<EventDraft>, time = 0): AgentFacts {
  const place = { seq: 0, time }
  return drafts.reduce((part, draft) => (isAboutAgent(draft) ? evolveAgent(part, draft, place) : part), agent)
}

/**
 * A directory as the record has it: since when it waits stays while its state and place do. People are told of the event with which
 * it came to wait (PN-3); who takes a decision back is a person, so that there is none to tell of.
 */
function sessionTrust(before: SessionTrust | undefined, found: DirectoryTrust, { seq, time }: EventPlace): SessionTrust {
  if (found.state !== "waiting") return found
  const same = before?.directory === found.directory ? before : undefined
  const asked = same?.state === "waiting" ? same.askedAt : undefined
  const told = same?.state === "waiting" ? same.seq : same === undefined || same.state === "unneeded" ? seq : undefined
  return { ...found, askedAt: asked ?? time, ...(told === undefined ? {} : { seq: told }) }
}

/** Without the agent's own memory; messages from a seq on, so far, are left out of the context that stands for it. */
function anew(agent: AgentFacts, from: number | undefined, to: number): AgentFacts {
  const { native: _, renewed, ending, ...others } = agent
  // A process that was to end anyway ends for this now.
  const rest = { ...others, ...(ending === undefined ? {} : { ending: { ...ending, reason: "renewed" as const } }) }
  const before = renewed?.leftOut ?? []
  if (from === undefined) return { ...rest, renewed: { leftOut: before } }
  return { ...rest, renewed: { leftOut: [...before.filter((range) => range.from < from), { from, to }] } }
}

/** What a process reports as its memory; that of one that makes room for a new beginning is not the new one's. */
const memory = ({ ending }: AgentFacts, native: string | undefined): { readonly native?: string } =>
  native === undefined || ending?.reason === "renewed" ? {} : { native }

function turnEnded(agent: AgentFacts, data: EventData["turn/ended"], seq: number): AgentFacts {
  const { turn } = agent
  if (turn?.behind !== undefined && turn.behind.id === data.turn) return { ...agent, turn: withoutBehind(turn) }
  if (turn?.id !== data.turn) return agent
  return {
    ...withoutTurn(agent),
    ...(data.outcome === "completed" && agent.limits !== undefined ? { limits: 0 } : {}),
    ...(turn.behind === undefined ? {} : { turn: turn.behind }),
    permissions: agent.permissions.flatMap((request) => afterTurn(request, data)),
    usage: data.usage === undefined ? agent.usage : addUsage(agent.usage, data.usage),
    lastTurn: { id: turn.id, from: turn.from, to: seq, before: agent.lastTurn?.to ?? 0 },
  }
}

/** What is left of a request when a turn has ended: one that stands on belongs to no turn any more. */
function afterTurn(request: PermissionRequest, data: EventData["turn/ended"]): ReadonlyArray<PermissionRequest> {
  if (request.turn !== data.turn) return [request]
  if (!Array.isArray(data.standing) || !data.standing.includes(request.id)) return []
  const { turn: _, ...standing } = request
  return [standing]
}

/** Without what is owed about the same requests as `rule`, or with `owed` in its place. */
function owing(agent: AgentFacts, rule: PermissionRule, owed?: OwedRule): AgentFacts {
  const { owedRules = [], ...rest } = agent
  const others = owedRules.filter((other) => !sameRequests(other.rule, rule))
  const all = owed === undefined ? others : [...others, owed]
  return all.length === 0 ? rest : { ...rest, owedRules: all }
}

function withoutItem(agent: AgentFacts, id: string): AgentFacts {
  const item = agent.queue.find((one) => one.id === id)
  const queue = agent.queue.filter((one) => one !== item)
  return { ...agent, queue, queueSize: item === undefined ? agent.queueSize : sizeWithout(agent.queueSize, item) }
}

const change = (agent: AgentFacts, id: string, to: (item: QueueItem) => QueueItem): AgentFacts => ({
  ...agent,
  queue: agent.queue.map((item) => (item.id === id ? to(item) : item)),
})

type Decision = EventData["permission/answered"]["decision"]

const decided = (agent: AgentFacts, id: string, decision: Decision): AgentFacts => ({
  ...agent,
  permissions: agent.permissions.map((request) =>
    request.id === id && request.decision === undefined ? { ...request, decision } : request,
  ),
})

/** Waiting messages in the order given; handed-over and uncertain ones stay in front, ones that are not named behind. */
function reorder(queue: ReadonlyArray<QueueItem>, order: ReadonlyArray<string>): ReadonlyArray<QueueItem> {
  const waiting = new Map(queue.filter(({ status }) => status === "waiting").map((item) => [item.id, item]))
  const named = order.flatMap((id) => waiting.get(id) ?? [])
  const rest = [...waiting.values()].filter(({ id }) => !order.includes(id))
  return [...queue.filter(({ status }) => status !== "waiting"), ...named, ...rest]
}

function waitingAgain(item: QueueItem): QueueItem {
  const { turn: _, steer: __, ...rest } = item
  return { ...rest, status: "waiting" }
}

function withoutProcess(agent: AgentFacts): AgentFacts {
  const { pid: _, ending: __, trusted: ___, ...rest } = agent
  return { ...rest, tasks: [], permissions: rest.permissions.filter(({ turn }) => turn !== undefined) }
}

function withoutBehind(turn: Turn): Turn {
  const { behind: _, ...rest } = turn
  return rest
}

function withoutTurn(agent: AgentFacts): AgentFacts {
  const { turn: _, ...rest } = agent
  return rest
}

function withoutHold(agent: AgentFacts): AgentFacts {
  const { hold: _, ...rest } = agent
  return rest
}
