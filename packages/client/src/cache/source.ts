/**
 * What the caches read from a hub, over HTTP.
 */
import type { MessagePage } from "@holdfast/protocol/agent/message"
import type { Session, SessionPage, SessionQuery } from "@holdfast/protocol/session"
import type { OperationInput, OperationName, OperationOutput, OperationRoute } from "@holdfast/protocol/operations"
import { prepare } from "../http/call.ts"
import { json } from "../http/request.ts"
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
  const read = <N extends OperationName>(route: OperationRoute<N>, input: OperationInput<N>, signal: AbortSignal) => {
    const { method, path, call } = prepare(route, input)
    return json<OperationOutput<N>>(options, method, path, { ...call, signal })
  }
  return {
    session: (session, signal) => read<"sessions.get">("GET /api/sessions/:session", { session }, signal),
    messages: (session, range, signal) =>
      read<"messages.list">("GET /api/sessions/:session/messages", { ...range, session }, signal),
    sessions: (query, signal) => read<"sessions.list">("GET /api/sessions", query, signal),
  }
}
