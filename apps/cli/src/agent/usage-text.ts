/**
 * Tokens and costs as people read them.
 */
import type { Usage } from "@holdfast/protocol/agent/message"

/** A count of tokens with three digits: `812`, `1.4k`, `23k`, `1.2M`. */
export function tokens(count: number): string {
  if (count < 1000) return String(Math.round(count))
  const [value, unit] = count < 1_000_000 ? [count / 1000, "k"] : [count / 1_000_000, "M"]
  return `${value < 10 ? value.toFixed(1) : Math.round(value)}${unit}`
}

/** US dollars, to the cent, or to what can be seen below one. */
const dollars = (cost: number): string => `$${cost > 0 && cost < 0.01 ? cost.toPrecision(2) : cost.toFixed(2)}`

/** What was read and written so far; empty when the agent reported nothing. */
export function tokensText({ inputTokens, outputTokens }: Usage): string {
  const words = [
    inputTokens === undefined ? undefined : `${tokens(inputTokens)} in`,
    outputTokens === undefined ? undefined : `${tokens(outputTokens)} out`,
  ]
  return words.filter((word) => word !== undefined).join(" ")
}

/** How full the context window is, or what is in it when its size is not known; empty when the agent reported nothing. */
export function contextText({ contextUsed, contextWindow }: Usage): string {
  if (contextUsed === undefined) return ""
  if (contextWindow === undefined || contextWindow === 0) return tokens(contextUsed)
  return `${Math.round((100 * contextUsed) / contextWindow)}%`
}

/** The cost; empty when there is none or the agent reported nothing. */
export function costText({ cost }: Usage): string {
  return cost === undefined || cost === 0 ? "" : dollars(cost)
}

/** Usage in a few words; empty when the agent reported nothing. */
export function usageText(usage: Usage): string {
  const { inputTokens, outputTokens, cachedInputTokens, contextUsed, contextWindow } = usage
  const words: ReadonlyArray<string | undefined> = [
    inputTokens === undefined
      ? undefined
      : `${tokens(inputTokens)} in${cachedInputTokens === undefined || cachedInputTokens === 0 ? "" : ` (${tokens(cachedInputTokens)} cached)`}`,
    outputTokens === undefined ? undefined : `${tokens(outputTokens)} out`,
    contextUsed === undefined
      ? undefined
      : `context ${tokens(contextUsed)}${contextWindow === undefined || contextWindow === 0 ? "" : ` of ${tokens(contextWindow)}, ${Math.round((100 * contextUsed) / contextWindow)}%`}`,
    costText(usage),
  ]
  return words.filter((word) => word !== undefined && word !== "").join(" · ")
}
