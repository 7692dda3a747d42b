/**
 * Errors of the Effect surface (docs/protocol/rules.md, F-1): each typed, with what a program branches on.
 *
 * They are made from `HoldfastError`, which is the `cause` of each; `message` says what to do.
 */
import * as Schema from "effect/Schema"
import { HoldfastError, isTransient, isUnreachable } from "../errors.ts"

const common = { message: Schema.String, cause: Schema.optionalKey(Schema.Defect()) }
const Fields = Schema.Record(Schema.String, Schema.Unknown)

/** A session could not be created. `reason` is the hub's tag, such as `CommandNotFound`; `session` is what was asked for. */
export class SessionCreationError extends Schema.TaggedError<SessionCreationError>()("SessionCreationError", {
  ...common,
  reason: Schema.String,
  session: Fields,
  /** Other fields of the hub's error, the key of the request, and whether the same request may succeed later. */
  metadata: Schema.Struct({
    key: Schema.String,
    retryable: Schema.Boolean,
    status: Schema.optionalKey(Schema.Finite),
    fields: Fields,
  }),
}) {}

/** There is no session with this id, or no longer. */
export class SessionNotFoundError extends Schema.TaggedError<SessionNotFoundError>()("SessionNotFoundError", {
  ...common,
  session: Schema.String,
}) {}

/** The credential of `user` does not allow the action. `user` is empty where the hub does not know the credential. */
export class SessionPermissionError extends Schema.TaggedError<SessionPermissionError>()("SessionPermissionError", {
  ...common,
  session: Schema.optionalKey(Schema.String),
  user: Schema.String,
  action: Schema.String,
}) {}

/** The hub cannot be reached, is busy, or stops: the same may succeed later. */
export class SessionUnavailableError extends Schema.TaggedError<SessionUnavailableError>()("SessionUnavailableError", {
  ...common,
  /** The tag: `Unreachable`, `ConnectionLost`, `TimedOut`, `Busy`, `Unavailable`, … */
  reason: Schema.String,
  /** The hub did not answer: it may have done what was asked. */
  isUnreachable: Schema.Boolean,
}) {}

/** The hub refused the request; `reason` is its tag. */
export class SessionRequestError extends Schema.TaggedError<SessionRequestError>()("SessionRequestError", {
  ...common,
  reason: Schema.String,
  fields: Fields,
}) {}

/** Errors of every call but `create`. */
export type SessionsError = SessionNotFoundError | SessionPermissionError | SessionUnavailableError | SessionRequestError

/** The error that a failure of the client stands for; `action` is the operation, where the hub does not name it. */
export function sessionsError(failure: unknown, session?: string, action = "log.follow"): SessionsError {
  const error = asHoldfastError(failure)
  const { tag: reason, message, fields } = error
  const text = (name: string): string => (typeof fields[name] === "string" ? fields[name] : "")
  if (reason === "SessionNotFound")
    return new SessionNotFoundError({ message, cause: error, session: text("session") || (session ?? "") })
  if (reason === "SessionPermissionError" || reason === "Unauthorized" || reason === "Forbidden") {
    const about = text("session") || session
    return new SessionPermissionError({
      message,
      cause: error,
      user: text("user"),
      action: text("action") || action,
      ...(about === undefined ? {} : { session: about }),
    })
  }
  if (isTransient(error))
    return new SessionUnavailableError({ message, cause: error, reason, isUnreachable: isUnreachable(error) })
  return new SessionRequestError({ message, cause: error, reason, fields })
}

/** The error of a create that failed. */
export function creationError(failure: unknown, request: object, key: string): SessionCreationError {
  const error = asHoldfastError(failure)
  return new SessionCreationError({
    message: error.message,
    cause: error,
    reason: error.tag,
    session: { ...request },
    metadata: {
      key,
      retryable: isTransient(error),
      ...(error.status === undefined ? {} : { status: error.status }),
      fields: error.fields,
    },
  })
}

/** Whether what failed with this may be tried again as it is. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof SessionCreationError) return error.metadata.retryable
  return error instanceof SessionUnavailableError || isTransient(error)
}

const asHoldfastError = (failure: unknown): HoldfastError =>
  failure instanceof HoldfastError
    ? failure
    : new HoldfastError("InvalidCall", failure instanceof Error ? failure.message : String(failure))
