/** A new beginning for an agent: in another directory, or without its own memory (docs/protocol/rules.md, A-41, A-42). */
import { SessionNotReady } from "@holdfast/protocol/errors"
import type { Hold } from "@holdfast/protocol/agent/hold"
import type { EventData, EventDraft } from "@holdfast/protocol/events"
import type { SessionState } from "../state.ts"
import type { AgentRequest } from "./commands.ts"
import { afterDrafts } from "./evolve-agent.ts"
import type { AgentFacts } from "./agent-facts.ts"
import { processEnding } from "./tasks.ts"
import { startNext } from "./turn.ts"

type Request<T extends AgentRequest["_tag"]> = Extract<AgentRequest, { readonly _tag: T }>

/** Lets the agent continue in another directory. */
export function moveAgent(
  state: SessionState,
  agent: AgentFacts,
  { cwd, turn }: Request<"MoveAgent">,
): ReadonlyArray<EventDraft> | SessionNotReady {
  return cwd === agent.spec.cwd ? [] : anew(state, agent, { name: "session/agent-moved", data: { cwd } }, turn)
}

/** Lets the agent start over. */
export function renewAgent(
  state: SessionState,
  agent: AgentFacts,
  { before, turn }: Request<"RenewAgent">,
): ReadonlyArray<EventDraft> | SessionNotReady {
  const data: EventData["session/agent-renewed"] = before === undefined ? {} : { before: before.id, from: before.seq }
  return anew(state, agent, { name: "session/agent-renewed", data }, turn)
}

/** Holds that a failure made. */
const FAILURES: ReadonlySet<string | undefined> = new Set<Hold["reason"]>(["error", "lost", "stalled"])

/** The process of now ends, the next one starts over, and what a failure held up continues. */
function anew(
  { process }: SessionState,
  agent: AgentFacts,
  change: EventDraft,
  turn: string,
): ReadonlyArray<EventDraft> | SessionNotReady {
  if (agent.turn !== undefined || agent.queue.some(({ status }) => status === "sent")) {
    return new SessionNotReady({ message: "a turn is streaming; interrupt it first, or wait for its end", status: "streaming" })
  }
  const events: Array<EventDraft> = [change]
  const alive = process === "starting" || process === "running"
  if (alive && agent.ending === undefined) events.push(processEnding(agent, "renewed"))
  if (FAILURES.has(agent.hold?.reason)) events.push({ name: "queue/released", data: {} })
  return [...events, ...startNext(afterDrafts(agent, events), turn)]
}
