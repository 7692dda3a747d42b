/**
 * What an agent's process reports, as events.
 *
 * A report is never refused, only ignored where it cannot be true any more, so that a replayed journal is harmless.
 */
import type { EventDraft } from "@holdfast/protocol/events"
import type { Message } from "@holdfast/protocol/agent/message"
import type { QueueItem } from "@holdfast/protocol/agent/queue"
import type { DirectoryTrust, SessionTrust } from "@holdfast/protocol/agent/trust"
import type { SessionState } from "../state.ts"
import type { AgentReport } from "./commands.ts"
import { answered } from "./empty-answer.ts"
import { afterDrafts } from "./evolve-agent.ts"
import type { AgentFacts } from "./agent-facts.ts"
import { askPermission, cancelled, ofTurn, ruleKept } from "./permissions.ts"
import { heardAgain } from "./silence.ts"
import { endTasks, hasBackground, taskReport, processEnding } from "./tasks.ts"
import { endTurn, startNext } from "./turn.ts"
import type { TurnEnding } from "./turn-ending.ts"

type Drafts = ReadonlyArray<EventDraft>
type Report<T extends AgentReport["_tag"]> = Extract<AgentReport, { readonly _tag: T }>

const nothing: Drafts = []

/** The events of a report. */
export function report(state: SessionState, agent: AgentFacts, command: AgentReport): Drafts {
  const events = reported(state, agent, command)
  return events.length > 0 && SOUNDS.has(command._tag) ? [...heardAgain(agent), ...events] : events
}

/** Reports that break the silence of a turn. */
const SOUNDS: ReadonlySet<AgentReport["_tag"]> = new Set([
  "AgentTook",
  "AgentSaid",
  "AgentAsked",
  "AgentWithdrew",
  "AgentLimited",
])

function reported(state: SessionState, agent: AgentFacts, command: AgentReport): Drafts {
  const alive = state.process === "starting" || state.process === "running"
  switch (command._tag) {
    case "AgentReady":
      return state.process === "starting" ? ready(command) : nothing
    case "AgentTold": {
      const { info, native } = command
      return alive ? [{ name: "session/agent-info", data: { ...info, ...(native === undefined ? {} : { native }) } }] : nothing
    }
    case "AgentDirectory":
      return isTrustSame(agent.trust, command.trust) ? nothing : [{ name: "session/agent-directory", data: command.trust }]
    case "AgentTook":
      return took(agent, command)
    case "AgentReturned":
      return returned(agent, command)
    case "AgentSaid":
      return said(agent, command)
    case "AgentEnded":
      return ended(agent, command)
    case "AgentAsked":
      return alive ? asked(agent, command) : nothing
    case "AgentWithdrew": {
      const known = agent.permissions.find(({ id }) => id === command.requestId)
      return known === undefined ? nothing : [cancelled(known, "the agent withdrew it")]
    }
    case "AgentSettled": {
      const taken = agent.permissions.find(({ id, decision }) => id === command.requestId && decision !== undefined)
      return taken === undefined ? nothing : [{ name: "permission/taken", data: { requestId: taken.id }, ...ofTurn(taken) }]
    }
    case "RuleKept":
      return ruleKept(agent, command.rule)
    case "AgentAlive":
      return heardAgain(agent)
    case "AgentTaskStarted":
    case "AgentTaskProgressed":
    case "AgentTaskEnded":
      return alive ? taskReport(agent, command) : nothing
    case "AgentLimited":
      return limited(agent, command)
    case "AgentTranscript": {
      const { key, encoding, entries, base64 } = command
      return [{ name: "system/transcript", data: { key, encoding, entries, base64 } }]
    }
    case "AgentEnding":
      return alive ? toEnd(agent, command) : nothing
    case "AgentExited":
      return alive ? exited(agent, command) : nothing
    case "AgentFailed":
      return state.process === "starting" || (!alive && handsOver(agent)) ? failed(agent, command) : nothing
    case "AgentLost":
      return alive ? lost(agent, command) : nothing
  }
}

function ready({ pid, resumed, native, info }: Report<"AgentReady">): Drafts {
  const started: EventDraft = {
    name: "session/agent-started",
    data: { pid, resumed, ...(native === undefined ? {} : { native }) },
  }
  return info === undefined ? [started] : [started, { name: "session/agent-info", data: info }]
}

const begin = (turn: string): EventDraft => ({ name: "turn/started", data: { turn }, turn })

