/** Tokens and cost of a turn, from what Claude reports with its result. */
import type { Usage } from "@holdfast/protocol/agent/message"
import { at, entriesOf, numberAt } from "./read.ts"

/** Tokens that a model call put into its context, with its answer; from a `usage` of the Messages API. */
export function contextOf(usage: unknown): number {
  const names = ["input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens"]
  return names.reduce((sum, name) => sum + (numberAt(usage, name) ?? 0), 0)
}

const addTo = (before: number | undefined, more: number): number => (before ?? 0) + more

/** Adds up the results of one process. */
export class ClaudeUsage {
  #costSoFar = 0

  /** The usage of one result; `contextUsed` is that of its last model call. */
  take(result: unknown, contextUsed: number | undefined): Usage {
    const usage = at(result, "usage")
    const cached = numberAt(usage, "cache_read_input_tokens") ?? 0
    const created = numberAt(usage, "cache_creation_input_tokens") ?? 0
    const windows = entriesOf(at(result, "modelUsage")).map(([, model]) => numberAt(model, "contextWindow") ?? 0)
    const window = Math.max(0, ...windows)
    const thinking = numberAt(usage, "output_tokens_details", "thinking_tokens") ?? 0
    return {
      inputTokens: (numberAt(usage, "input_tokens") ?? 0) + cached + created,
      outputTokens: numberAt(usage, "output_tokens") ?? 0,
      ...(cached > 0 ? { cachedInputTokens: cached } : {}),
      ...(thinking > 0 ? { reasoningTokens: thinking } : {}),
      cost: this.#cost(result),
      ...(contextUsed === undefined || contextUsed === 0 ? {} : { contextUsed }),
      ...(window > 0 ? { contextWindow: window } : {}),
    }
  }

  /** US dollars since the last result; its total continues from where a resumed session ended, or starts over. */
  #cost(result: unknown): number {
    const total = numberAt(result, "total_cost_usd") ?? 0
    const before = this.#costSoFar
    this.#costSoFar = total
    const since = at(result, "model_usage_since_last_result")
    if (since !== undefined) return entriesOf(since).reduce((sum, [, model]) => sum + (numberAt(model, "costUSD") ?? 0), 0)
    return total >= before ? total - before : total
  }
}

/** The usage of two results of one turn together. */
export function addModelUsage(before: Usage | undefined, usage: Usage): Usage {
  if (before === undefined) return usage
  const sum: { -readonly [K in keyof Usage]: Usage[K] } = { ...before, ...usage }
  for (const name of ["inputTokens", "outputTokens", "cachedInputTokens", "reasoningTokens", "cost"] as const) {
    const [first, second] = [before[name], usage[name]]
    if (first !== undefined || second !== undefined) sum[name] = addTo(first, second ?? 0)
  }
  return sum
}
