/**
 * Messages: what people send to an agent, and what a turn made.
 *
 * Parts have the shape of the AI SDK's UI message parts (ai 7.0, `UIMessage`), with tools as `dynamic-tool`, so that
 * a client of that library shows them as they are. One turn makes one assistant message; its id is the turn's id.
 */
import * as Schema from "effect/Schema"
import { matching, uncontrolled, visible, wellFormed } from "../text.ts"
import { MessageId } from "../ids.ts"
import { Hold } from "./hold.ts"

/** Longest message without its files, as JSON text, in characters; a longer one is `TooLarge`. */
export const MESSAGE_MAX = 768 * 1024

/** Longest body of a request with a message, in bytes: its files in base64, and its text. */
export const MESSAGE_BODY_MAX = 8 * 1024 * 1024

/** What the `url` of a part begins with whose file the hub keeps; its SHA-256 follows, as in `GET …/files/:hash`. */
export const FILE_REFERENCE = "files/"

/** Text that a person sends. */
export const TextPart = Schema.Struct({ type: Schema.Literal("text"), text: Schema.String }).annotate({ identifier: "TextPart" })

/**
 * A file that a person sends: a `data:` URL, one that the agent can fetch, or `files/HASH` for one that the session has. In
 * events a file that came as data is `files/HASH`, with its `bytes`.
 */
export const FilePart = Schema.Struct({
  type: Schema.Literal("file"),
  mediaType: Schema.String.check(matching(/^[\w.+-]+\/[\w.+-]+$/, "a media type is TYPE/SUBTYPE, such as image/png")),
  url: Schema.String,
  filename: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(255), wellFormed, uncontrolled, visible)),
  bytes: Schema.optionalKey(Schema.Finite),
}).annotate({ identifier: "FilePart" })
export type FilePart = typeof FilePart.Type

/** A part of a message that a person sends. */
export const InputPart = Schema.Union([TextPart, FilePart]).annotate({ identifier: "InputPart" })
export type InputPart = typeof InputPart.Type

/** Tokens of a turn or of several, as the agent reported them; what it did not report is absent. */
export const Usage = Schema.Struct({
  inputTokens: Schema.optionalKey(Schema.Finite),
  outputTokens: Schema.optionalKey(Schema.Finite),
  cachedInputTokens: Schema.optionalKey(Schema.Finite),
  reasoningTokens: Schema.optionalKey(Schema.Finite),
  /** US dollars. */
  cost: Schema.optionalKey(Schema.Finite),
  /** Tokens in the context window after the turn, and how many fit. */
  contextUsed: Schema.optionalKey(Schema.Finite),
  contextWindow: Schema.optionalKey(Schema.Finite),
}).annotate({ identifier: "Usage" })
export type Usage = typeof Usage.Type

/** How a turn ended (row:C4): once, by exactly one of these. */
export const TurnOutcome = Schema.Literals(["completed", "interrupted", "error", "lost"])
export type TurnOutcome = typeof TurnOutcome.Type

/**
 * A stored message. `parts` are UI message parts; an assistant's has the outcome of its turn, a person's the key that it was
 * sent with. Times are epoch milliseconds.
 */
export const Message = Schema.Struct({
  id: Schema.String,
  role: Schema.Literals(["user", "assistant", "system"]),
  parts: Schema.Array(Schema.Json),
  turn: Schema.optionalKey(Schema.String),
  createdAt: Schema.Finite,
  by: Schema.optionalKey(Schema.String),
  key: Schema.optionalKey(Schema.String),
  outcome: Schema.optionalKey(TurnOutcome),
  metadata: Schema.optionalKey(Schema.Json),
}).annotate({ identifier: "Message" })
export type Message = typeof Message.Type

/** What to do with a message that comes while a turn is streaming (row:C4). */
export const SendMode = Schema.Literals(["queue", "steer", "interrupt", "reject"])
export type SendMode = typeof SendMode.Type

/** Body of `POST …/messages`: exactly one of `text` and `parts`; with a key once. */
export const SendMessage = Schema.Struct({
  text: Schema.optionalKey(Schema.String),
  parts: Schema.optionalKey(Schema.Array(InputPart).check(Schema.isMaxLength(64))),
  mode: Schema.optionalKey(SendMode.annotate({ default: "queue" })),
  key: Schema.optionalKey(
    Schema.String.check(matching(/^[\x21-\x7e]{1,200}$/, "a key has 1 to 200 printable ASCII characters and no blanks")),
  ),
}).annotate({ identifier: "SendMessage" })
export type SendMessage = typeof SendMessage.Type

/** The first message of a session that is being created: exactly one of `text` and `parts`. Its key is that of the creation. */
export const FirstMessage = Schema.Struct({
  text: Schema.optionalKey(Schema.String),
  parts: Schema.optionalKey(Schema.Array(InputPart).check(Schema.isMaxLength(64))),
}).annotate({ identifier: "FirstMessage" })
export type FirstMessage = typeof FirstMessage.Type

/** Messages that were held and that a message releases with itself: how many, and how the first of them begins. */
export const AlsoSends = Schema.Struct({ count: Schema.Finite, first: Schema.String }).annotate({ identifier: "AlsoSends" })
export type AlsoSends = typeof AlsoSends.Type

/**
 * What became of a message: its turn started, it waits in the queue, or it went into the streaming turn. `hold` says why
 * a queue in which it waits does not continue by itself, or not yet; `alsoSends` which messages it released.
 */
export const Sent = Schema.Struct({
  status: Schema.Literals(["started", "queued", "steered"]),
  messageId: MessageId,
  seq: Schema.Finite,
  hold: Schema.optionalKey(Hold),
  alsoSends: Schema.optionalKey(AlsoSends),
}).annotate({ identifier: "Sent" })
export type Sent = typeof Sent.Type

/** One page of stored messages in order; `before` of the next older page, or null. */
export const MessagePage = Schema.Struct({ messages: Schema.Array(Message), before: Schema.NullOr(Schema.Finite) }).annotate({
  identifier: "MessagePage",
})
export type MessagePage = typeof MessagePage.Type
