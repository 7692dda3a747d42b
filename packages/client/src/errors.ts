/**
 * The one error shape a caller of this library meets (docs/PROTOCOL.md, X-1).
 *
 * Errors of the hub keep their tag; those the client makes itself are `Unreachable`, `ConnectionLost`, `TimedOut`,
 * `Closed`, `ProtocolBroken` and `Busy`.
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
export const isUnreachable = (error: unknown): boolean =>
  error instanceof HoldfastError && (error.tag === "Unreachable" || error.tag === "ConnectionLost" || error.tag === "TimedOut")

/** True when the same call may be made again later: the hub was away, busy or stopping. */
export const isTransient = (error: unknown): boolean =>
  isUnreachable(error) ||
  (error instanceof HoldfastError && (error.tag === "Busy" || error.tag === "Unavailable" || error.tag === "InternalError"))

/** Reads an error as the hub encodes it, `{_tag | tag, message, …fields}`; anything else becomes `fallback`. */
export function decodeError(value: unknown, fallback: string, status?: number): HoldfastError {
  if (typeof value !== "object" || value === null) return new HoldfastError(fallback, String(value), {}, status)
  const { _tag, tag, message, ...fields } = value as Record<string, unknown>
  const name = typeof _tag === "string" ? _tag : typeof tag === "string" ? tag : fallback
  return new HoldfastError(name, typeof message === "string" ? message : name, fields, status)
}
