/**
 * What the caches read from a hub, over HTTP.
 */
import type { MessagePage } from "@holdfast/protocol/agent/message"
import type { Session, SessionPage, SessionQuery } from "@holdfast/protocol/session"
import { operationCalls } from "../http/call.ts"
import type { HttpOptions } from "../http/request.ts"

/** Which page of messages. */
export interface MessageRange {
  readonly before?: number
  readonly limit?: number
}

/** Reads; each fails with `HoldfastError`, and with `Aborted` once `signal` is aborted. */
export interface ReadSource {
  readonly session: (id: string, signal: AbortSignal) => Promise<Session>
  readonly messages: (session: string, range: MessageRange, signal: AbortSignal) => Promise<MessagePage>
  readonly sessions: (query: SessionQuery, signal: AbortSignal) => Promise<SessionPage>
}

/** Reads from a hub over HTTP. */
export function readOverHttp(options: HttpOptions): ReadSource {
  const { call } = operationCalls(options)
  return {
    session: (session, signal) => call<"sessions.get">("GET /api/sessions/:session", { session }, { signal }),
    messages: (session, range, signal) =>
      call<"messages.list">("GET /api/sessions/:session/messages", { ...range, session }, { signal }),
    sessions: (query, signal) => call<"sessions.list">("GET /api/sessions", query, { signal }),
  }
}
