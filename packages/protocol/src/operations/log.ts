/** Operations on a session's log: read, follow, mark, export. */
import * as Schema from "effect/Schema"
import { CHANNELS, Event } from "../event.ts"
import { without } from "../field-default.ts"
import { Appended, MarkSession } from "../session.ts"
import { ofSession, operation } from "./operation.ts"

const text = Schema.optionalKey(Schema.String)
const names = Schema.optionalKey(Schema.Array(Schema.String))

/** After which event, and what it means to say none; a cursor that is none has an error of its own (D-6). */
const cursor = (none: string) => ({
  after: text.annotate({
    ...without(none, "The last seq received; the events after it are returned"),
    shown: { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER, examples: [0] },
  }),
  log: text.annotate({ description: "Identity of the log that the cursor belongs to" }),
})

/** Which events; a name that is none is answered with those that are (H-24). */
const filter = {
  channel: names.annotate({
    description: "Only events of these channels; repeat the parameter, or separate names with commas",
    shown: { type: "array", items: { type: "string", enum: CHANNELS } },
  }),
  type: names.annotate({
    description: "Only events of these types; repeat the parameter, or separate names with commas",
  }),
  turn: text.annotate({ description: "Only events of this turn" }),
}

/** Events of a page at most. */
const Page = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 })).annotate({
  description: "Maximum number of items",
  default: 1000,
  examples: [50],
})

/** Longest time that a page of events is waited for, in seconds: below the limits of proxies and clients. */
export const WAIT_MAX = 45

/** Pages in another way than after a cursor at once. */
const paging = {
  before: text.annotate({
    description:
      "Return the last events before this seq instead, in their order; end, or any seq beyond it, for those at the end of the log",
    shown: { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER, examples: [Number.MAX_SAFE_INTEGER] },
  }),
  wait: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: WAIT_MAX })).annotate({
      description: "Wait this many seconds for an event when there is none yet",
      default: 0,
    }),
  ),
}

/** One page of events; `next` is the cursor of the next page. */
export const EventPage = Schema.Struct({
  events: Schema.Array(Event),
  firstSeq: Schema.Finite,
  lastSeq: Schema.Finite,
  next: Schema.Finite,
  atHead: Schema.Boolean,
  log: Schema.String,
  /** Of a page that was asked for with `before`: what to ask for the next older one with; null at the beginning. */
  before: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
}).annotate({ identifier: "EventPage" })

/** The operations. */
export const log = {
  "log.events": operation({
    scope: "read",
    http: "GET /api/sessions/:session/events",
    params: ofSession,
    query: Schema.Struct({ ...cursor("0"), ...paging, limit: Schema.optionalKey(Page), ...filter }),
    json: {
      after: Schema.optionalKey(Schema.Union([Schema.String, Schema.Finite])),
      before: Schema.optionalKey(Schema.Union([Schema.String, Schema.Finite])),
    },
    output: EventPage,
    summary:
      "Get a page of events after a seq, or before one. next is the cursor of the next page, before that of the next older one",
    changes: false,
    errors: ["CursorInvalid", "CursorAhead", "Unprocessable"],
  }),
  "log.follow": operation({
    scope: "read",
    http: "GET /api/sessions/:session/events/stream",
    socket: false,
    params: ofSession,
    query: Schema.Struct({ ...cursor("begin with a snapshot"), ...filter }),
    output: Schema.Void,
    content: ["text/event-stream"],
    answer: "stream",
    summary:
      "Follow a log as server-sent events. The event is event, snapshot or synced, the id is the seq; Last-Event-ID takes precedence over after",
    changes: false,
    errors: ["CursorInvalid", "Unprocessable"],
  }),
  "log.mark": operation({
    scope: "write",
    http: "POST /api/sessions/:session/marks",
    params: ofSession,
    body: MarkSession,
    output: Appended,
    summary: "Mark a place in the log",
    changes: true,
    example: { text: "tests begin", key: "mark-1" },
  }),
  "log.export": operation({
    scope: "read",
    http: "GET /api/sessions/:session/export",
    socket: false,
    params: ofSession,
    query: Schema.Struct({
      format: Schema.Literals(["cast", "html", "jsonl", "md"]).annotate({
        description:
          "cast: asciicast version 3; html: a page that plays it without a server; jsonl: one event per line; md: a Markdown transcript",
      }),
    }),
    output: Schema.Void,
    content: ["application/x-asciicast", "application/x-ndjson", "text/html", "text/markdown"],
    answer: "stream",
    summary:
      "Export the log as an asciicast version 3 recording, as a page that plays it without a server, as one event per line, or as a Markdown transcript",
    changes: false,
    errors: ["Unprocessable", "Unavailable"],
  }),
} as const
