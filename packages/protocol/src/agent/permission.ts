/** Permission requests: what an agent may not do without a person's word (C7). */
import * as Schema from "effect/Schema"

/** Kinds of options, those of the Agent Client Protocol (v1, `PermissionOptionKind`). */
export const OptionKind = Schema.Literals(["allow_once", "allow_always", "reject_once", "reject_always"])
export type OptionKind = typeof OptionKind.Type

/** One way to answer. */
export const PermissionOption = Schema.Struct({ id: Schema.String, label: Schema.String, kind: OptionKind })
export type PermissionOption = typeof PermissionOption.Type

/** A question with its choices, asked by a tool such as Claude's `AskUserQuestion`. */
export const Question = Schema.Struct({
  question: Schema.String,
  header: Schema.optionalKey(Schema.String),
  multiple: Schema.optionalKey(Schema.Boolean),
  choices: Schema.Array(Schema.Struct({ label: Schema.String, description: Schema.optionalKey(Schema.String) })),
})

/** What a request is about. */
export const PermissionKind = Schema.Literals(["tool", "plan", "question"])

/** What an agent asks. `subject` is what a rule matches: the command, the path, the address; empty when there is none. */
export const PermissionAsk = Schema.Struct({
  id: Schema.String,
  kind: PermissionKind,
  tool: Schema.String,
  toolCallId: Schema.optionalKey(Schema.String),
  /** The background task that asks; absent when the agent itself does. */
  task: Schema.optionalKey(Schema.String),
  title: Schema.String,
  subject: Schema.String,
  input: Schema.Json,
  options: Schema.Array(PermissionOption),
  questions: Schema.optionalKey(Schema.Array(Question)),
})
export type PermissionAsk = typeof PermissionAsk.Type

/** How long an answer is remembered: for the session or always; `rule` narrows it to subjects that begin so. */
export const Remember = Schema.Struct({
  scope: Schema.Literals(["session", "always"]),
  prefix: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(1000))),
})
export type Remember = typeof Remember.Type

/** A remembered answer: requests of this tool (and subjects that begin with `prefix`) are answered so without asking. */
export const PermissionRule = Schema.Struct({
  tool: Schema.String,
  prefix: Schema.optionalKey(Schema.String),
  allow: Schema.Boolean,
})
export type PermissionRule = typeof PermissionRule.Type

/** Body of `POST …/permissions/:requestId`. `answers` belong to questions, by question; `message` tells the agent why not. */
export const AnswerPermission = Schema.Struct({
  optionId: Schema.String,
  remember: Schema.optionalKey(Remember),
  answers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  message: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(10_000))),
})
export type AnswerPermission = typeof AnswerPermission.Type

/** The answer that won. `by` is who gave it; `rule` when a remembered answer did. */
export const PermissionDecision = Schema.Struct({
  optionId: Schema.String,
  allow: Schema.Boolean,
  by: Schema.String,
  at: Schema.Number,
  rule: Schema.optionalKey(PermissionRule),
  answers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  message: Schema.optionalKey(Schema.String),
})
export type PermissionDecision = typeof PermissionDecision.Type

/**
 * A request in a session's record: open, or answered and not yet taken by the agent. With `turn` it is about a call of that turn
 * and ends with it; without, it is of background work (P-3).
 */
export const PermissionRequest = Schema.Struct({
  ...PermissionAsk.fields,
  turn: Schema.optionalKey(Schema.String),
  askedAt: Schema.Number,
  expiresAt: Schema.optionalKey(Schema.Number),
  decision: Schema.optionalKey(PermissionDecision),
})
export type PermissionRequest = typeof PermissionRequest.Type

/** A request that waits, with its session, as `GET /api/permissions` lists them. */
export const WaitingPermission = Schema.Struct({
  session: Schema.String,
  label: Schema.String,
  agent: Schema.String,
  request: PermissionRequest,
})
export type WaitingPermission = typeof WaitingPermission.Type
