/**
 * Chunks: the vocabulary of the `agent` channel, the AI SDK's UI message chunks (ai 7.0, `UIMessageChunk`), whatever
 * agent made them (C5).
 *
 * An event's type is the chunk's `type`, its data the other fields. What an agent has that this vocabulary has not goes
 * as `data-NAME`: `data-retry`, `data-todo`, `data-compaction`, `data-subagent`, `data-plan`, `data-notice`, `data-unknown`.
 */
import type * as Schema from "effect/Schema"

/** Longest chunk as JSON, in characters; adapters cut what is longer and say so in it. */
export const CHUNK_MAX = 6 * 1024 * 1024

type Json = Schema.Json
interface Meta {
  readonly providerMetadata?: Json
}
interface Tool {
  readonly toolCallId: string
  readonly toolName: string
  /** Always true: the tools of agents are unknown to clients. */
  readonly dynamic?: boolean
  readonly title?: string
  readonly providerExecuted?: boolean
}

/** One chunk. */
export type AgentChunk =
  | { readonly type: "start"; readonly messageId?: string; readonly messageMetadata?: Json }
  | { readonly type: "finish"; readonly finishReason?: string; readonly messageMetadata?: Json }
  | { readonly type: "abort"; readonly reason?: string }
  | { readonly type: "error"; readonly errorText: string }
  | { readonly type: "start-step" | "finish-step" | "reset-step" }
  | { readonly type: "message-metadata"; readonly messageMetadata: Json }
  | ({ readonly type: "text-start" | "text-end" | "reasoning-start" | "reasoning-end"; readonly id: string } & Meta)
  | ({ readonly type: "text-delta" | "reasoning-delta"; readonly id: string; readonly delta: string } & Meta)
  | ({ readonly type: "tool-input-start" } & Tool & Meta)
  | { readonly type: "tool-input-delta"; readonly toolCallId: string; readonly inputTextDelta: string }
  | ({ readonly type: "tool-input-available"; readonly input: Json } & Tool & Meta)
  | ({ readonly type: "tool-input-error"; readonly input: Json; readonly errorText: string } & Tool & Meta)
  | { readonly type: "tool-approval-request"; readonly approvalId: string; readonly toolCallId: string }
  | { readonly type: "tool-approval-response"; readonly approvalId: string; readonly approved: boolean; readonly reason?: string }
  | ({
      readonly type: "tool-output-available"
      readonly toolCallId: string
      readonly output: Json
      readonly dynamic?: boolean
      readonly preliminary?: boolean
    } & Meta)
  | ({
      readonly type: "tool-output-error"
      readonly toolCallId: string
      readonly errorText: string
      readonly dynamic?: boolean
    } & Meta)
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
  | { readonly type: "steering-message"; readonly messageId: string; readonly text: string }
  | { readonly type: `data-${string}`; readonly id?: string; readonly data: Json; readonly transient?: boolean }

/** Type of a chunk. */
export type ChunkType = AgentChunk["type"]
