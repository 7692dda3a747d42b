/**
 * Errors a caller can meet at any door.
 *
 * Each is a schema, so it crosses RPC as itself and HTTP as `{"error": {tag, message, …fields}}` with the
 * status in `ERROR_STATUS` (docs/protocol/rules.md, X-1). `message` says what is wrong and what to do.
 */
import * as Schema from "effect/Schema"
import { PermissionDecision } from "./agent/permission.ts"

const message = Schema.String

/** The request cannot be understood: malformed JSON, a wrong type, an unknown field's value. */
export class BadRequest extends Schema.TaggedError<BadRequest>()("BadRequest", {
  message,
  field: Schema.optionalKey(Schema.String),
}) {}

/** The cursor is not an integer from 0 to 2^53 - 1. */
export class CursorInvalid extends Schema.TaggedError<CursorInvalid>()("CursorInvalid", { message }) {}

/** The cursor lies beyond the log's head: it belongs to another log, or the store was reset. */
export class CursorAhead extends Schema.TaggedError<CursorAhead>()("CursorAhead", { message, lastSeq: Schema.Finite }) {}

/** No credential, or one that is not known; `expiredAt`, in epoch milliseconds, where it was one. */
export class Unauthorized extends Schema.TaggedError<Unauthorized>()("Unauthorized", {
  message,
  expiredAt: Schema.optionalKey(Schema.Finite),
}) {}

/** The Host or Origin of the request is not on the list. */
export class Forbidden extends Schema.TaggedError<Forbidden>()("Forbidden", { message }) {}

/** The credential of `user` does not allow the action, which is the name of an operation or `attach`. */
export class SessionPermissionError extends Schema.TaggedError<SessionPermissionError>()("SessionPermissionError", {
  message,
  session: Schema.optionalKey(Schema.String),
  user: Schema.String,
  action: Schema.String,
}) {}

/** No session has this id. */
export class SessionNotFound extends Schema.TaggedError<SessionNotFound>()("SessionNotFound", {
  message,
  session: Schema.String,
}) {}

/** Several sessions match a shortened id or a label. */
export class SessionAmbiguous extends Schema.TaggedError<SessionAmbiguous>()("SessionAmbiguous", {
  message,
  matches: Schema.Array(Schema.String),
}) {}

/** The session's state does not allow this now: archived, deleted, no process, … */
export class SessionNotReady extends Schema.TaggedError<SessionNotReady>()("SessionNotReady", {
  message,
  status: Schema.String,
}) {}

/** The key was used before with another body. */
export class KeyConflict extends Schema.TaggedError<KeyConflict>()("KeyConflict", { message, key: Schema.String }) {}

/** Another client holds the keyboard of a terminal that has one typist at a time. */
export class NotTypist extends Schema.TaggedError<NotTypist>()("NotTypist", {
  message,
  typist: Schema.optionalKey(Schema.String),
}) {}

/** A turn is streaming and the message was sent with mode `reject`. */
export class AgentBusy extends Schema.TaggedError<AgentBusy>()("AgentBusy", { message, turn: Schema.String }) {}

/** The hub's setting `kinds` does not allow sessions of this kind to be created. */
export class KindNotAllowed extends Schema.TaggedError<KindNotAllowed>()("KindNotAllowed", {
  message,
  kind: Schema.String,
  allowed: Schema.Array(Schema.String),
}) {}

/** No agent has this name in the configuration. */
export class AgentUnknown extends Schema.TaggedError<AgentUnknown>()("AgentUnknown", {
  message,
  agent: Schema.String,
  known: Schema.Array(Schema.String),
}) {}

/** The agent is configured, but its program is missing; the message says how to get it. */
export class AgentNotInstalled extends Schema.TaggedError<AgentNotInstalled>()("AgentNotInstalled", {
  message,
  agent: Schema.String,
}) {}

/** No message with this id waits in the queue: it was taken or removed. */
export class MessageNotQueued extends Schema.TaggedError<MessageNotQueued>()("MessageNotQueued", {
  message,
  messageId: Schema.String,
}) {}

/** The permission request was answered, expired or cancelled before; `decision` is the answer that won. */
export class PermissionSettled extends Schema.TaggedError<PermissionSettled>()("PermissionSettled", {
  message,
  requestId: Schema.String,
  decision: Schema.optionalKey(PermissionDecision),
}) {}

/** No message of the session has a file with this hash. */
export class FileNotFound extends Schema.TaggedError<FileNotFound>()("FileNotFound", { message, hash: Schema.String }) {}

/** A draft or a layout was changed by another client meanwhile: `version` is what there is now, 0 when it was removed. */
export class VersionConflict extends Schema.TaggedError<VersionConflict>()("VersionConflict", {
  message,
  version: Schema.Finite,
}) {}

