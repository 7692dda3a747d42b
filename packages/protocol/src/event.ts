/**
 * Events: what a log holds, as every JSON door shows it.
 *
 * Invariants (docs/protocol/rules.md, E-1 to E-5): `seq` is dense from 1; an event that stands for a range
 * carries `from`, the first seq of the range, so `from ?? seq` is always the previous `seq` + 1.
 * A reader meets types it does not know: it keeps them as they are and counts them.
 */
import * as Schema from "effect/Schema"

/** The channels an event can be on. */
export const CHANNELS = [
  "session",
  "turn",
  "queue",
  "message",
  "agent",
  "permission",
  "terminal",
  "artifact",
  "participant",
  "workflow",
  "task",
  "system",
] as const

/** Channel of an event. */
export const Channel = Schema.Literals(CHANNELS)
export type Channel = typeof Channel.Type

/** Position in a log: a whole number from 1 to 2^53 - 1. */
export const Seq = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }))

/**
 * One event as JSON. `time` is epoch milliseconds; `by` names the author; `turn` the turn's id; `version` that of the data,
 * from 2 on.
 */
export const Event = Schema.Struct({
  seq: Seq,
  from: Schema.optionalKey(Seq),
  time: Schema.Finite,
  channel: Channel,
  type: Schema.String,
  turn: Schema.optionalKey(Schema.String),
  by: Schema.optionalKey(Schema.String),
  version: Schema.optionalKey(Schema.Int),
  data: Schema.Json,
}).annotate({ identifier: "Event" })
export type Event = typeof Event.Type
