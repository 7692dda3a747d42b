/** Errors of the RPC door: those that its five calls can end with. */
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import {
  AgentBusy,
  BadRequest,
  Busy,
  RateLimited,
  CursorInvalid,
  InternalError,
  KeyConflict,
  LogDamaged,
  MessageNotQueued,
  SessionNotFound,
  SessionNotReady,
  SessionPermissionError,
  StorageFull,
  TooLarge,
  Unauthorized,
  Unavailable,
  Unprocessable,
} from "../errors.ts"

/**
 * The hub ended a subscription: it stops, the credential was revoked, the session was purged. Subscribe again from the last
 * `seq`; where that is refused, the refusal says why.
 */
export class SubscriptionEnded extends Schema.TaggedError<SubscriptionEnded>()("SubscriptionEnded", {
  message: Schema.String,
}) {}

/** The errors, as a list. */
export const CHAT_ERRORS = [
  BadRequest,
  Unprocessable,
  TooLarge,
  CursorInvalid,
  Unauthorized,
  SessionPermissionError,
  SessionNotFound,
  SessionNotReady,
  MessageNotQueued,
  KeyConflict,
  AgentBusy,
  Busy,
  RateLimited,
  Unavailable,
  StorageFull,
  LogDamaged,
  InternalError,
  SubscriptionEnded,
] as const

/** An error of a later version (E-3): `tag` names it, and its message says what to do as well. */
export class UnknownError extends Schema.TaggedError<UnknownError>()("UnknownError", {
  message: Schema.String,
  tag: Schema.String,
}) {}

const Unknown = Schema.Struct({ _tag: Schema.String, message: Schema.String }).pipe(
  Schema.decodeTo(
    UnknownError,
    SchemaTransformation.transform({
      decode: ({ _tag: tag, message }) => ({ _tag: "UnknownError" as const, tag, message }),
      encode: ({ tag, message }) => ({ _tag: tag, message }),
    }),
  ),
)

/** Any of the errors; `message` says what to do. */
export const ChatError = Schema.Union([...CHAT_ERRORS, Unknown])
export type ChatError = typeof ChatError.Type