function took(agent: AgentFacts, { messageId: id, turn, parts: whole }: Report<"AgentTook">): Drafts {
  const found = agent.queue.find((queued) => queued.id === id)
  if (found === undefined) return nothing
  const item = whole === undefined ? found : { ...found, parts: whole }
  if (item.steer === true && agent.turn?.id === turn) return steered(item, turn)
  const key = item.key === undefined ? {} : { key: item.key }
  const message: Message = { id, role: "user", parts: item.parts, turn, createdAt: item.at, by: item.by, ...key }
  const events: Array<EventDraft> = [
    { name: "queue/taken", data: { messageId: id, turn }, turn },
    { name: "message/added", data: { message }, by: item.by, turn },
  ]
  // A message that was meant for a turn that has ended meanwhile begins one of its own.
  if (agent.turn === undefined) return [begin(turn), ...events]
  // The agent comes to the message only when the turn is over that it began by itself.
  return agent.turn.behind?.id === turn
    ? [...endTurn(agent, agent.turn, { outcome: "completed" }, "uncertain"), ...events]
    : events
}

/** A message that went into the streaming turn stands in that turn's message, where it went in, and nowhere else. */
const steered = ({ id, parts }: QueueItem, turn: string): Drafts => [
  { name: "queue/taken", data: { messageId: id, turn }, turn },
  { name: "agent/steering-message", data: { id, parts }, turn },
]

/** A message that did not reach the agent waits again; a turn that was to begin with it has ended. */
function returned(agent: AgentFacts, { messageId: id, reason, next }: Report<"AgentReturned">): Drafts {
  const item = agent.queue.find((queued) => queued.id === id && queued.status !== "waiting")
  if (item === undefined) return nothing
  const turn = [agent.turn, agent.turn?.behind].find((one) => one !== undefined && one.id === item.turn)
  if (turn === undefined || item.steer === true) {
    const events: Drafts = [{ name: "queue/returned", data: { messageId: id, reason } }]
    return [...events, ...startNext(afterDrafts(agent, events), next)]
  }
  const stopped = agent.turn?.interrupting !== undefined
  const error = { tag: "NotDelivered", message: reason }
  const events = endTurn(agent, turn, stopped ? { outcome: "interrupted" } : { outcome: "error", error }, "returned")
  return [...events, ...startNext(afterDrafts(agent, events), next)]
}

const handsOver = (agent: AgentFacts): boolean => agent.queue.some(({ status }) => status === "sent")

function said(agent: AgentFacts, { turn, chunks }: Report<"AgentSaid">): Drafts {
  if (!mayGoOn(agent, turn)) return nothing
  const events = chunks.map((chunk): EventDraft => {
    const { type, ...data } = chunk
    return { name: `agent/${type}`, data, turn }
  })
  return agent.turn?.id !== turn && events.length > 0 ? [begin(turn), ...events] : events
}

/** A message was sent for the turn, and nothing was heard of it. */
const isUntaken = ({ queue }: AgentFacts, turn: string): boolean =>
  queue.some(({ status, turn: sent, steer }) => status === "sent" && sent === turn && steer !== true)

/**
 * Whether something of a turn can be true. Agents begin turns by themselves, when something that they left running has ended:
 * also before they come to a message that was sent, whose turn is behind that one then.
 */
const mayGoOn = (agent: AgentFacts, turn: string): boolean =>
  agent.turn === undefined || agent.turn.id === turn || (agent.turn.behind === undefined && isUntaken(agent, agent.turn.id))

function asked(agent: AgentFacts, command: Report<"AgentAsked">): Drafts {
  const { turn } = command
  if (turn === undefined || agent.turn?.id === turn || !mayGoOn(agent, turn)) return askPermission(agent, command)
  const start = begin(turn)
  return [start, ...askPermission(afterDrafts(agent, [start]), command)]
}

function ended(agent: AgentFacts, command: Report<"AgentEnded">): Drafts {
  const turn = [agent.turn, agent.turn?.behind].find((one) => one !== undefined && one.id === command.turn)
  if (turn === undefined) return nothing
  const { message, notices } =
    command.outcome === "completed" && turn.asked === true
      ? answered(turn, command.message)
      : { message: command.message, notices: nothing }
  const told = { ...command, ...(message === undefined ? {} : { message }) }
  const events = [...notices, ...endTurn(agent, turn, told, "uncertain")]
  return [...events, ...startNext(afterDrafts(agent, events), command.next)]
}

/** Wait after a short limit, in milliseconds: doubled with each one in a row, up to the most. */
const SHORT_WAIT = 60_000
const SHORT_WAIT_MOST = 10 * SHORT_WAIT

