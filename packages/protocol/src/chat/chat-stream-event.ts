/**
 * The steps of a turn on the RPC door: the chunks of `agent/chunk.ts`, which are those of the AI SDK (ai 7.0, `UIMessageChunk`).
 */
import * as Schema from "effect/Schema"
import { FINISH_REASONS } from "../agent/chunk.ts"
import { UnknownValue } from "./unknown.ts"

const text = Schema.String
const flag = Schema.optionalKey(Schema.Boolean)
const words = Schema.optionalKey(Schema.String)
const json = Schema.optionalKey(Schema.Json)
const list = Schema.optionalKey(Schema.Array(Schema.Json))

/** What a provider reports beyond the vocabulary, by provider. */
export const ProviderMetadata = Schema.Record(Schema.String, Schema.Record(Schema.String, Schema.Json))

const meta = { providerMetadata: Schema.optionalKey(ProviderMetadata) }
const call = {
  toolCallId: text,
  dynamic: flag,
  providerExecuted: flag,
  toolMetadata: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)),
  ...meta,
}
const named = { ...call, toolName: text, title: words }

const step = <const T extends string | ReadonlyArray<string>, const F extends Schema.Struct.Fields>(type: T, fields: F) =>
  Schema.Struct({
    type: Schema.Literals((typeof type === "string" ? [type] : type) as T extends string ? readonly [T] : T),
    ...fields,
  })

/** What a person sent into a streaming turn. */
export const SteeringPart = Schema.Union([
  Schema.Struct({ type: Schema.Literal("text"), text }),
  Schema.Struct({ type: Schema.Literal("file"), mediaType: text, url: text, filename: words }),
])

/** Parts that come whole, each as one step. */
export const WHOLE_PARTS = [
  step("source-url", { sourceId: text, url: text, title: words, ...meta }),
  step("source-document", { sourceId: text, mediaType: text, title: text, filename: words, ...meta }),
  step(["file", "reasoning-file"], { url: text, mediaType: text, ...meta }),
  step("custom", { kind: text, ...meta }),
  step("steering-message", { id: text, parts: Schema.Array(SteeringPart) }),
] as const

/** One step of a turn. A client that keeps an accumulator of the AI SDK's chunks can tell it each of them as it is. */
export const ChatStreamEvent = Schema.Union([
  step("start", { messageId: words, messageMetadata: json }),
  step("finish", { finishReason: Schema.optionalKey(Schema.Literals(FINISH_REASONS)), messageMetadata: json }),
  step("abort", { reason: words }),
  step("error", { errorText: text }),
  step(["start-step", "finish-step", "reset-step"], {}),
  step("message-metadata", { messageMetadata: Schema.Json }),
  step(["text-start", "reasoning-start", "reasoning-end"], { id: text, ...meta }),
  step("text-end", { id: text, citations: list, ...meta }),
  step(["text-delta", "reasoning-delta"], { id: text, delta: text, ...meta }),
  step("tool-input-start", { inputEncoding: Schema.optionalKey(Schema.Literals(["json", "text"])), ...named }),
  step("tool-input-delta", { toolCallId: text, inputTextDelta: text }),
  step("tool-input-available", { input: Schema.Json, ...named }),
  step("tool-input-error", { input: Schema.Json, errorText: text, ...named }),
  step("tool-approval-request", { approvalId: text, toolCallId: text, reason: words, isAutomatic: flag }),
  step("tool-approval-response", {
    approvalId: text,
    approved: Schema.Boolean,
    reason: words,
    providerExecuted: flag,
    ...meta,
  }),
  step("tool-output-available", { output: Schema.Json, preliminary: flag, ...call }),
  step("tool-output-error", { errorText: text, ...call }),
  step("tool-output-denied", { toolCallId: text }),
  ...WHOLE_PARTS,
  Schema.Struct({
    type: Schema.TemplateLiteral(["data-", Schema.String]),
    id: words,
    data: Schema.Json,
    transient: flag,
  }),
  UnknownValue,
]).annotate({ identifier: "ChatStreamEvent" })
export type ChatStreamEvent = typeof ChatStreamEvent.Type
