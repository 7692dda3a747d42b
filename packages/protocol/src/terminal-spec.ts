/** Terminals: what one is opened with, and what the log has of it. */
import * as Schema from "effect/Schema"

/** How a terminal is opened (row:B1). `env` is added to the hub's clean base environment. */
export const TerminalSpec = Schema.Struct({
  command: Schema.String,
  args: Schema.Array(Schema.String),
  cwd: Schema.String,
  env: Schema.Record(Schema.String, Schema.String),
  cols: Schema.Int,
  rows: Schema.Int,
  term: Schema.String,
}).annotate({ identifier: "TerminalSpec" })
export type TerminalSpec = typeof TerminalSpec.Type

/** A terminal as the log has it: the names of its variables alone (E-8). */
export type LoggedTerminal = Omit<TerminalSpec, "env"> & { readonly env: ReadonlyArray<string> }

/** Why a process is no longer known to run without an exit code. */
export const LostReason = Schema.Literals(["runner-died", "start-unconfirmed", "journal-damaged"])
export type LostReason = typeof LostReason.Type
