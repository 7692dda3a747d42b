/** What programs in a terminal report of themselves (OSC 7501, OSC 9;4), and the commands that a shell marks (OSC 133). */
import * as Schema from "effect/Schema"

/** What a program does, as it says itself. `blocked`: it waits for a person. */
export const ProgramState = Schema.Literals(["working", "blocked", "done", "failed", "idle"])
export type ProgramState = typeof ProgramState.Type

/** What a blocked program waits for: a permission, an answer, a sign-in. */
export const BlockedKind = Schema.Literals(["permission", "question", "auth"])
export type BlockedKind = typeof BlockedKind.Type

const report = {
  state: ProgramState,
  /** Of a blocked one, where it says so. */
  kind: Schema.optionalKey(BlockedKind),
  /** What is asked, or done, or went wrong; one line of up to 500 characters, of a task up to 200. */
  message: Schema.optionalKey(Schema.String),
  title: Schema.optionalKey(Schema.String),
  /** Name of the program, such as `claude-code`. */
  app: Schema.optionalKey(Schema.String),
  /** Percent. */
  progress: Schema.optionalKey(Schema.Int),
} as const

/** A part of a program's work that it reports by itself; `id` is a path such as `build/tests`. */
export const ProgramTask = Schema.Struct({ id: Schema.String, ...report }).annotate({ identifier: "ProgramTask" })
export type ProgramTask = typeof ProgramTask.Type

const program = {
  ...report,
  /** The task whose report this is; absent when it is the program's own. */
  task: Schema.optionalKey(Schema.String),
  /** Absent when there are none. */
  tasks: Schema.optionalKey(Schema.Array(ProgramTask)),
} as const

/** What a terminal's program reports: the whole of it. */
export const ReportedProgram = Schema.Struct(program)
export type ReportedProgram = typeof ReportedProgram.Type

/** The same in a session's record. `since`: when it came into this state, in epoch milliseconds. */
export const TerminalProgram = Schema.Struct({ ...program, since: Schema.Finite }).annotate({ identifier: "TerminalProgram" })
export type TerminalProgram = typeof TerminalProgram.Type

/** The last command of a shell that marks its commands; it runs while `milliseconds` is absent. */
export const TerminalCommand = Schema.Struct({
  /** What was typed, up to 500 characters; absent where that is not known. */
  line: Schema.optionalKey(Schema.String),
  /** Epoch milliseconds. */
  startedAt: Schema.Finite,
  /** How long it took. */
  milliseconds: Schema.optionalKey(Schema.Finite),
  /** Absent where the shell did not say. */
  exitCode: Schema.optionalKey(Schema.Int),
}).annotate({ identifier: "TerminalCommand" })
export type TerminalCommand = typeof TerminalCommand.Type