/** No token has this id. */
export class TokenNotFound extends Schema.TaggedError<TokenNotFound>()("TokenNotFound", { message, tokenId: Schema.String }) {}

/** No webhook has this id. */
export class WebhookNotFound extends Schema.TaggedError<WebhookNotFound>()("WebhookNotFound", {
  message,
  webhookId: Schema.String,
}) {}

/** No announcement has this id: it has ended, or was removed. */
export class AnnouncementNotFound extends Schema.TaggedError<AnnouncementNotFound>()("AnnouncementNotFound", {
  message,
  announcementId: Schema.String,
}) {}

/** No background task with this id runs: it has ended, or never existed. */
export class TaskNotFound extends Schema.TaggedError<TaskNotFound>()("TaskNotFound", { message, taskId: Schema.String }) {}

/** No request with this id was ever asked in the session. */
export class PermissionNotFound extends Schema.TaggedError<PermissionNotFound>()("PermissionNotFound", {
  message,
  requestId: Schema.String,
}) {}

/** The session that the request created before is in the trash. */
export class SessionDeleted extends Schema.TaggedError<SessionDeleted>()("SessionDeleted", { message, session: Schema.String }) {}

/** The client attached as a viewer that may only read. */
export class ReadOnlyViewer extends Schema.TaggedError<ReadOnlyViewer>()("ReadOnlyViewer", { message }) {}

/** The body or frame is over the limit, in bytes. */
export class TooLarge extends Schema.TaggedError<TooLarge>()("TooLarge", { message, limit: Schema.Finite }) {}

/** A terminal size outside the accepted range. */
export class InvalidSize extends Schema.TaggedError<InvalidSize>()("InvalidSize", { message }) {}

/** The request is well formed and cannot be carried out as it stands: cwd, command, label, tag … */
export class Unprocessable extends Schema.TaggedError<Unprocessable>()("Unprocessable", {
  message,
  field: Schema.optionalKey(Schema.String),
}) {}

/** The program was not found in the session's PATH, or is not executable. */
export class CommandNotFound extends Schema.TaggedError<CommandNotFound>()("CommandNotFound", {
  message,
  command: Schema.String,
}) {}

/** A bounded queue is full; try again after `retryAfter` seconds. */
export class Busy extends Schema.TaggedError<Busy>()("Busy", { message, retryAfter: Schema.Finite }) {}

/** The token has asked as often as it may; try again after `retryAfter` seconds. `limit`: operations a minute. */
export class RateLimited extends Schema.TaggedError<RateLimited>()("RateLimited", {
  message,
  retryAfter: Schema.Finite,
  limit: Schema.Finite,
}) {}

/** A required part (runner, store) is unavailable; what was accepted is kept. */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", { message }) {}

/** The disk is full: nothing was appended, reads continue. */
export class StorageFull extends Schema.TaggedError<StorageFull>()("StorageFull", { message }) {}

/** This session's stored data fails its checks; other sessions are not affected. */
export class LogDamaged extends Schema.TaggedError<LogDamaged>()("LogDamaged", { message, session: Schema.String }) {}

/** An error in Holdfast; `fingerprint` finds it in the logs. */
export class InternalError extends Schema.TaggedError<InternalError>()("InternalError", {
  message,
  fingerprint: Schema.String,
}) {}

/** Every error that a door can answer with. */
export const DoorErrors = [
  BadRequest,
  CursorInvalid,
  CursorAhead,
  Unauthorized,
  Forbidden,
  SessionPermissionError,
  SessionNotFound,
  SessionAmbiguous,
  SessionNotReady,
  SessionDeleted,
  KeyConflict,
  NotTypist,
  AgentBusy,
  KindNotAllowed,
  AgentUnknown,
  AgentNotInstalled,
  MessageNotQueued,
  PermissionSettled,
  FileNotFound,
  VersionConflict,
  TokenNotFound,
  AnnouncementNotFound,
  WebhookNotFound,
  TaskNotFound,
  PermissionNotFound,
  ReadOnlyViewer,
  TooLarge,
  InvalidSize,
  Unprocessable,
  CommandNotFound,
  Busy,
  RateLimited,
  Unavailable,
  StorageFull,
  LogDamaged,
  InternalError,
] as const

/** Any error that a door can answer with. */
export const DoorError = Schema.Union(DoorErrors)
export type DoorError = typeof DoorError.Type

type FieldsOf<E extends { readonly fields: Schema.Struct.Fields }> = Omit<Schema.Struct.Type<E["fields"]>, "_tag" | "message">

/** What each error says beside its message, by its tag. */
export type ErrorFields = {
  readonly [E in (typeof DoorErrors)[number] as InstanceType<E>["_tag"]]: { readonly [F in keyof FieldsOf<E>]: FieldsOf<E>[F] }
}
