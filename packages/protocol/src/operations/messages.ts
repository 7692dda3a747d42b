/** Operations on messages to agents, and on the queue of those that wait. */
import * as Schema from "effect/Schema"
import { MESSAGE_BODY_MAX, MessagePage, SendMessage, Sent } from "../agent/message.ts"
import { EditMessage, QueueItem, ReorderQueue, ResolveMessage, SendQueued } from "../agent/queue.ts"
import { Session } from "../session.ts"
import { ItemId, ofSession, operation } from "./operation.ts"
import { EXAMPLE_ID } from "./sessions.ts"

const ofMessage = { ...ofSession, messageId: ItemId.annotate({ description: "Whole id of the message" }) } as const
const Limit = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 })).annotate({
  description: "Maximum number of items",
  examples: [50],
})
const Before = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })).annotate({
  description: "Cursor of the next older page",
  examples: [100],
})

/** The operations. */
export const messages = {
  "messages.send": operation({
    scope: "write",
    http: "POST /api/sessions/:session/messages",
    params: ofSession,
    body: SendMessage,
    output: Sent,
    summary: "Send a message. The answer says whether it started a turn, was queued, or was steered into the running turn",
    changes: true,
    errors: ["AgentBusy"],
    example: { text: "Why does the build fail?", mode: "queue", key: "message-1" },
    bodyMost: MESSAGE_BODY_MAX,
  }),
  "messages.list": operation({
    scope: "read",
    http: "GET /api/sessions/:session/messages",
    params: ofSession,
    query: Schema.Struct({ before: Schema.optionalKey(Before), limit: Schema.optionalKey(Limit.annotate({ default: 50 })) }),
    output: MessagePage,
    summary: "Get stored messages, the newest page first. before is the cursor of the next older page",
    changes: false,
    errors: ["SessionNotReady"],
  }),
  "messages.file": operation({
    scope: "read",
    http: "GET /api/sessions/:session/files/:hash",
    socket: false,
    params: { ...ofSession, hash: ItemId.annotate({ description: "SHA-256 of the file's bytes, in hexadecimal" }) },
    output: Schema.Uint8Array,
    content: ["image/png", "application/octet-stream"],
    summary: "Get a file of a message by its SHA-256, which is in the message's event",
    changes: false,
    errors: ["FileNotFound"],
  }),
  "queue.get": operation({
    scope: "read",
    http: "GET /api/sessions/:session/queue/:messageId",
    params: ofMessage,
    output: QueueItem,
    summary: "Get a queued message with all its parts. The session's record has only the beginning of a long one",
    changes: false,
    errors: ["MessageNotQueued"],
  }),
  "queue.edit": operation({
    scope: "write",
    http: "PATCH /api/sessions/:session/queue/:messageId",
    params: ofMessage,
    body: EditMessage,
    output: Session,
    answer: "session",
    summary: "Replace the text or the parts of a queued message",
    changes: true,
    errors: ["MessageNotQueued"],
    example: { text: "Why do the tests fail?" },
    bodyMost: MESSAGE_BODY_MAX,
  }),
  "queue.remove": operation({
    scope: "write",
    http: "DELETE /api/sessions/:session/queue/:messageId",
    params: ofMessage,
    output: Session,
    answer: "session",
    summary: "Remove a queued message",
    changes: true,
    errors: ["MessageNotQueued"],
  }),
  "queue.reorder": operation({
    scope: "write",
    http: "PUT /api/sessions/:session/queue",
    params: ofSession,
    body: ReorderQueue,
    output: Session,
    answer: "session",
    summary: "Put the queued messages in a new order",
    changes: true,
    example: { order: [EXAMPLE_ID] },
  }),
  "queue.send": operation({
    scope: "write",
    http: "POST /api/sessions/:session/queue/:messageId/send",
    params: ofMessage,
    body: SendQueued,
    output: Session,
    answer: "session",
    summary:
      "Send a queued message now: into the streaming turn, or in its place. Without a turn it starts one, even if the queue is held",
    changes: true,
    errors: ["MessageNotQueued"],
    example: { mode: "interrupt" },
  }),
  "queue.resolve": operation({
    scope: "write",
    http: "POST /api/sessions/:session/queue/:messageId/resolve",
    params: ofMessage,
    body: ResolveMessage,
    output: Session,
    answer: "session",
    summary: "Send a message again whose delivery is uncertain, or drop it",
    changes: true,
    errors: ["MessageNotQueued"],
    example: { action: "again" },
  }),
  "queue.hold": operation({
    scope: "write",
    http: "POST /api/sessions/:session/queue/hold",
    params: ofSession,
    output: Session,
    answer: "session",
    summary: "Hold the queue until it is released",
    changes: true,
  }),
  "queue.release": operation({
    scope: "write",
    http: "POST /api/sessions/:session/queue/release",
    params: ofSession,
    output: Session,
    answer: "session",
    summary: "Release a held queue",
    changes: true,
  }),
} as const
