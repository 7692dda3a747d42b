/**
 * What of the AI SDK's chat is used and given (ai 7.0, `ChatTransport`, `UIMessage`, `UIMessageChunk`), by its structure: who does not
 * use the AI SDK need not have it, and who does passes its own types.
 */

/** A value of JSON that may be changed. */
export type ChatJson = null | boolean | number | string | Array<ChatJson> | { [name: string]: ChatJson }
type Provider = { providerMetadata?: { [provider: string]: { [name: string]: ChatJson } } }
type Tool = Provider & {
  toolCallId: string
  dynamic?: boolean
  providerExecuted?: boolean
  toolMetadata?: { [name: string]: ChatJson }
}
type Call = Tool & { toolName: string; title?: string }
type Steering = { type: "text"; text: string } | { type: "file"; mediaType: string; url: string; filename?: string }

/** Why a turn has finished. */
export type ChatFinishReason = "stop" | "length" | "content-filter" | "tool-calls" | "error" | "interrupted" | "other"

/** A chunk of a message: the AI SDK's `UIMessageChunk`. */
export type ChatChunk =
  | { type: "start"; messageId?: string; messageMetadata?: unknown }
  | { type: "finish"; finishReason?: ChatFinishReason; messageMetadata?: unknown }
  | { type: "abort"; reason?: string }
  | { type: "error"; errorText: string }
  | { type: "start-step" }
  | { type: "finish-step" }
  | { type: "reset-step" }
  | { type: "message-metadata"; messageMetadata: unknown }
  | ({ type: "text-start"; id: string } & Provider)
  | ({ type: "text-delta"; id: string; delta: string } & Provider)
  | ({ type: "text-end"; id: string } & Provider)
  | ({ type: "reasoning-start"; id: string } & Provider)
  | ({ type: "reasoning-delta"; id: string; delta: string } & Provider)
  | ({ type: "reasoning-end"; id: string } & Provider)
  | ({ type: "tool-input-start"; inputEncoding?: "json" | "text" } & Call)
  | { type: "tool-input-delta"; toolCallId: string; inputTextDelta: string }
  | ({ type: "tool-input-available"; input: unknown } & Call)
  | ({ type: "tool-input-error"; input: unknown; errorText: string } & Call)
  | { type: "tool-approval-request"; approvalId: string; toolCallId: string; reason?: string; isAutomatic?: boolean }
  | ({ type: "tool-approval-response"; approvalId: string; approved: boolean; reason?: string } & Provider)
  | ({ type: "tool-output-available"; output: unknown; preliminary?: boolean } & Tool)
  | ({ type: "tool-output-error"; errorText: string } & Tool)
  | { type: "tool-output-denied"; toolCallId: string }
  | ({ type: "source-url"; sourceId: string; url: string; title?: string } & Provider)
  | ({ type: "source-document"; sourceId: string; mediaType: string; title: string; filename?: string } & Provider)
  | ({ type: "file"; url: string; mediaType: string } & Provider)
  | ({ type: "reasoning-file"; url: string; mediaType: string } & Provider)
  | ({ type: "custom"; kind: `${string}.${string}` } & Provider)
  | { type: "steering-message"; id: string; parts: Array<Steering> }
  | { type: `data-${string}`; id?: string; data: unknown; transient?: boolean }

/** A message of a chat: the AI SDK's `UIMessage`. */
export interface ChatMessage {
  id: string
  role: "system" | "user" | "assistant"
  metadata?: unknown
  parts: Array<{ type: string }>
}

/** What a request of a chat has beside its messages. */
export interface ChatCall {
  /** What a session is created of where the chat has none, and how the message is sent: `create`, `mode`. */
  readonly body?: object | undefined
  readonly headers?: unknown
  readonly metadata?: unknown
}

/** A request to send. */
export interface ChatSend<M extends ChatMessage> extends ChatCall {
  readonly trigger: "submit-message" | "regenerate-message"
  readonly chatId: string
  readonly messageId: string | undefined
  readonly messages: Array<M>
  readonly abortSignal: AbortSignal | undefined
}

/** A request to resume. */
export interface ChatResume extends ChatCall {
  readonly chatId: string
  readonly abortSignal?: AbortSignal | undefined
}
