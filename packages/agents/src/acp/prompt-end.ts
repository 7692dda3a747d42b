/**
 * How a turn ends: by the agent's answer to the prompt, which agents word differently.
 *
 * Whether it was interrupted is known here, not from the stop reason: codex says `cancelled` when a person refuses a tool,
 * opencode says `end_turn` when it is interrupted while it waits to try again.
 */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { headOf } from "@holdfast/protocol/text-cut"
import { RequestError } from "@agentclientprotocol/sdk"
import { refusedHistory, refusesHistory } from "../host/refused-history.ts"
import type { TurnEnd } from "@holdfast/link/agent-messages"
import { at, isObject, textOf } from "./read-json.ts"

/** What happened in the turn. */
export interface TurnStory {
  readonly interrupted: boolean
  /** A person, or their rule, refused something. */
  readonly refused: boolean
}

/** The end, and the chunks that go before it. */
export interface PromptEnd {
  readonly end: TurnEnd
  readonly chunks: ReadonlyArray<AgentChunk>
  /** Reported for tools that have no result. */
  readonly unfinished: string
}

type FinishReason = NonNullable<Extract<AgentChunk, { type: "finish" }>["finishReason"]>

const UNFINISHED = "The turn ended before the tool told a result."

const completed = (finishReason: FinishReason, notice?: string): PromptEnd => ({
  end: { outcome: "completed" },
  chunks: [
    ...(notice === undefined ? [] : [{ type: "data-notice" as const, data: { text: notice } }]),
    { type: "finish", finishReason },
  ],
  unfinished: UNFINISHED,
})

const failed = (tag: string, message: string): PromptEnd => ({
  end: { outcome: "error", error: { tag, message } },
  chunks: [],
  unfinished: UNFINISHED,
})

const INTERRUPTED: PromptEnd = {
  end: { outcome: "interrupted" },
  chunks: [{ type: "abort" }],
  unfinished: "The tool was interrupted.",
}

/** The end that an answer means. */
export function endOfAnswer(answer: unknown, { interrupted, refused }: TurnStory): PromptEnd {
  if (interrupted) return INTERRUPTED
  const reason = at(answer, "stopReason")
  switch (reason) {
    case "end_turn":
      return completed("stop")
    case "max_tokens":
      return completed("length", "The answer reached the model's limit of tokens.")
    case "max_turn_requests":
      return completed("other", "The agent reached its limit of requests in one turn.")
    case "refusal":
      return failed("AgentRefused", "the agent refused to continue with this message")
    case "cancelled":
      return refused ? completed("other") : failed("AgentCancelled", "the agent ended the turn without giving a reason")
    default:
      return typeof reason === "string"
        ? completed("other", `The agent ended the turn with the reason ${headOf(reason, 200)}.`)
        : failed("AgentMalformed", "the agent's answer has no stop reason")
  }
}

/** The end that an error means. */
export function endOfError(error: unknown, { interrupted }: TurnStory): PromptEnd {
  if (interrupted) return INTERRUPTED
  const locked = error instanceof RequestError && error.code === AUTH_REQUIRED
  const text = errorText(error)
  if (refusesHistory(text, statusesOf(error)[0])) {
    const { tag, message } = refusedHistory(text)
    return failed(tag, message)
  }
  return failed(limitOf(error) ?? (locked ? "AgentUnauthorized" : "ModelError"), text)
}

/** JSON-RPC code of an agent that has no credential. */
export const AUTH_REQUIRED = -32000

/** What an error of an agent says to people; the readable part is often in its data alone. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const message = error.message.replace(/^Internal error: /, "")
  if (!(error instanceof RequestError)) return message
  const { data } = error
  const told = textOf(data) ?? textOf(at(data, "message")) ?? textOf(at(data, "details")) ?? textOf(at(data, "error"))
  return told ?? (message === "" ? `the agent answered with the error ${error.code}` : message)
}

/** The limit of the provider that an error reports: what the plan allows, or too much in a short time (status 429). */
export function limitOf(error: unknown): "UsageLimit" | "RateLimit" | undefined {
  if (!(error instanceof RequestError)) return undefined
  if (at(error.data, "codex_error_info") === "usage_limit_exceeded") return "UsageLimit"
  return statusesOf(error).includes(TOO_MANY) || TOO_MUCH.test(errorText(error)) ? "RateLimit" : undefined
}

/** How providers word it; OpenCode tells their words alone. */
const TOO_MUCH = /\brate.?limit|\btoo many requests\b/i

/** Statuses of HTTP that an error names, wherever agents put them. */
function statusesOf(error: unknown): ReadonlyArray<number> {
  if (!(error instanceof RequestError)) return []
  const { code, data } = error
  const codex = at(data, "codex_error_info")
  const inner = isObject(codex) ? Object.values(codex).map((info) => at(info, "http_status_code")) : []
  const told = [code, at(data, "status"), at(data, "statusCode"), at(data, "code"), at(data, "data", "statusCode"), ...inner]
  return told.filter((status): status is number => typeof status === "number" && status >= 400 && status < 600)
}

/** HTTP's "Too Many Requests". */
const TOO_MANY = 429
