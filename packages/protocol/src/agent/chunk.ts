/**
 * Chunks: the vocabulary of the `agent` channel, the AI SDK's UI message chunks (ai 7.0, `UIMessageChunk`), whatever
 * agent made them (row:C5).
 *
 * An event's type is the chunk's `type`, its data the other fields. What an agent has that this vocabulary has not goes
 * as `data-NAME`, whose shapes are in `named-data.ts`.
 */
import type * as Schema from "effect/Schema"

/** Longest chunk as JSON, in bytes of UTF-8; adapters cut what is longer with `cutChunk`, which says so in it. */
export const CHUNK_MAX = 6 * 1024 * 1024

/** Longest id or name in a chunk, in characters. */
export const CHUNK_ID_MAX = 1024

/** Deepest value in a chunk, in levels. */
export const CHUNK_DEPTH_MAX = 256

/** Why a model stopped. */
export const FINISH_REASONS = ["stop", "length", "content-filter", "tool-calls", "error", "interrupted", "other"] as const

/** A JSON value. */
export type Json = Schema.Json

/** What a provider reports beyond the vocabulary, by provider. */
export type ProviderMetadata = { readonly [provider: string]: { readonly [key: string]: Json } }

type Meta = {
  readonly providerMetadata?: ProviderMetadata
}
interface ToolMeta extends Meta {
  readonly toolCallId: string
  /** Always true: the tools of agents are unknown to clients. */
  readonly dynamic?: boolean
  readonly providerExecuted?: boolean
  readonly toolMetadata?: { readonly [key: string]: Json }
}
interface ToolCall extends ToolMeta {
  readonly toolName: string
  readonly title?: string
}

/** What a person sent into a streaming turn, as a part of the turn's message. */
export type SteeringPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "file"; readonly mediaType: string; readonly url: string; readonly filename?: string }

/** One chunk. */
export type AgentChunk =
  | { readonly type: "start"; readonly messageId?: string; readonly messageMetadata?: Json }
  | { readonly type: "finish"; readonly finishReason?: (typeof FINISH_REASONS)[number]; readonly messageMetadata?: Json }
  | { readonly type: "abort"; readonly reason?: string }
  | { readonly type: "error"; readonly errorText: string }
  | { readonly type: "start-step" | "finish-step" | "reset-step" }
  | { readonly type: "message-metadata"; readonly messageMetadata: Json }
  | ({ readonly type: "text-start" | "reasoning-start" | "reasoning-end"; readonly id: string } & Meta)
  | ({ readonly type: "text-end"; readonly id: string; readonly citations?: ReadonlyArray<Json> } & Meta)
  | ({ readonly type: "text-delta" | "reasoning-delta"; readonly id: string; readonly delta: string } & Meta)
  | ({ readonly type: "tool-input-start"; readonly inputEncoding?: "json" | "text" } & ToolCall)
  | { readonly type: "tool-input-delta"; readonly toolCallId: string; readonly inputTextDelta: string }
  | ({ readonly type: "tool-input-available"; readonly input: Json } & ToolCall)
  | ({ readonly type: "tool-input-error"; readonly input: Json; readonly errorText: string } & ToolCall)
  | {
      readonly type: "tool-approval-request"
      readonly approvalId: string
      readonly toolCallId: string
      readonly reason?: string
      readonly isAutomatic?: boolean
    }
  | ({
      readonly type: "tool-approval-response"
      readonly approvalId: string
      readonly approved: boolean
      readonly reason?: string
      readonly providerExecuted?: boolean
    } & Meta)
  | ({ readonly type: "tool-output-available"; readonly output: Json; readonly preliminary?: boolean } & ToolMeta)
  | ({ readonly type: "tool-output-error"; readonly errorText: string } & ToolMeta)
  | { readonly type: "tool-output-denied"; readonly toolCallId: string }
  | ({ readonly type: "source-url"; readonly sourceId: string; readonly url: string; readonly title?: string } & Meta)
  | ({
      readonly type: "source-document"
      readonly sourceId: string
      readonly mediaType: string
      readonly title: string
      readonly filename?: string
    } & Meta)
  | ({ readonly type: "file" | "reasoning-file"; readonly url: string; readonly mediaType: string } & Meta)
  | ({ readonly type: "custom"; readonly kind: string } & Meta)
  | { readonly type: "steering-message"; readonly id: string; readonly parts: ReadonlyArray<SteeringPart> }
  | { readonly type: `data-${string}`; readonly id?: string; readonly data: Json; readonly transient?: boolean }
