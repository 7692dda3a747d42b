/** What an agent has used, in words. */
import type { Usage } from "@holdfast/protocol/agent/message"

/** How full the context is. */
export interface ContextNow {
  /** 0 to 1. */
  readonly part: number
  readonly words: string
  readonly title: string
}

/** The context window; `undefined` where the agent does not report it. */
export function contextOf({ contextUsed, contextWindow }: Usage): ContextNow | undefined {
  if (contextUsed === undefined || contextWindow === undefined || contextWindow <= 0) return undefined
  const part = Math.max(0, Math.min(1, contextUsed / contextWindow))
  const count = (tokens: number): string => tokens.toLocaleString("en")
  return { part, words: `${Math.round(part * 100)} %`, title: `Context: ${count(contextUsed)} of ${count(contextWindow)} tokens` }
}

/** US dollars; `undefined` where nothing was reported, or less than is of interest. */
export function costText(cost: number | undefined, least = 0): string | undefined {
  if (cost === undefined || cost <= 0 || cost < least) return undefined
  return cost < 0.01 ? "< $0.01" : `$${cost.toFixed(2)}`
}
