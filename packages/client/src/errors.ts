/**
 * The one error shape a caller of this library meets (docs/protocol/rules.md, X-1).
 *
 * Errors of the hub keep their tag; those the client makes itself are `Unreachable`, `ConnectionLost`, `TimedOut`,
 * `Closed`, `ProtocolBroken` and `Busy`, and for mistakes of the program that uses it `InvalidCall`, `AlreadyConsumed` and
 * `AlreadyAttached`.
 */

/** An error of the hub or of the connection: `tag` to branch on, `message` to show, the error's other fields. */
export class HoldfastError extends Error {
  readonly tag: string
  /** HTTP status, where the error came over HTTP. */
  readonly status: number | undefined
  /** Every other field of the error: `matches`, `retryAfter` in seconds, `limit`, … */
  readonly fields: Readonly<Record<string, unknown>>

  constructor(tag: string, message: string, fields: Readonly<Record<string, unknown>> = {}, status?: number) {
    super(message)
    this.name = tag
    this.tag = tag
    this.fields = fields
    this.status = status
  }
}

/** True when the hub could not be reached, as opposed to having refused. */
export function isUnreachable(error: unknown): boolean {
  return (
    error instanceof HoldfastError && (error.tag === "Unreachable" || error.tag === "ConnectionLost" || error.tag === "TimedOut")
  )
}

/** True when the same call may be made again later: the hub was away, busy or stopping. */
export function isTransient(error: unknown): boolean {
  return (
    isUnreachable(error) ||
    (error instanceof HoldfastError && (TRANSIENT_TAGS.has(error.tag) || (error.tag === "HttpError" && isGateway(error.status))))
  )
}

const TRANSIENT_TAGS = new Set(["Busy", "RateLimited", "Unavailable", "InternalError"])

/** What a proxy answers in place of a hub that is away. */
const isGateway = (status: number | undefined): boolean => status === 502 || status === 503 || status === 504

/** A second consumer asked for what goes to one (C-13). */
export function alreadyConsumed(what: "attachment" | "stream" | "feed"): HoldfastError {
  return new HoldfastError(
    "AlreadyConsumed",
    what === "feed"
      ? "this connection already has a feed: share its listener, stop it, or open another connection"
      : `this ${what} already has a consumer, and each item goes to only one: share what it receives, or open another ${what}`,
  )
}

/** The call cannot be made at all: a mistake of the program, which trying again does not mend. */
export function invalidCall(cause: unknown): HoldfastError {
  return new HoldfastError("InvalidCall", `the call cannot be made: ${cause instanceof Error ? cause.message : String(cause)}`)
}

/** Reads an error as the hub encodes it, `{_tag | tag, message, …fields}`; anything else becomes `fallback`. */
export function decodeError(value: unknown, fallback: string, status?: number): HoldfastError {
  if (typeof value !== "object" || value === null) return new HoldfastError(fallback, String(value), {}, status)
  const { _tag, tag, message, ...fields } = value as Record<string, unknown>
  const name = typeof _tag === "string" ? _tag : typeof tag === "string" ? tag : fallback
  return new HoldfastError(name, typeof message === "string" ? message : name, fields, status)
}
