/**
 * The one error shape a caller of this library meets (docs/protocol/rules.md, X-1).
 *
 * Errors of the hub keep their tag; those the client makes itself are `Unreachable`, `ConnectionLost`, `TimedOut`,
 * `Closed`, `Aborted`, `ProtocolBroken`, `HttpError` (an answer that is not the hub's) and `Busy`, and for mistakes of the program that uses it `InvalidCall`,
 * `AlreadyConsumed` and `AlreadyAttached`.
 */

import type { ErrorFields } from "@holdfast/protocol/errors"

/** An error of the hub or of the connection: `tag` to branch on, `message` to show, the error's other fields. */
export class HoldfastError extends Error {
  readonly tag: string
  /** HTTP status, where the error came over HTTP. */
  readonly status: number | undefined
  /** Every other field of the error: `matches`, `retryAfter` in seconds, `limit`, … */
  readonly fields: Readonly<Record<string, unknown>>

  constructor(tag: string, message: string, fields: Readonly<Record<string, unknown>> = {}, status?: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = tag
    this.tag = tag
    this.fields = fields
    this.status = status
  }

  /** True when the same call may be made again later; with its key, where it changes something. */
  get retryable(): boolean {
    return isTransient(this)
  }
}

/** True for the hub's error of a tag, whose fields are known then. */
export function isError<T extends keyof ErrorFields>(
  error: unknown,
  tag: T,
): error is HoldfastError & { readonly tag: T; readonly fields: ErrorFields[T] } {
  return error instanceof HoldfastError && error.tag === tag
}

/** True when the hub could not be reached, as opposed to having refused. */
export function isUnreachable(error: unknown): boolean {
  return (
    error instanceof HoldfastError && (error.tag === "Unreachable" || error.tag === "ConnectionLost" || error.tag === "TimedOut")
  )
}

/** True when the same call may be made again later: the hub was away, busy or stopping. */
export function isTransient(error: unknown): boolean {
  return isUnreachable(error) || (error instanceof HoldfastError && TRANSIENT_TAGS.has(error.tag))
}

const TRANSIENT_TAGS = new Set(["Busy", "RateLimited", "Unavailable", "InternalError"])

/** A second consumer asked for what goes to one (C-13). */
export function alreadyConsumed(what: "attachment" | "stream" | "feed"): HoldfastError {
  return new HoldfastError(
    "AlreadyConsumed",
    what === "feed"
      ? "this connection already has a feed: share its listener, stop it, or open another connection"
      : `this ${what} already has a consumer, and each item goes to only one: share what it receives, or open another ${what}`,
  )
}

/** The caller gave a call up; its reason is the `cause`. */
export function aborted({ reason }: AbortSignal): HoldfastError {
  return new HoldfastError("Aborted", "the call was aborted", {}, undefined, reason)
}

/** Input of an attachment that may only look on. */
export function readOnlyViewer(): HoldfastError {
  return new HoldfastError("ReadOnlyViewer", "this attachment is read-only; attach with the mode interactive to type")
}

/** Why something failed, as a text. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message || cause.name : String(cause)
}

/** The call cannot be made at all: a mistake of the program, which trying again does not mend. */
export function invalidCall(cause: unknown): HoldfastError {
  return new HoldfastError("InvalidCall", `the call cannot be made: ${reasonOf(cause)}`)
}

/** Reads an error as the hub encodes it, `{_tag | tag, message, …fields}`; anything else becomes `fallback`. */
export function decodeError(value: unknown, fallback: string, status?: number): HoldfastError {
  if (typeof value !== "object" || value === null) return new HoldfastError(fallback, String(value), {}, status)
  const { _tag, tag, message, ...fields } = value as Record<string, unknown>
  const name = typeof _tag === "string" ? _tag : typeof tag === "string" ? tag : fallback
  return new HoldfastError(name, typeof message === "string" ? message : name, fields, status)
}
