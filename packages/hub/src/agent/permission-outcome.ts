/** How the answer to a permission request reaches the agent (docs/protocol/rules.md, P-5, P-6). */
import { BY_TIME } from "@holdfast/core/agent/permission-authors"
import type { PermissionDecision, PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { PermissionOutcome } from "@holdfast/link/agent-messages"

/** The outcome of a decision. One without an option (of the time limit, or of a rule) takes an option that refuses, or cancels. */
export function outcomeFor(request: PermissionRequest | undefined, decision: PermissionDecision): PermissionOutcome {
  const { allow, answers, message, subject } = decision
  const said = {
    ...(answers === undefined ? {} : { answers }),
    ...(message === undefined ? {} : { message }),
    ...(subject === undefined ? {} : { subject, by: decision.by }),
  }
  if (decision.optionId !== "") return { type: "answered", optionId: decision.optionId, allow, ...said }
  const reason = decision.by === BY_TIME ? "no answer in time" : "a rule refuses this"
  const refusal = request?.options.find(({ kind }) => kind === "reject_once")
  return refusal === undefined
    ? { type: "cancelled", reason }
    : { type: "answered", optionId: refusal.id, allow: false, message: reason }
}
