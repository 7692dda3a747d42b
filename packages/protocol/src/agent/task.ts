/** Background tasks: what an agent runs beside its turns, such as a server that it started or a subagent. */
import * as Schema from "effect/Schema"

/** A background task as an agent reports it. `kind`: `shell`, `subagent`, `monitor`, `workflow`, or a word of the agent's own. */
export const TaskInfo = Schema.Struct({
  id: Schema.String,
  kind: Schema.String,
  description: Schema.String,
  /** The tool call that started it. */
  toolCallId: Schema.optionalKey(Schema.String),
}).annotate({ identifier: "TaskInfo" })
export type TaskInfo = typeof TaskInfo.Type

/** How a task ended. */
export const TaskOutcome = Schema.Literals(["completed", "failed", "stopped"])
export type TaskOutcome = typeof TaskOutcome.Type

/** A task in a session's record. `waiting`: it asked a permission request that no one has answered. */
export const Task = Schema.Struct({
  ...TaskInfo.fields,
  status: Schema.Literals(["running", "waiting", "stopping"]),
  startedAt: Schema.Finite,
  /** What it is doing now, in the agent's words. */
  progress: Schema.optionalKey(Schema.String),
  /** Id of the permission request that it waits for. */
  waitsFor: Schema.optionalKey(Schema.String),
}).annotate({ identifier: "Task" })
export type Task = typeof Task.Type

/** What an interrupt did; `tasks` are those that run on. */
export const Interrupted = Schema.Struct({ interrupted: Schema.Boolean, tasks: Schema.optionalKey(Schema.Array(Task)) }).annotate(
  { identifier: "Interrupted" },
)
export type Interrupted = typeof Interrupted.Type

/** What an agent does, the weightiest first: it waits for a person, a turn streams, only background tasks run, nothing. */
export const Activity = Schema.Literals(["asking", "working", "background", "idle"])
export type Activity = typeof Activity.Type
