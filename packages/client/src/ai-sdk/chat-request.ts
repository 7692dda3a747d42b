/** What a chat of the AI SDK asks to send: its last message, or its answers to permission requests (docs/protocol/rules.md, I-2, I-5). */
import type { ShownMessage } from "@holdfast/core/agent/turn-chunks"
import type { InputPart, SendMode } from "@holdfast/protocol/agent/message"
import { HoldfastError } from "../errors.ts"
import type { ChatMessage, ChatSend } from "./sdk-chat.ts"

/** What is asked. */
export type ChatRequest =
  | { readonly _tag: "Send"; readonly key: string; readonly parts: ReadonlyArray<InputPart>; readonly mode: SendMode }
  | {
      readonly _tag: "Continue"
      readonly turn: string
      readonly shown: ShownMessage
      readonly answers: ReadonlyArray<ChatAnswer>
    }

/** An answer to a request. */
export interface ChatAnswer {
  readonly requestId: string
  readonly approved: boolean
  readonly reason?: string
}

type Fields = Readonly<Record<string, unknown>>

const refusal = (message: string, field: string): HoldfastError => new HoldfastError("Unprocessable", message, { field })

/** Reads a request. Throws a `HoldfastError` with the tag `Unprocessable` for what a session cannot do. */
export function chatRequest<M extends ChatMessage>({ body, messageId, messages, trigger }: ChatSend<M>): ChatRequest {
  const last = messages.at(-1)
  if (last === undefined) throw refusal("there is no message to send", "messages")
  if (trigger === "regenerate-message" || (last.role === "user" && messageId === last.id)) {
    const message =
      "a session's history cannot be rewritten: the agent has acted on it. Send another message instead of regenerating or editing one"
    throw refusal(message, "trigger")
  }
  if (last.role === "assistant") return toContinue(last)
  const { mode = "queue" } = (body ?? {}) as { readonly mode?: SendMode }
  return { _tag: "Send", key: last.id, parts: last.parts.map(inputPart), mode }
}

function inputPart(part: object): InputPart {
  const { filename, mediaType, text, type, url } = part as Fields
  if (type === "text" && typeof text === "string") return { type, text }
  if (type !== "file" || typeof mediaType !== "string" || typeof url !== "string")
    throw refusal("a message has parts of type text and file only", "messages")
  return { type, mediaType, url, ...(typeof filename === "string" ? { filename } : {}) }
}

function toContinue({ id: turn, metadata, parts }: ChatMessage): ChatRequest {
  const answers = parts.flatMap((part): ReadonlyArray<ChatAnswer> => {
    const { approval, state } = part as Fields
    const { approved, id, reason } = (approval ?? {}) as Fields
    if (state !== "approval-responded" || typeof id !== "string" || typeof approved !== "boolean") return []
    return [{ requestId: id, approved, ...(typeof reason === "string" ? { reason } : {}) }]
  })
  if (answers.length === 0)
    throw refusal("the last message is the agent's and answers no permission request; send one of a user", "messages")
  // Parts of the AI SDK have the shape of ours, without the fields that are undefined.
  const shown = JSON.parse(JSON.stringify({ parts, ...(metadata === undefined ? {} : { metadata }) })) as ShownMessage
  return { _tag: "Continue", turn, shown, answers }
}
