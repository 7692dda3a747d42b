/** What is asked about the history of a session: another one from its messages, what its terminal showed (docs/protocol/rules.md, A-71, T-59). */
import * as Schema from "effect/Schema"
import { without } from "./field-default.ts"
import { Key, Label } from "./session.ts"

/** What a terminal showed after the event `seq`: escape sequences, as base64, for an empty terminal of that size. */
export const PastScreen = Schema.Struct({
  seq: Schema.Finite,
  /** When the last event before it was written, in epoch milliseconds. */
  time: Schema.Finite,
  cols: Schema.Int,
  rows: Schema.Int,
  base64: Schema.String,
}).annotate({ identifier: "PastScreen" })
export type PastScreen = typeof PastScreen.Type

/**
 * Body of `POST …/fork`: up to which place the transcript is taken over, at most one of `through`, the last message that is,
 * `before`, the first that is not, and `seq`, the last event; without any, all of it.
 */
export const ForkSession = Schema.Struct({
  through: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(256))),
  before: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(256))),
  seq: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))),
  label: Schema.optionalKey(
    Label.annotate(without("Fork of, and the label of the session, with a number where a fork has that name")),
  ),
  key: Schema.optionalKey(Key),
}).annotate({ identifier: "ForkSession" })
export type ForkSession = typeof ForkSession.Type