/** A short limit is tried again by itself; what a plan allows comes back at a time, or when a person tries. */
function limited(agent: AgentFacts, { message, at, until, continues, short }: Report<"AgentLimited">): Drafts {
  if (agent.hold?.reason === "person") return nothing
  if (short === true) {
    const again = at + Math.min(SHORT_WAIT_MOST, SHORT_WAIT * 2 ** Math.min(agent.limits ?? 0, 10))
    return [{ name: "queue/held", data: { reason: "rate-limit", message, until: until ?? again, continues: true } }]
  }
  const time = until === undefined ? {} : { until, continues }
  return [{ name: "queue/held", data: { reason: "usage-limit", message, ...time } }]
}

function toEnd(agent: AgentFacts, { reason }: Report<"AgentEnding">): Drafts {
  if (agent.ending !== undefined) return nothing
  if (reason !== "stopped" && (agent.turn !== undefined || handsOver(agent) || hasBackground(agent))) return nothing
  return [processEnding(agent, reason)]
}

/** Whether the turn was sent to a process that was to end already, so that nothing of it was handed over. */
const isUntouched = ({ turn, ending, queue }: AgentFacts): boolean =>
  turn !== undefined &&
  ending !== undefined &&
  turn.from > ending.since &&
  queue.some(({ status, turn: sent, steer }) => status === "sent" && sent === turn.id && steer !== true)

/** Ends every turn that is open, the one behind last; `ending` is that of the streaming one. */
function endTurns(agent: AgentFacts, ending: TurnEnding): Drafts {
  const { turn } = agent
  if (turn === undefined) return nothing
  const first = endTurn(agent, turn, ending, "uncertain")
  if (turn.behind === undefined) return first
  const { message: _, ...rest } = ending
  return [...first, ...endTurn(afterDrafts(agent, first), turn.behind, rest, "uncertain")]
}

function exited(agent: AgentFacts, { code, signal, message }: Report<"AgentExited">): Drafts {
  const reason = agent.ending?.reason ?? "itself"
  const exit: EventDraft = {
    name: "session/agent-exited",
    data: { code, reason, ...(signal === undefined ? {} : { signal }) },
  }
  const background = endTasks(agent, "the agent's process ended")
  if (isUntouched(agent)) return [...background, exit]
  const how = signal === undefined ? `with code ${code}` : `by ${signal}`
  const error = { tag: "AgentExited", message: `the agent's process ended ${how}` }
  const turn = endTurns(agent, { outcome: "error", error, ...(message === undefined ? {} : { message }) })
  return [...background, ...turn, ...strayed(afterDrafts(agent, turn)), exit]
}

/** Messages that went to a process which is gone, and of which nothing was heard. */
const strayed = (agent: AgentFacts): Drafts =>
  agent.queue
    .filter(({ status }) => status === "sent")
    .map(({ id }): EventDraft => ({ name: "queue/uncertain", data: { messageId: id } }))

function failed(agent: AgentFacts, { tag, message }: Report<"AgentFailed">): Drafts {
  const turn =
    agent.turn === undefined ? nothing : endTurn(agent, agent.turn, { outcome: "error", error: { tag, message } }, "returned")
  const failing: Drafts = [{ name: "session/agent-failed", data: { tag, message } }, ...turn]
  // Also what was to go into that turn: it would have the agent started again and again.
  const sent = afterDrafts(agent, failing).queue.filter(({ status }) => status === "sent")
  const back = sent.map(({ id }): EventDraft => ({ name: "queue/returned", data: { messageId: id, reason: message } }))
  const isHeld = afterDrafts(agent, failing).hold !== undefined || back.length === 0
  return [
    ...failing,
    ...back,
    ...(isHeld ? nothing : [{ name: "queue/held" as const, data: { reason: "error" as const, tag, message } }]),
  ]
}

function lost(agent: AgentFacts, { reason, message, partial }: Report<"AgentLost">): Drafts {
  const ending = {
    outcome: "lost" as const,
    error: { tag: reason, message },
    ...(partial === undefined ? {} : { message: partial }),
  }
  const gone: EventDraft = { name: "session/agent-lost", data: { reason, message } }
  const background = endTasks(agent, message)
  if (isUntouched(agent)) return [...background, gone]
  const turn = endTurns(agent, ending)
  return [...background, gone, ...turn, ...strayed(afterDrafts(agent, turn))]
}

/** Whether the record says of the directory already what was found. */
function isTrustSame(known: SessionTrust | undefined, { directory, state, brings }: DirectoryTrust): boolean {
  return known?.directory === directory && known.state === state && JSON.stringify(known.brings) === JSON.stringify(brings)
}
