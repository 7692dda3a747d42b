/** A queue that does not continue by itself, or not yet, and why. */
import * as Schema from "effect/Schema"

/**
 * Why the queue does not continue by itself. `usage-limit`: what the provider's plan allows is used up; `rate-limit`: too
 * much in a short time, which is tried again after a while.
 */
export const HoldReason = Schema.Literals(["interrupted", "stalled", "error", "lost", "usage-limit", "rate-limit", "person"])
export type HoldReason = typeof HoldReason.Type

/** A held queue. `until`: when the limit ends, in epoch milliseconds; `continues`: the queue then continues automatically. */
export const Hold = Schema.Struct({
  reason: HoldReason,
  message: Schema.optionalKey(Schema.String),
  /** Tag of the error that holds it, with `error`. */
  tag: Schema.optionalKey(Schema.String),
  until: Schema.optionalKey(Schema.Finite),
  continues: Schema.optionalKey(Schema.Boolean),
}).annotate({ identifier: "Hold" })
export type Hold = typeof Hold.Type
