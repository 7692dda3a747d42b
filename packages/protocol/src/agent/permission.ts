/** Permission requests: what an agent may not do without a person's word (row:C7). */
import * as Schema from "effect/Schema"
import { ParsedSubject, PermissionRule, Remember, RuleSuggestion } from "./permission-rule.ts"

/** Kinds of options, those of the Agent Client Protocol (v1, `PermissionOptionKind`). */
export const OptionKind = Schema.Literals(["allow_once", "allow_always", "reject_once", "reject_always"])
export type OptionKind = typeof OptionKind.Type

/** One way to answer. */
export const PermissionOption = Schema.Struct({ id: Schema.String, label: Schema.String, kind: OptionKind }).annotate({
  identifier: "PermissionOption",
})
export type PermissionOption = typeof PermissionOption.Type

/**
 * A question with its choices, asked by a tool such as Claude's `AskUserQuestion`. With `free` it can be answered in words of
 * one's own; with `multiple` several choices are given, joined by `, `.
 */
export const Question = Schema.Struct({
  question: Schema.String,
  header: Schema.optionalKey(Schema.String),
  multiple: Schema.optionalKey(Schema.Boolean),
  free: Schema.optionalKey(Schema.Boolean),
  choices: Schema.Array(Schema.Struct({ label: Schema.String, description: Schema.optionalKey(Schema.String) })),
}).annotate({ identifier: "Question" })
export type Question = typeof Question.Type

/** What a request is about. */
export const PermissionKind = Schema.Literals(["tool", "plan", "question"])

const asked = {
  id: Schema.String,
  kind: PermissionKind,
  tool: Schema.String,
  toolCallId: Schema.optionalKey(Schema.String),
  /** The background task that asks; absent if the agent itself does. */
  task: Schema.optionalKey(Schema.String),
  title: Schema.String,
  /** The command, the path, the address, for people to read; empty when there is none. */
  subject: Schema.String,
  /** True when an answer that allows may put another text in place of the subject, such as an edited command (P-22). */
  editable: Schema.optionalKey(Schema.Boolean),
  /** What rules compare. */
  parsed: Schema.optionalKey(ParsedSubject),
  options: Schema.Array(PermissionOption),
  questions: Schema.optionalKey(Schema.Array(Question)),
}

/** What an agent asks, whole, as its `permission/asked` event has it. */
export const PermissionAsk = Schema.Struct({ ...asked, input: Schema.Json }).annotate({ identifier: "PermissionAsk" })
export type PermissionAsk = typeof PermissionAsk.Type

/** What a person says with an answer: it is in the record until the agent has it. */
const Words = Schema.String.check(Schema.isMaxLength(10_000))

/**
 * Body of `POST …/permissions/:requestId`. `answers` belong to questions, by question; `message` tells the agent why not;
 * `subject` is what the agent does in place of what it asked for, where that is `editable`.
 */
export const AnswerPermission = Schema.Struct({
  optionId: Schema.String,
  remember: Schema.optionalKey(Remember),
  answers: Schema.optionalKey(Schema.Record(Schema.String, Words)),
  message: Schema.optionalKey(Words),
  subject: Schema.optionalKey(Words),
}).annotate({ identifier: "AnswerPermission" })
export type AnswerPermission = typeof AnswerPermission.Type

/** The answer that won. `by` is who gave it; `rules` are the remembered answers that did; `subject` is what was allowed in place of what was asked. */
export const PermissionDecision = Schema.Struct({
  optionId: Schema.String,
  allow: Schema.Boolean,
  by: Schema.String,
  at: Schema.Finite,
  rules: Schema.optionalKey(Schema.Array(PermissionRule)),
  answers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  message: Schema.optionalKey(Schema.String),
  subject: Schema.optionalKey(Schema.String),
}).annotate({ identifier: "PermissionDecision" })
export type PermissionDecision = typeof PermissionDecision.Type

/**
 * A request in a session's record: open, or answered and not yet taken by the agent. It is bounded: `subject` is the beginning
 * of a longer one when `subjectBytes` gives the size of the whole, `parsed` is left out when it is long, and the input,
 * `inputBytes` as JSON, lies in the event `seq`. `GET …/permissions/:requestId` gives all of it.
 * With `turn` it is about a call of that turn and ends with it; without, it is of background work (P-3).
 */
export const PermissionRequest = Schema.Struct({
  ...asked,
  subjectBytes: Schema.optionalKey(Schema.Finite),
  inputBytes: Schema.Finite,
  seq: Schema.Finite,
  turn: Schema.optionalKey(Schema.String),
  askedAt: Schema.Finite,
  expiresAt: Schema.optionalKey(Schema.Finite),
  decision: Schema.optionalKey(PermissionDecision),
}).annotate({ identifier: "PermissionRequest" })
export type PermissionRequest = typeof PermissionRequest.Type

/** A whole request as `GET …/permissions/:requestId` gives it, also when it is settled, with rules that would cover it. */
export const PermissionDetail = Schema.Struct({
  request: PermissionAsk,
  seq: Schema.Finite,
  askedAt: Schema.Finite,
  expiresAt: Schema.optionalKey(Schema.Finite),
  decision: Schema.optionalKey(PermissionDecision),
  /** Why it ended without an answer. */
  cancelled: Schema.optionalKey(Schema.String),
  suggestions: Schema.Array(RuleSuggestion),
}).annotate({ identifier: "PermissionDetail" })
export type PermissionDetail = typeof PermissionDetail.Type

/** A request that waits, with its session, as `GET /api/permissions` lists them. */
export const WaitingPermission = Schema.Struct({
  session: Schema.String,
  label: Schema.String,
  agent: Schema.String,
  request: PermissionRequest,
}).annotate({ identifier: "WaitingPermission" })
export type WaitingPermission = typeof WaitingPermission.Type
