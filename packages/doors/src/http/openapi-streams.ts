/**
 * What the streams of server-sent events hold: a description, some of one as it comes, and the data of each event by its name
 * (`x-events`). The content itself is text to a schema, so the data's schemas stand among the named ones.
 */

/** One stream. */
interface StreamShown {
  readonly description: string
  readonly example: string
  /** By the name of the event: what its `id` is, if it has one, and its data. */
  readonly events: Readonly<Record<string, { readonly id?: string; readonly data: { readonly $ref: string } }>>
}

const EVENT = '{"seq":3,"time":1764460800000,"channel":"terminal","type":"output","data":{"text":"hello\\r\\n"}}'

const named = (name: string): { readonly $ref: string } => ({ $ref: `#/components/schemas/${name}` })

/** By the name of the operation. */
export const STREAMS: Readonly<Record<string, StreamShown>> = {
  "log.follow": {
    description:
      "Server-sent events, each with JSON as data and the seq as id. event: an Event. snapshot: a LogSnapshot, the current view in place of the events before it. synced: a LogSynced, sent once, when everything so far has been sent.",
    example: `event: event\nid: 3\ndata: ${EVENT}\n\nevent: synced\nid: 3\ndata: {"seq":3,"log":"…"}\n\n`,
    events: {
      event: { id: "seq", data: named("Event") },
      snapshot: { id: "seq", data: named("LogSnapshot") },
      synced: { id: "seq", data: named("LogSynced") },
    },
  },
  "sessions.watch": {
    description:
      "Server-sent events, each with JSON as data and, except announcements, CHANGE@FEED as id. session: a Session that changed. announcements: an AnnouncementList with all announcements in force, sent before synced if there are any, and again whenever that changes. synced: a FeedSynced, sent once, when everything so far has been sent. reset: a FeedReset; the cursor belonged to another store, and every session follows.",
    example:
      'event: announcements\ndata: {"announcements":[]}\n\nevent: synced\nid: 41@9f2c\ndata: {"change":41,"feed":"9f2c"}\n\n',
    events: {
      session: { id: "CHANGE@FEED", data: named("Session") },
      announcements: { data: named("AnnouncementList") },
      synced: { id: "CHANGE@FEED", data: named("FeedSynced") },
      reset: { id: "CHANGE@FEED", data: named("FeedReset") },
    },
  },
}

const whole = (description: string): object => ({ type: "integer", minimum: 0, description })
const text = (description: string): object => ({ type: "string", description })
const object = (description: string, properties: Readonly<Record<string, object>>, required: ReadonlyArray<string>): object => ({
  type: "object",
  description,
  properties,
  required,
})

const HEAD = {
  seq: whole("The events up to here are in the snapshot"),
  reason: {
    type: "string",
    enum: ["fresh", "trimmed", "reset"],
    description: "fresh: no cursor was sent. trimmed: events after it are gone. reset: it belongs to another log",
  },
  session: named("Session"),
}

/** Schemas of the data of events that have none elsewhere. */
export const STREAM_SCHEMAS = {
  LogSnapshot: { anyOf: [named("TerminalSnapshot"), named("AgentSnapshot")] },
  TerminalSnapshot: object(
    "What is on the screen of a terminal",
    {
      ...HEAD,
      cols: whole("Columns of the screen"),
      rows: whole("Rows of the screen"),
      screen: {
        description: "Escape sequences that draw the screen on an empty terminal of its size",
        anyOf: [
          object("As text, where it is UTF-8", { text: text("The sequences") }, ["text"]),
          object("Otherwise in base64", { base64: text("The sequences in base64") }, ["base64"]),
        ],
      },
    },
    ["seq", "reason", "session", "screen"],
  ),
  AgentSnapshot: object(
    "The last messages of an agent, and the turn that streams",
    {
      ...HEAD,
      kind: { const: "agent" },
      agent: object(
        "What to show",
        {
          messages: { type: "array", items: named("Message") },
          before: {
            description: "Cursor of the next older page of messages, or null",
            anyOf: [{ type: "integer" }, { type: "null" }],
          },
          live: { type: "object", description: "The turn as far as it has come: turn, createdAt, parts" },
        },
        ["messages"],
      ),
    },
    ["seq", "reason", "session", "kind", "agent"],
  ),
  LogSynced: object(
    "Everything before is history, everything after is live",
    { seq: whole("The last seq"), log: text("Identity of the log; it goes with the cursor when the stream is opened again") },
    ["seq", "log"],
  ),
  FeedSynced: object(
    "Everything before is history, everything after is live",
    { change: whole("The last change"), feed: text("Identity of the feed") },
    ["change", "feed"],
  ),
  FeedReset: object("Forget what you know: every session follows", { feed: text("Identity of the feed") }, ["feed"]),
}
