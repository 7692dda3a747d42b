/**
 * Parts of an assistant's message, in the shape of the AI SDK's UI message parts (ai 7.0, `UIMessagePart`).
 */
import type { AgentChunk, Json, ProviderMetadata } from "@holdfast/protocol/agent/chunk"

type Meta = {
  readonly providerMetadata?: ProviderMetadata
}

/** Text or reasoning, growing while its state is `streaming`. */
export type StoredTextPart = Meta & {
  readonly type: "text" | "reasoning"
  readonly id?: string
  readonly text: string
  readonly state: "streaming" | "done"
  readonly citations?: ReadonlyArray<Json>
}

/** States of a tool call, those of the AI SDK. */
export type ToolState =
  | "input-streaming"
  | "input-available"
  | "approval-requested"
  | "approval-responded"
  | "output-available"
  | "output-error"
  | "output-denied"

/** A tool call. `rawInput` is what came of its input as text, until the whole input comes. */
export type ToolPart = {
  readonly type: "dynamic-tool"
  readonly toolName: string
  readonly toolCallId: string
  readonly state: ToolState
  readonly title?: string
  readonly input?: Json
  readonly rawInput?: string
  readonly inputEncoding?: "json" | "text"
  readonly output?: Json
  readonly errorText?: string
  readonly preliminary?: boolean
  readonly providerExecuted?: boolean
  readonly toolMetadata?: { readonly [key: string]: Json }
  readonly callProviderMetadata?: ProviderMetadata
  readonly resultProviderMetadata?: ProviderMetadata
  readonly approval?: {
    readonly id: string
    readonly requestReason?: string
    readonly isAutomatic?: boolean
    readonly approved?: boolean
    readonly reason?: string
  }
}

/** A named value that the agent may replace as long as it has an id. */
export type DataPart = {
  readonly type: `data-${string}`
  readonly id?: string
  readonly data: Json
}

/** One part of an assistant's message. */
export type MessagePart =
  | StoredTextPart
  | ToolPart
  | DataPart
  | { readonly type: "step-start" }
  // Parts that come whole, each as one chunk.
  | Extract<
      AgentChunk,
      { readonly type: "file" | "reasoning-file" | "source-url" | "source-document" | "custom" | "steering-message" }
    >

const KNOWN: ReadonlySet<string> = new Set<MessagePart["type"]>([
  "text",
  "reasoning",
  "dynamic-tool",
  "step-start",
  "file",
  "reasoning-file",
  "source-url",
  "source-document",
  "custom",
  "steering-message",
])

/** Whether a stored part is one that this version knows; a later one may have written others. */
export function isKnownPart({ type }: { readonly type: string }): boolean {
  return KNOWN.has(type) || type.startsWith("data-")
}

/** Whether a part is a tool call. */
export function isToolPart(part: MessagePart): part is ToolPart {
  return part.type === "dynamic-tool"
}

/** Whether a part is text or reasoning. */
export function isTextPart(part: MessagePart): part is StoredTextPart {
  return part.type === "text" || part.type === "reasoning"
}

/** Whether a part is a named value. */
export function isDataPart(part: MessagePart): part is DataPart {
  return part.type.startsWith("data-")
}
