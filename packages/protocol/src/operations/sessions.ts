/** Operations on sessions as a whole: create, find, change, end. */
import * as Schema from "effect/Schema"
import { MESSAGE_BODY_MAX } from "../agent/message.ts"
import { without } from "../field-default.ts"
import { BatchRequest, BatchResult, KEY_DESCRIBED } from "../http-bodies.ts"
import { CreateSession, Key, Resolved, Session, SessionPage, SessionQuery, UpdateSession } from "../session.ts"
import { ofSession, operation, SessionName } from "./operation.ts"

/** A key alone. */
export const Keyed = Schema.Struct({ key: Schema.optionalKey(Key.annotate(KEY_DESCRIBED)) })

/** The id in the examples. */
export const EXAMPLE_ID = "01998c1e-7d5a-7c3e-9b1a-5d2f8e4a6b70"

/** The operations. */
export const sessions = {
  "sessions.create": operation({
    scope: "write",
    http: "POST /api/sessions",
    body: CreateSession,
    bodyMost: MESSAGE_BODY_MAX,
    output: Session,
    answer: "created",
    summary: "Create a session. The same key and body again return the same session",
    changes: true,
    errors: ["KindNotAllowed", "SessionDeleted", "InvalidSize", "CommandNotFound", "AgentUnknown", "AgentNotInstalled"],
    example: {
      kind: "terminal",
      command: "make",
      args: ["-j4"],
      cwd: "/tmp",
      label: "build",
      tags: ["ci"],
      key: "build-41",
    },
  }),
  "sessions.list": operation({
    scope: "read",
    bound: "filtered",
    http: "GET /api/sessions",
    query: SessionQuery,
    output: SessionPage,
    summary: "List sessions, the most recently active first",
    changes: false,
  }),
  "sessions.batch": operation({
    scope: "write",
    bound: "filtered",
    http: "POST /api/sessions/batch",
    body: BatchRequest,
    output: BatchResult,
    summary: "Apply one change to up to 1,000 sessions. The answer has a result for each",
    changes: true,
    example: { sessions: [EXAMPLE_ID], action: "archive" },
  }),
  "sessions.watch": operation({
    scope: "read",
    bound: "filtered",
    http: "GET /api/sessions/stream",
    socket: false,
    query: Schema.Struct({
      after: Schema.optionalKey(Schema.String).annotate(
        without("begin at the present", "The id of the last event received (CHANGE@FEED), or a change number"),
      ),
      doing: Schema.optionalKey(
        Schema.Boolean.annotate({ description: "Also tell what sessions do now, at most once a second each", default: false }),
      ),
      seen: Schema.optionalKey(
        Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).annotate({
          ...without("no marks", "Also give the caller's marks after this number, and those that move"),
        }),
      ),
    }),
    output: Schema.Void,
    content: ["text/event-stream"],
    answer: "stream",
    summary:
      "Follow the feed of sessions as server-sent events. The event is session, synced or reset, or without an id doing or seen; the id is CHANGE@FEED; Last-Event-ID takes precedence over after",
    changes: false,
    errors: ["CursorInvalid"],
  }),
  "sessions.resolve": operation({
    scope: "read",
    bound: "filtered",
    http: "GET /api/sessions/resolve",
    query: Schema.Struct({
      name: SessionName.annotate({ description: "An id, a unique beginning or end of one, or a label", examples: ["build"] }),
    }),
    output: Resolved,
    summary: "Find the one session that an id, a unique beginning or end of an id, or a label names",
    changes: false,
    errors: ["SessionNotFound", "SessionAmbiguous"],
  }),
  "sessions.get": operation({
    scope: "read",
    http: "GET /api/sessions/:session",
    params: ofSession,
    output: Session,
    summary: "Get the record of a session",
    changes: false,
  }),
  "sessions.update": operation({
    scope: "write",
    http: "PATCH /api/sessions/:session",
    params: ofSession,
    body: UpdateSession,
    output: Session,
    answer: "session",
    summary: "Rename, tag or pin a session",
    changes: true,
    example: { label: "build", tags: ["ci"], pinned: true },
  }),
  "sessions.delete": operation({
    scope: "write",
    http: "DELETE /api/sessions/:session",
    params: ofSession,
    query: Keyed,
    output: Session,
    answer: "session",
    summary: "End the session's process and move the session to the trash",
    changes: true,
  }),
  "sessions.archive": operation({
    scope: "write",
    http: "POST /api/sessions/:session/archive",
    params: ofSession,
    body: Keyed,
    output: Session,
    answer: "session",
    summary: "Archive a session",
    changes: true,
    example: { key: "archive-1" },
  }),
  "sessions.restore": operation({
    scope: "write",
    http: "POST /api/sessions/:session/restore",
    params: ofSession,
    body: Keyed,
    output: Session,
    answer: "session",
    summary: "Restore a session from the archive or the trash",
    changes: true,
    example: { key: "restore-1" },
  }),
} as const
