/**
 * What `chat.subscribe` streams (docs/protocol/rules.md, J-3 to J-6): the state, then what happens, each event with its place
 * in the session's log.
 *
 * An event stands for the places `from` to `seq`: its own, and those before it that have nothing to show. So `from` is always
 * the place after the event before; the `seq` of the last one is the cursor to return with.
 */
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { Hold } from "../agent/hold.ts"
import { InputPart, TurnOutcome, Usage } from "../agent/message.ts"
import { PermissionAsk, PermissionDecision } from "../agent/permission.ts"
import { ChatMessage } from "./message-part.ts"
import { ChatStreamEvent } from "./chat-stream-event.ts"
import { ChatQueuedMessage, SessionSnapshot } from "./session-snapshot.ts"

const at = { from: Schema.Finite, seq: Schema.Finite, time: Schema.Finite }
const turn = { turn: Schema.String }
const ofMessage = { messageId: Schema.String }

const happened = <const T extends string, const F extends Schema.Struct.Fields>(tag: T, fields: F) =>
  Schema.TaggedStruct(tag, { ...at, ...fields })

/**
 * The state, where a subscription has no cursor or one that leads nowhere (`reset`: it is of another log, `trimmed`: what
 * followed it is gone). Whatever the client knew is void.
 */
const InitialState = Schema.TaggedStruct("InitialState", {
  ...SessionSnapshot.fields,
  reason: Schema.Literals(["fresh", "trimmed", "reset"]),
})

/** Everything up to `seq` was sent: what follows is live. Requests that are open now are to be asked, earlier ones are history. */
const Synced = Schema.TaggedStruct("Synced", { seq: Schema.Finite, log: Schema.String })

/** An event of a later version: its place counts, nothing else is known of it. */
const Unknown = Schema.Struct({ _tag: Schema.String, from: Schema.Finite, seq: Schema.Finite }).pipe(
  Schema.decodeTo(
    Schema.TaggedStruct("Unknown", { tag: Schema.String, from: Schema.Finite, seq: Schema.Finite }),
    SchemaTransformation.transform({
      decode: ({ _tag: tag, from, seq }) => ({ _tag: "Unknown" as const, tag, from, seq }),
      encode: ({ tag, from, seq }) => ({ _tag: tag, from, seq }),
    }),
  ),
)

/** One event. */
export const SessionEvent = Schema.Union([
  InitialState,
  Synced,

  /** A turn of the agent began. */
  happened("SessionStarted", turn),
  happened("StreamEvent", { ...turn, event: ChatStreamEvent }),
  happened("SessionStopping", { ...turn, reason: Schema.Literals(["person", "message", "stalled"]) }),
  /** The turn ended, for this reason; once for each `SessionStarted`. */
  happened("SessionStopped", {
    ...turn,
    reason: TurnOutcome,
    error: Schema.optionalKey(Schema.Struct({ tag: Schema.String, message: Schema.String })),
    usage: Schema.optionalKey(Usage),
    model: Schema.optionalKey(Schema.String),
  }),

  /** What a person said, once the agent took it. */
  happened("UserMessage", { message: ChatMessage }),
  /** What a turn said, whole: it replaces what its steps showed. The message's id is the turn's. */
  happened("AssistantMessage", { message: ChatMessage }),
  happened("SystemMessage", { message: ChatMessage }),

  /** A message waits; with `first`, ahead of the others. */
  happened("MessageQueued", { message: ChatQueuedMessage, first: Schema.optionalKey(Schema.Boolean) }),
  /** It left the queue: the agent took it, or a person removed it. */
  happened("MessageDequeued", {
    ...ofMessage,
    reason: Schema.Literals(["taken", "removed"]),
    turn: Schema.optionalKey(Schema.String),
  }),
  /** It was handed to the agent for this turn: a turn belongs to its message. */
  happened("MessageSent", { ...ofMessage, ...turn, steer: Schema.optionalKey(Schema.Boolean) }),
  happened("MessageReturned", { ...ofMessage, reason: Schema.String }),
  happened("MessageUncertain", ofMessage),
  happened("MessageEdited", { ...ofMessage, parts: Schema.Array(InputPart) }),
  happened("QueueReordered", { order: Schema.Array(Schema.String) }),
  happened("QueueHeld", { hold: Hold }),
  happened("QueueReleased", {}),

  happened("PermissionAsked", {
    request: PermissionAsk,
    turn: Schema.optionalKey(Schema.String),
    expiresAt: Schema.optionalKey(Schema.Finite),
  }),
  happened("PermissionSettled", {
    requestId: Schema.String,
    outcome: Schema.Literals(["answered", "expired", "cancelled"]),
    decision: Schema.optionalKey(PermissionDecision),
    reason: Schema.optionalKey(Schema.String),
  }),

  happened("SessionRenamed", { label: Schema.String }),
  happened("SessionArchived", {}),
  happened("SessionRestored", {}),
  /** It is in the trash until `purgeAt`. */
  happened("SessionDeleted", { purgeAt: Schema.Finite }),

  Unknown,
]).annotate({ identifier: "SessionEvent" })
export type SessionEvent = typeof SessionEvent.Type
