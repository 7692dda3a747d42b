/** Operations on what a person keeps: drafts, layouts, up to where sessions were seen; and traces, which lists show. */
import * as Schema from "effect/Schema"
import {
  ClientId,
  ClientLayout,
  DeskPut,
  Draft,
  DraftList,
  LayoutList,
  PutDraft,
  PutLayout,
  PutSeen,
  Seen,
  SeenList,
} from "../desk.ts"
import { TraceQuery, Traces, TracesQuery, WholeTrace } from "../trace.ts"
import { ofSession, operation } from "./operation.ts"

const ofClient = {
  client: ClientId.annotate({ description: "Id of the client, as it says in Hello", examples: ["4f1d2c3b5a697887"] }),
} as const

/** What a person keeps. */
export const desk = {
  "seen.list": operation({
    scope: "read",
    bound: "filtered",
    http: "GET /api/seen",
    query: Schema.Struct({
      after: Schema.optionalKey(
        Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).annotate({
          description: "Only marks with a higher number",
          default: 0,
        }),
      ),
    }),
    output: SeenList,
    summary: "List up to where the caller has seen sessions, at most 1,000 marks at a time",
    changes: false,
  }),
  "seen.set": operation({
    scope: "write",
    http: "PUT /api/sessions/:session/seen",
    params: ofSession,
    body: PutSeen,
    output: Seen,
    summary: "Say up to where the caller has seen a session. The mark moves forward, and back only with unread",
    changes: true,
    quiet: true,
    example: { seq: 42 },
  }),
  "drafts.list": operation({
    scope: "read",
    bound: "filtered",
    http: "GET /api/drafts",
    output: DraftList,
    summary: "List the caller's drafts with their beginnings, the newest first",
    changes: false,
  }),
  "drafts.get": operation({
    scope: "read",
    http: "GET /api/sessions/:session/draft",
    params: ofSession,
    output: Draft,
    summary: "Get the caller's draft of the next message to a session",
    changes: false,
  }),
  "drafts.put": operation({
    scope: "write",
    http: "PUT /api/sessions/:session/draft",
    params: ofSession,
    body: PutDraft,
    output: DeskPut,
    summary: "Keep a draft of the caller's next message to a session, or remove it",
    changes: true,
    quiet: true,
    errors: ["VersionConflict"],
    example: { text: "Then bring the changelog up to date" },
  }),
  "layouts.list": operation({
    scope: "read",
    bound: "free",
    http: "GET /api/layouts",
    output: LayoutList,
    summary: "List how the caller's clients have arranged their panes, the one that was changed last first",
    changes: false,
  }),
  "layouts.get": operation({
    scope: "read",
    bound: "free",
    http: "GET /api/layouts/:client",
    params: ofClient,
    output: ClientLayout,
    summary: "Get how a client of the caller has arranged its panes",
    changes: false,
  }),
  "layouts.put": operation({
    scope: "write",
    bound: "free",
    http: "PUT /api/layouts/:client",
    params: ofClient,
    body: PutLayout,
    output: DeskPut,
    summary: "Keep how a client of the caller has arranged its panes",
    changes: true,
    quiet: true,
    errors: ["VersionConflict"],
    example: { layout: { root: { kind: "tile", id: "t1", tabs: [], active: 0 }, focus: "t1", next: 2 }, name: "laptop" },
  }),
  "layouts.remove": operation({
    scope: "write",
    bound: "free",
    http: "DELETE /api/layouts/:client",
    params: ofClient,
    output: Schema.Struct({ removed: Schema.Boolean }),
    summary: "Forget the layout of a client",
    changes: true,
  }),
} as const

/** Traces. */
export const traces = {
  "traces.list": operation({
    scope: "read",
    bound: "filtered",
    http: "GET /api/traces",
    query: TracesQuery,
    output: Traces,
    summary: "Get when each of up to 2,000 sessions worked, waited and failed in the last minutes, in buckets",
    changes: false,
    quiet: true,
  }),
  "traces.get": operation({
    scope: "read",
    http: "GET /api/sessions/:session/trace",
    params: ofSession,
    query: TraceQuery,
    output: WholeTrace,
    summary: "Get when a session worked, waited and failed from its beginning on, in buckets with the seqs they begin with",
    changes: false,
  }),
} as const
