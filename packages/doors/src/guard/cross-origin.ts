/**
 * Pages of other origins that are named in the setting `corsOrigins` (docs/protocol/rules.md, X-29): what their browsers are told.
 *
 * A page shows its credential itself; no cookie is set or read (G-16), so `Access-Control-Allow-Credentials` is never sent.
 */
import type { OwnNames } from "./names.ts"

/** Seconds for which a browser need not ask again. */
const MAX_AGE = 600

/** Headers that a page may send, and those of an answer that it may read. */
const SENT = "authorization, content-type, idempotency-key, last-event-id, holdfast-version"
const READ = "holdfast-version, location, ratelimit, ratelimit-policy, retry-after, x-last-seq, x-trace"

/** The origin of a request, where it is one of those that are named. */
export function namedOrigin(origin: string | undefined, { others }: Pick<OwnNames, "others">): string | undefined {
  return origin !== undefined && others.has(origin.toLowerCase()) ? origin : undefined
}

/** What every answer to such a page says. */
export function crossOriginHeaders(origin: string): Readonly<Record<string, string>> {
  return {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": READ,
    "cross-origin-resource-policy": "cross-origin",
    vary: "origin",
  }
}

/** What is looked at of a request. */
interface Asked {
  readonly method: string
  /** Names and values alternating, as sent. */
  readonly rawHeaders: ReadonlyArray<string>
}

/** Whether a request asks, before another one, if that may be sent. */
export function isPreflight({ method, rawHeaders }: Asked): boolean {
  return method === "OPTIONS" && rawHeaders.some((name, i) => i % 2 === 0 && name.toLowerCase() === ASKS)
}

const ASKS = "access-control-request-method"

/** The answer to such a question: which methods the place has. */
export function preflightHeaders(origin: string, methods: ReadonlyArray<string>): Readonly<Record<string, string>> {
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-methods": methods.join(", "),
    "access-control-allow-headers": SENT,
    // A page on the public internet that talks to a hub on this machine is asked for this by some browsers.
    "access-control-allow-private-network": "true",
    "access-control-max-age": String(MAX_AGE),
    vary: "origin, access-control-request-method, access-control-request-headers",
  }
}
