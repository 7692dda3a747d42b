/** How a turn of Claude's ended, from its result and what came before (trap:4: a success that is none). */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { TurnEnd } from "@holdfast/link/agent-messages"
import { refusedHistory, refusesHistory } from "../host/refused-history.ts"
import { at, numberAt, textAt, textsAt } from "./read.ts"

/** What is known of a turn beside its result. */
export interface TurnFacts {
  /** It was asked to stop. */
  readonly interrupting: boolean
  /** The last reply broke off. */
  readonly cut: boolean
  /** Claude's message in place of an answer, when the model's API failed. */
  readonly failure: unknown
  /** Claude reported a usage limit, with or without its end. */
  readonly limited: boolean
  /** What Claude said in place of an answer when a compaction came to nothing; it calls that a success. */
  readonly compaction?: string | undefined
}

type Ending = Pick<TurnEnd, "outcome" | "error">

const TAGS: Readonly<Record<string, string>> = {
  error_max_turns: "MaxTurns",
  error_max_budget_usd: "MaxBudget",
}

/** What Claude says where it has no credential: its command `/login` is one of its own screen, which no one has here. */
const LOGIN = /\bnot logged in\b|\/login\b|\binvalid api key\b/i
/** Where a person gives Claude a credential. */
const LOG_IN =
  "Claude runs on the hub's machine as the hub's user: run claude in a shell there and type /login, then send the message again; " +
  "or open a session from a shell that has ANTHROPIC_API_KEY (or CLAUDE_CODE_OAUTH_TOKEN, of claude setup-token), from a browser " +
  "with it in the hub's environment"

/** Text of a failure: Claude's own words, else what the result lists. */
function messageOf(result: unknown, facts: TurnFacts): string {
  const said = textsOf(facts.failure) ?? textAt(result, "result")
  if (said !== undefined && said !== "") return said
  const listed = textsAt(result, "errors").filter((text) => !text.startsWith("[ede_diagnostic]"))
  if (listed.length > 0) return listed.join("; ")
  const subtype = textAt(result, "subtype")
  if (subtype === "error_max_turns") return "the turn took as many steps as the option maxTurns allows"
  if (subtype === "error_max_budget_usd") return "the turn cost as much as the option maxBudgetUsd allows"
  return `Claude ended the turn: ${subtype ?? "without a reason"}`
}

/** The texts of a message of Claude's. */
export function textsOf(message: unknown): string | undefined {
  const content = at(message, "message", "content")
  if (!Array.isArray(content)) return undefined
  return content.flatMap((block) => textAt(block, "text") ?? []).join("\n")
}

/** The limit that a result, or the message before it, reports: what the plan allows, or too much in a short time. */
export function limitOf(result: unknown, { failure, limited }: TurnFacts): "UsageLimit" | "RateLimit" | undefined {
  if (limited || textAt(result, "api_error") === "usage_limit_reached") return "UsageLimit"
  return textAt(failure, "error") === "rate_limit" && numberAt(result, "api_error_status") === 429 ? "RateLimit" : undefined
}

/** Outcome and reason. */
export function endingOf(result: unknown, facts: TurnFacts): Ending {
  const failed = at(result, "is_error") === true || textAt(result, "subtype") !== "success"
  const stopped = facts.interrupting || (textAt(result, "terminal_reason") ?? "").startsWith("aborted")
  if (failed && stopped) return { outcome: "interrupted" }
  const error = (tag: string, message = messageOf(result, facts)): Ending => ({ outcome: "error", error: { tag, message } })
  if (failed) {
    const limit = limitOf(result, facts)
    if (limit !== undefined) return error(limit)
    const status = numberAt(result, "api_error_status")
    const said = messageOf(result, facts)
    if (refusesHistory(said, status)) return { outcome: "error", error: refusedHistory(said) }
    if (status === 401 || LOGIN.test(said)) return error("AgentUnauthorized", `${said}; ${LOG_IN}`)
    if (status === 403) return error("AgentUnauthorized")
    return error(TAGS[textAt(result, "subtype") ?? ""] ?? "ModelError")
  }
  if (facts.compaction !== undefined && !facts.interrupting) {
    if (!refusesHistory(facts.compaction, undefined)) return error("CompactionFailed", facts.compaction)
    return { outcome: "error", error: refusedHistory(facts.compaction) }
  }
  if (facts.cut && !facts.interrupting)
    return error("ModelCut", "the model's answer broke off, and what there is of it is not whole")
  return { outcome: "completed" }
}

const REASONS: Readonly<Record<string, NonNullable<Extract<AgentChunk, { type: "finish" }>["finishReason"]>>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  refusal: "content-filter",
  tool_use: "tool-calls",
}

/** The last chunk of a turn. */
export function lastChunk(result: unknown, { outcome, error }: Ending): AgentChunk {
  if (outcome === "interrupted") return { type: "abort" }
  if (error !== undefined) return { type: "error", errorText: error.message }
  return { type: "finish", finishReason: REASONS[textAt(result, "stop_reason") ?? ""] ?? "other" }
}

/** A usage limit of the provider; `until` is epoch milliseconds, where it is known. */
export interface UsageLimit {
  readonly until?: number
}

/** The limit that Claude reports; undefined when nothing is refused. */
export function usageLimitOf(info: unknown): UsageLimit | undefined {
  if (textAt(info, "status") !== "rejected") return undefined
  const seconds = numberAt(info, "resetsAt")
  return seconds === undefined ? {} : { until: seconds * 1000 }
}
