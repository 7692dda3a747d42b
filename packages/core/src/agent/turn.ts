/** The turn: when the next one starts, and everything that ends with one (docs/protocol/rules.md, Q-2, Q-5, Q-7). */
import type { TurnOutcome } from "@holdfast/protocol/agent/message"
import type { Hold } from "@holdfast/protocol/agent/hold"
import type { EventDraft } from "@holdfast/protocol/events"
import type { AgentFacts, Turn } from "./agent-facts.ts"
import { cancelled } from "./permissions.ts"
import { afterStall } from "./silence.ts"
import type { TurnEnding } from "./turn-ending.ts"

/** Starts the next waiting message's turn under the given id; nothing while a turn streams, the queue is held, or a hand-over is under way. */
export function startNext(agent: AgentFacts, turn: string): ReadonlyArray<EventDraft> {
  if (agent.turn !== undefined || agent.hold !== undefined || agent.queue.some(({ status }) => status === "sent")) return []
  const next = agent.queue.find(({ status }) => status === "waiting")
  if (next === undefined) return []
  return [
    { name: "turn/started", data: { turn }, turn },
    { name: "queue/sent", data: { messageId: next.id, turn }, turn },
  ]
}

/** Whether a hold gives way to a message that is sent now: only a person's word, and a limit whose end is known and ahead, do not. */
export function givesWay({ reason, until }: Hold, at: number): boolean {
  if (reason === "usage-limit") return until === undefined || until <= at
  return reason !== "person"
}

/** Whether a hold whose time is over gives way by itself. */
export function isOver({ continues, until }: Hold, at: number): boolean {
  return continues === true && until !== undefined && until <= at
}

/** The events of a turn's end: its open requests cancelled but for those that stand on, its message stored, its end, and the queue held where it must not continue. */
export function endTurn(
  agent: AgentFacts,
  turn: Turn,
  given: TurnEnding,
  sent: "uncertain" | "returned",
): ReadonlyArray<EventDraft> {
  const { ending, before } = afterStall(turn, given)
  const { outcome, error, usage, model, message, standing = [] } = ending
  const events: Array<EventDraft> = [...before]
  for (const request of agent.permissions) {
    if (request.turn === turn.id && !standing.includes(request.id)) {
      events.push(cancelled(request, outcome === "error" ? "the turn failed" : `the turn was ${outcome}`))
    }
  }
  if (message !== undefined) events.push({ name: "message/added", data: { message: { ...message, outcome } }, turn: turn.id })
  events.push({
    name: "turn/ended",
    data: {
      turn: turn.id,
      outcome,
      ...(error === undefined ? {} : { error }),
      ...(usage === undefined ? {} : { usage }),
      ...(model === undefined ? {} : { model }),
      ...(standing.length === 0 ? {} : { standing }),
    },
    turn: turn.id,
  })
  let waiting = agent.queue.some(({ status }) => status === "waiting")
  for (const item of agent.queue) {
    if (item.status !== "sent" || item.turn !== turn.id || (item.steer === true && outcome !== "lost")) continue
    if (sent === "uncertain") events.push({ name: "queue/uncertain", data: { messageId: item.id }, turn: turn.id })
    else {
      events.push({
        name: "queue/returned",
        data: { messageId: item.id, reason: error?.message ?? "it was not delivered" },
        turn: turn.id,
      })
      waiting = true
    }
  }
  const hold = holdAfter(turn, outcome, error)
  if (hold !== undefined && waiting && agent.hold === undefined) events.push({ name: "queue/held", data: hold })
  return events
}

function holdAfter(turn: Turn, outcome: TurnOutcome, error: TurnEnding["error"]): Hold | undefined {
  const words = error === undefined ? {} : { message: error.message }
  if (outcome === "lost") return { reason: "lost", ...words }
  if (turn.interrupting === "stalled") return outcome === "completed" ? undefined : { reason: "stalled", ...words }
  if (turn.interrupting === "message") return outcome === "error" ? { reason: "error", ...error } : undefined
  if (turn.interrupting !== undefined || outcome === "interrupted") return { reason: "interrupted", ...words }
  return outcome === "error" ? { reason: "error", ...error } : undefined
}
