/** What policies did, for whoever operates the program (docs/protocol/rules.md, F-4). */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

/**
 * How often a policy stepped in, by `policy` (`retry`, `circuit-breaker`, `fallback`, `degradation`) and `outcome`: `retried`, `gave-up` and
 * `timed-out`; the name of an open breaker; `used`; the level that did it.
 */
export const policyUses = Metric.counter("holdfast_client_policy_uses_total", {
  description: "Calls in which a policy stepped in",
  incremental: true,
})

/** Records that a policy stepped in: in the metric, and on the current span as `holdfast.POLICY`. */
export function recordUse(policy: string, outcome: string): Effect.Effect<void> {
  return Effect.andThen(
    Metric.update(Metric.withAttributes(policyUses, { policy, outcome }), 1),
    Effect.annotateCurrentSpan(`holdfast.${policy}`, outcome),
  )
}
