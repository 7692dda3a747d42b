/**
 * Creates a session, whatever the hub is doing: three retries, the first after a second, within a minute; a breaker that spares a
 * hub that is down; and at the end a session that is shown at once and created when the hub is back.
 */
import { Effect } from "effect"
import {
  type Breaker,
  mayPass,
  type OfflineSession,
  Outbox,
  Sessions,
  withCircuitBreaker,
  withFallback,
  withRetry,
} from "@holdfast/client/effect"

/** What is asked for. */
export type SessionRequest = Parameters<Sessions["Service"]["create"]>[0]

/** The session, or one that stands for it until it can be created. Fails where the hub refuses: no retry would help. */
export const createOrOffline = Effect.fn("createOrOffline")(function* (request: SessionRequest, breaker: Breaker) {
  const sessions = yield* Sessions
  const outbox = yield* Outbox
  // One key for all tries, and for the outbox after them: whichever reaches the hub, there is one session.
  const keyed = { ...request, key: request.key ?? crypto.randomUUID() }
  return yield* sessions.create(keyed).pipe(
    withCircuitBreaker(breaker),
    withRetry({ maxRetries: 3, baseDelay: "1 second", timeout: "60 seconds" }),
    withFallback(() => outbox.createSession(keyed), mayPass),
  )
})

/** Whether a session is still to be created. */
export function isOffline(session: { readonly status: string }): session is OfflineSession {
  return session.status === "offline"
}
