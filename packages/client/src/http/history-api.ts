/**
 * The HTTP routes for a session's history, as typed functions: another session from its messages, and what its terminal showed
 * (docs/protocol/rules.md, A-71, T-59).
 *
 * Each fails with `HoldfastError`, as those of `makeApi` do.
 */
import type { ForkSession, PastScreen } from "@holdfast/protocol/history"
import type { Session } from "@holdfast/protocol/session"
import type { CallOptions } from "../signals.ts"
import { operationCalls } from "./call.ts"
import type { HttpOptions } from "./request.ts"

/** The routes, called with the given options, such as `http` of a client. */
export function makeHistoryApi(options: HttpOptions) {
  const { call } = operationCalls(options)
  return {
    /** A new session that continues from the messages of this one. */
    fork: (session: string, request: ForkSession = {}, how?: CallOptions): Promise<Session> =>
      call<"sessions.fork">("POST /api/sessions/:session/fork", { ...request, session }, how),
    /** What a terminal showed after an event. */
    pastScreen: (session: string, seq?: number, how?: CallOptions): Promise<PastScreen> =>
      call<"terminal.past">("GET /api/sessions/:session/screen/past", { session, seq }, how),
  }
}

/** Functions over the routes. */
export type HistoryApi = ReturnType<typeof makeHistoryApi>
