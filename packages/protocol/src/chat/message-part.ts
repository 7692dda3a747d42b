/** Messages on the RPC door: those of `agent/message.ts`, with their parts typed. */
import * as Schema from "effect/Schema"
import { Message } from "../agent/message.ts"
import { ProviderMetadata, WHOLE_PARTS } from "./chat-stream-event.ts"
import { UnknownValue } from "./unknown.ts"

const words = Schema.optionalKey(Schema.String)
const flag = Schema.optionalKey(Schema.Boolean)
const metadata = Schema.optionalKey(ProviderMetadata)

/** Text or reasoning; a person's has no state. */
const Text = Schema.Struct({
  type: Schema.Literals(["text", "reasoning"]),
  id: words,
  text: Schema.String,
  state: Schema.optionalKey(Schema.Literals(["streaming", "done"])),
  citations: Schema.optionalKey(Schema.Array(Schema.Json)),
  providerMetadata: metadata,
})

/** A tool call with its result, as far as it has come. */
const Tool = Schema.Struct({
  type: Schema.Literal("dynamic-tool"),
  toolName: Schema.String,
  toolCallId: Schema.String,
  state: Schema.Literals([
    "input-streaming",
    "input-available",
    "approval-requested",
    "approval-responded",
    "output-available",
    "output-error",
    "output-denied",
  ]),
  title: words,
  input: Schema.optionalKey(Schema.Json),
  rawInput: words,
  inputEncoding: Schema.optionalKey(Schema.Literals(["json", "text"])),
  output: Schema.optionalKey(Schema.Json),
  errorText: words,
  preliminary: flag,
  providerExecuted: flag,
  toolMetadata: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)),
  callProviderMetadata: metadata,
  resultProviderMetadata: metadata,
  approval: Schema.optionalKey(
    Schema.Struct({
      id: Schema.String,
      requestReason: words,
      isAutomatic: flag,
      approved: Schema.optionalKey(Schema.Boolean),
      reason: words,
    }),
  ),
})

/** A file that a person sent. */
const SentFile = Schema.Struct({
  type: Schema.Literal("file"),
  mediaType: Schema.String,
  url: Schema.String,
  filename: words,
  bytes: Schema.optionalKey(Schema.Finite),
  providerMetadata: metadata,
})

const [SourceUrl, SourceDocument, File, Custom, Steering] = WHOLE_PARTS

/** One part of a message. */
export const MessagePart = Schema.Union([
  Text,
  Tool,
  SentFile,
  Schema.Struct({ type: Schema.Literal("step-start") }),
  SourceUrl,
  SourceDocument,
  File,
  Custom,
  Steering,
  Schema.Struct({ type: Schema.TemplateLiteral(["data-", Schema.String]), id: words, data: Schema.Json }),
  UnknownValue,
]).annotate({ identifier: "MessagePart" })
export type MessagePart = typeof MessagePart.Type

/** A stored message. `key` is the one it was sent with: by it its sender recognises it. Times are epoch milliseconds. */
export const ChatMessage = Schema.Struct({ ...Message.fields, parts: Schema.Array(MessagePart) }).annotate({
  identifier: "ChatMessage",
})
export type ChatMessage = typeof ChatMessage.Type
