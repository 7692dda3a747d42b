/** The rule that an answer makes, as it is picked (docs/protocol/app-rules.md, APP-42). */
import type { Remember, RuleSuggestion } from "@holdfast/protocol/agent/permission-rule"

/** What is picked before a person picks anything: the narrowest rule, in this session alone. */
export const FIRST_RULE = { at: 0, scope: "session" } as const

/** What an answer says for a rule to be made; `undefined` while none is picked. */
export function rememberOf(suggestion: RuleSuggestion | undefined, scope: Remember["scope"]): Remember | undefined {
  if (suggestion === undefined) return undefined
  return { scope, ...(suggestion.covers === undefined ? {} : { covers: suggestion.covers }) }
}
