/**
 * The HTTP routes for what a person keeps, and for traces, as typed functions (docs/protocol/rules.md, L-5 to L-10).
 *
 * Each fails with `HoldfastError`, as those of `makeApi` do.
 */
import type {
  ClientLayout,
  DeskPut,
  Draft,
  DraftHead,
  PutDraft,
  PutLayout,
  PutSeen,
  Seen,
  SeenList,
} from "@holdfast/protocol/desk"
import type { Traces, TracesQuery, WholeTrace } from "@holdfast/protocol/trace"
import type { CallOptions } from "../signals.ts"
import { operationCalls } from "./call.ts"
import type { HttpOptions } from "./request.ts"

/** The routes, called with the given options, such as `http` of a client. */
export function makeDeskApi(options: HttpOptions) {
  const { call } = operationCalls(options)
  return {
    /** Up to where you have seen sessions: marks after a number, at most 1,000; the next ones are after `head`. */
    seen: (after?: number, how?: CallOptions): Promise<SeenList> => call<"seen.list">("GET /api/seen", { after }, how),
    /** Moves your mark of a session forward, or with `unread` back. */
    see: (session: string, mark: PutSeen = {}, how?: CallOptions): Promise<Seen> =>
      call<"seen.set">("PUT /api/sessions/:session/seen", { ...mark, session }, how),
    drafts: (how?: CallOptions): Promise<{ readonly drafts: ReadonlyArray<DraftHead> }> =>
      call<"drafts.list">("GET /api/drafts", {}, how),
    draft: (session: string, how?: CallOptions): Promise<Draft> =>
      call<"drafts.get">("GET /api/sessions/:session/draft", { session }, how),
    putDraft: (session: string, draft: PutDraft, how?: CallOptions): Promise<DeskPut> =>
      call<"drafts.put">("PUT /api/sessions/:session/draft", { ...draft, session }, how),
    layouts: (how?: CallOptions): Promise<{ readonly layouts: ReadonlyArray<ClientLayout> }> =>
      call<"layouts.list">("GET /api/layouts", {}, how),
    layout: (client: string, how?: CallOptions): Promise<ClientLayout> =>
      call<"layouts.get">("GET /api/layouts/:client", { client }, how),
    putLayout: (client: string, layout: PutLayout, how?: CallOptions): Promise<DeskPut> =>
      call<"layouts.put">("PUT /api/layouts/:client", { ...layout, client }, how),
    removeLayout: (client: string, how?: CallOptions): Promise<{ readonly removed: boolean }> =>
      call<"layouts.remove">("DELETE /api/layouts/:client", { client }, how),
    /** When sessions worked, waited and failed in the last minutes: those that are named, or the 2,000 that were active last. */
    traces: (query: TracesQuery = {}, how?: CallOptions): Promise<Traces> => call<"traces.list">("GET /api/traces", query, how),
    /** The trace of a whole log. */
    trace: (session: string, buckets?: number, how?: CallOptions): Promise<WholeTrace> =>
      call<"traces.get">("GET /api/sessions/:session/trace", { session, buckets }, how),
  }
}

/** The routes for what a person keeps. */
export type DeskApi = ReturnType<typeof makeDeskApi>
