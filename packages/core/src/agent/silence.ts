/** Turns in which nothing happens: reported long before they are stopped, and what a stop for it ends with. */
import type { Message } from "@holdfast/protocol/agent/message"
import type { EventDraft } from "@holdfast/protocol/events"
import type { AgentFacts, Turn } from "./agent-facts.ts"
import { LEFT_OPEN } from "./tool-part.ts"
import type { TurnEnding } from "./turn-ending.ts"

/** Notes that nothing was heard of the streaming turn since a time; once until something is. */
export function noteSilence(agent: AgentFacts, turn: string, since: number): ReadonlyArray<EventDraft> {
  const streaming = agent.turn
  if (streaming?.id !== turn || streaming.silentSince !== undefined || streaming.interrupting !== undefined) return []
  return [{ name: "turn/silent", data: { turn, since }, turn }]
}

/** The event that something is heard of a silent turn again. */
export function heardAgain({ turn }: AgentFacts): ReadonlyArray<EventDraft> {
  return turn?.silentSince === undefined ? [] : [{ name: "turn/heard", data: { turn: turn.id }, turn: turn.id }]
}

/** Whether a message has the agent's last words: it ends in text, and no tool call was left open. */
function hasLastWords({ parts }: Message): boolean {
  const told = parts.flatMap(fieldsOf).filter(({ type }) => type === "text" || type === "reasoning" || type === "dynamic-tool")
  const { type, text } = told.at(-1) ?? {}
  if (type !== "text" || typeof text !== "string" || text.trim() === "") return false
  return !told.some(({ errorText }) => errorText === LEFT_OPEN)
}

const fieldsOf = (part: unknown): ReadonlyArray<Readonly<Record<string, unknown>>> =>
  typeof part === "object" && part !== null && !Array.isArray(part) ? [{ ...part }] : []

const NOTICE =
  "The agent did not report the end of its turn. It was silent for a long time after its last output, so the turn was ended."
const STALLED = { tag: "AgentStalled", message: "the agent was silent for too long, so its turn was stopped" }

/**
 * How a turn ends that was stopped because nothing happened: an agent that had said its last words has completed it, and the
 * notice says how; of any other it is no person's interrupt either.
 */
export function afterStall(
  turn: Turn,
  ending: TurnEnding,
): { readonly ending: TurnEnding; readonly before: ReadonlyArray<EventDraft> } {
  if (turn.interrupting !== "stalled" || ending.outcome === "lost" || ending.outcome === "completed")
    return { ending, before: [] }
  const { message, error: _, ...rest } = ending
  if (message === undefined || !hasLastWords(message))
    return { ending: { ...ending, error: ending.error ?? STALLED }, before: [] }
  const data = { text: NOTICE }
  const parts = [...message.parts, { type: "data-notice" as const, data }]
  return {
    ending: { ...rest, outcome: "completed", message: { ...message, parts } },
    before: [{ name: "agent/data-notice", data: { data }, turn: turn.id }],
  }
}
