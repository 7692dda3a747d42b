/** What a session does now, in a few words, beside its record (docs/protocol/rules.md, L-1 to L-3). */
import * as Schema from "effect/Schema"

/**
 * What it does: uses a tool (`words` is the tool's name, `target` what it works on), thinks, writes, prints (`words` is the last
 * line), shows a full screen, or nothing that is known. `time`: since when, in epoch milliseconds.
 */
export const Doing = Schema.Struct({
  session: Schema.String,
  what: Schema.Literals(["tool", "thinking", "writing", "printing", "screen", "nothing"]),
  words: Schema.optionalKey(Schema.String),
  target: Schema.optionalKey(Schema.String),
  time: Schema.Finite,
}).annotate({ identifier: "Doing" })
export type Doing = typeof Doing.Type
