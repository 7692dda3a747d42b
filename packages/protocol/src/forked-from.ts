/** Where a session comes from that was forked (docs/protocol/rules.md, A-71). */
import * as Schema from "effect/Schema"

/** What a session was forked from: up to which event of that log, and the last message that it began with. */
export const ForkedFrom = Schema.Struct({
  session: Schema.String,
  /** The label that it had then. */
  label: Schema.String,
  seq: Schema.Finite,
  message: Schema.optionalKey(Schema.String),
}).annotate({ identifier: "ForkedFrom" })
export type ForkedFrom = typeof ForkedFrom.Type
