/** A session as the RPC door shows it: messages, the open turn, the queue, what it asks. */
import * as Schema from "effect/Schema"
import { Hold } from "../agent/hold.ts"
import { InputPart, SendMode } from "../agent/message.ts"
import { PermissionRequest } from "../agent/permission.ts"
import { SessionStatus } from "../session.ts"
import { ChatMessage } from "./message-part.ts"
import { ChatStreamEvent } from "./chat-stream-event.ts"

/**
 * A message that waits, or was handed over and not confirmed. A long one that is `cut` has only its beginning in a snapshot; the
 * event that queued it has all of it.
 */
export const ChatQueuedMessage = Schema.Struct({
  id: Schema.String,
  parts: Schema.Array(InputPart),
  mode: SendMode,
  by: Schema.String,
  at: Schema.Finite,
  key: Schema.optionalKey(Schema.String),
  status: Schema.Literals(["waiting", "sent", "uncertain"]),
  cut: Schema.optionalKey(Schema.Boolean),
  edited: Schema.optionalKey(Schema.Boolean),
  turn: Schema.optionalKey(Schema.String),
  steer: Schema.optionalKey(Schema.Boolean),
}).annotate({ identifier: "ChatQueuedMessage" })
export type ChatQueuedMessage = typeof ChatQueuedMessage.Type

/** Where the messages before a page are: `chat.getState` with it shows the page before. */
export const HistoryCursor = Schema.Struct({ before: Schema.Finite }).annotate({ identifier: "HistoryCursor" })
export type HistoryCursor = typeof HistoryCursor.Type

/**
 * A session as of the event `seq`. `messages` are the last stored ones, `history` leads to those before them. `buffer` holds the
 * steps of the open turn so far: an accumulator told them shows its message. To follow on, subscribe with `seq` and `log`.
 */
export const SessionSnapshot = Schema.Struct({
  session: Schema.String,
  label: Schema.String,
  status: SessionStatus,
  agent: Schema.String,
  seq: Schema.Finite,
  log: Schema.String,
  messages: Schema.Array(ChatMessage),
  history: Schema.NullOr(HistoryCursor),
  activeTurnId: Schema.NullOr(Schema.String),
  buffer: Schema.Array(ChatStreamEvent),
  queue: Schema.Array(ChatQueuedMessage),
  hold: Schema.optionalKey(Hold),
  permissions: Schema.Array(PermissionRequest),
}).annotate({ identifier: "SessionSnapshot" })
export type SessionSnapshot = typeof SessionSnapshot.Type
