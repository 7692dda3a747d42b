/** Traces of sessions: when each worked, waited and failed, and when people wrote to it (docs/protocol/rules.md, L-6, L-7). */
import * as Schema from "effect/Schema"
import { without } from "./field-default.ts"

/** Most sessions of one call. */
export const TRACES_MAX = 2000

const Id = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(256))

const Buckets = (most: number, usual: number) =>
  Schema.Int.check(Schema.isBetween({ minimum: 8, maximum: most })).annotate({
    description: "Number of buckets",
    default: usual,
    examples: [usual],
  })

/** Which traces. An address holds some 200 ids, a command on the socket all of them. */
export const TracesQuery = Schema.Struct({
  sessions: Schema.optionalKey(
    Schema.Array(Id)
      .check(Schema.isMaxLength(TRACES_MAX))
      .annotate(without("the active sessions, those active last", "Ids of sessions; repeat the parameter")),
  ),
  minutes: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1440 })).annotate({
      description: "How far back they reach",
      default: 30,
      examples: [30],
    }),
  ),
  buckets: Schema.optionalKey(Buckets(256, 64)),
})
export type TracesQuery = typeof TracesQuery.Type

/**
 * A trace. `signs` has a character for each bucket: `w` worked, `a` waited for a person, `f` failed, `.` none of them; the
 * weightiest counts, a failure first. `messages` are the buckets with messages of people.
 */
export const Trace = Schema.Struct({
  session: Schema.String,
  signs: Schema.String,
  messages: Schema.Array(Schema.Finite),
}).annotate({ identifier: "Trace" })
export type Trace = typeof Trace.Type

/** Traces from one time to another, in epoch milliseconds; sessions with nothing in between are left out. */
export const Traces = Schema.Struct({ from: Schema.Finite, to: Schema.Finite, traces: Schema.Array(Trace) }).annotate({
  identifier: "Traces",
})
export type Traces = typeof Traces.Type

/** How many buckets the trace of a whole log has. */
export const TraceQuery = Schema.Struct({ buckets: Schema.optionalKey(Buckets(2048, 512)) })

/** The trace of a whole log. `seqs`: about which seq each bucket begins with. */
export const WholeTrace = Schema.Struct({
  ...Trace.fields,
  from: Schema.Finite,
  to: Schema.Finite,
  seqs: Schema.Array(Schema.Finite),
}).annotate({ identifier: "WholeTrace" })
export type WholeTrace = typeof WholeTrace.Type
