/**
 * How often a token may ask, in the headers of an answer: `RateLimit-Policy` and `RateLimit` of
 * draft-ietf-httpapi-ratelimit-headers, in seconds.
 */
import type { ServerResponse } from "node:http"
import type { Rate } from "@holdfast/hub/Hub"

/** Sets them; nothing for a credential without a limit. */
export function setRate(response: ServerResponse, rate: Rate | undefined): void {
  if (rate === undefined || response.headersSent) return
  const { limit, window, remaining, reset } = rate
  response.setHeader("ratelimit-policy", `"token";q=${limit};w=${Math.round(window / 1000)}`)
  response.setHeader("ratelimit", `"token";r=${remaining};t=${Math.max(0, Math.ceil(reset / 1000))}`)
}
