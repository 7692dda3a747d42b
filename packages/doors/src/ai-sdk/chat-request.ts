/**
 * What a chat of the AI SDK asks for: the last message of a request, or the answers that it has to permission requests
 * (docs/protocol/rules.md, I-2, I-5).
 */
import type { ShownMessage } from "@holdfast/core/agent/turn-chunks"
import { BadRequest, Unprocessable } from "@holdfast/protocol/errors"
import type { InputPart, SendMode } from "@holdfast/protocol/agent/message"
import { headOf } from "@holdfast/protocol/text-cut"
import { isShownPart } from "./shown-parts.ts"

/** A request that was read. `create`: what a session is made of where the chat has none. */
export type ChatRequest = { readonly chat: string; readonly create: unknown } & (
  | { readonly _tag: "Send"; readonly key: string; readonly parts: ReadonlyArray<InputPart>; readonly mode: SendMode }
  | {
      readonly _tag: "Continue"
      readonly turn: string
      readonly shown: ShownMessage
      readonly answers: ReadonlyArray<ChatAnswer>
    }
)

/** An answer of a person to a request, as the AI SDK keeps it. */
export interface ChatAnswer {
  readonly requestId: string
  readonly approved: boolean
  readonly reason: string | undefined
}

type Fields = Readonly<Record<string, unknown>>

const FIELDS = new Set(["id", "messages", "trigger", "messageId", "create", "mode"])
const MODES: ReadonlySet<unknown> = new Set<SendMode>(["queue", "steer", "interrupt", "reject"])
const KEY = /^[\x21-\x7e]{1,200}$/

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value)
const bad = (field: string, message: string): BadRequest => new BadRequest({ message: `${field}: ${message}`, field })

/** Reads the request of a stock transport. */
export function readChatRequest(body: unknown): ChatRequest | BadRequest | Unprocessable {
  if (!isFields(body)) return new BadRequest({ message: "the body is not an object" })
  const { id: chat, create, messageId, messages, mode = "queue", trigger = "submit-message" } = body
  const unknown = Object.keys(body).find((name) => !FIELDS.has(name))
  if (unknown !== undefined) return bad(headOf(unknown, 60), "is not a known field; a chat may add create and mode")
  if (typeof chat !== "string" || chat === "") return bad("id", "the id of the chat is missing")
  if (trigger !== "submit-message" && trigger !== "regenerate-message") return bad("trigger", "is not known")
  if (typeof mode !== "string" || !MODES.has(mode)) return bad("mode", "must be queue, steer, interrupt or reject")
  if (create !== undefined && !isFields(create)) return bad("create", 'must be an object, such as {"agent": "claude"}')
  if (!Array.isArray(messages) || messages.length === 0) return bad("messages", "must have the message to send as its last one")
  const last: unknown = messages.at(-1)
  if (!isFields(last) || typeof last["id"] !== "string" || !Array.isArray(last["parts"]))
    return bad("messages", "the last message is no UI message")
  const { id, parts, role } = last
  // What was said is in the agent's own history: no one can have it said otherwise.
  if (trigger === "regenerate-message" || (role === "user" && messageId === id)) return rewritten()
  if (role === "assistant") return toContinue({ chat, create }, id, last)
  if (role !== "user") return bad("messages", "the last message must be a user's, or an assistant's with answers")
  if (!KEY.test(id)) return bad("messages", "the id of a message is its key: 1 to 200 printable ASCII characters")
  const said: Array<InputPart> = []
  for (const part of parts as ReadonlyArray<unknown>) {
    const read = isFields(part) ? inputPart(part) : undefined
    if (read === undefined) return bad("messages", "a message has parts of type text and file only")
    said.push(read)
  }
  return { _tag: "Send", chat, create, key: id, parts: said, mode: mode as SendMode }
}

/** The refusal of what would change a session's past. */
export function rewritten(): Unprocessable {
  const message =
    "a session's history cannot be rewritten: the agent has acted on it. Send another message instead of regenerating or editing one"
  return new Unprocessable({ message, field: "trigger" })
}

function inputPart({ type, text, mediaType, url, filename }: Fields): InputPart | undefined {
  if (type === "text" && typeof text === "string") return { type, text }
  if (type !== "file" || typeof mediaType !== "string" || typeof url !== "string") return undefined
  return { type, mediaType, url, ...(typeof filename === "string" ? { filename } : {}) }
}

function toContinue(
  asked: { readonly chat: string; readonly create: unknown },
  turn: string,
  { parts, metadata }: Fields,
): ChatRequest | Unprocessable | BadRequest {
  const shown: Array<ShownMessage["parts"][number]> = []
  const answers: Array<ChatAnswer> = []
  for (const part of parts as ReadonlyArray<unknown>) {
    if (!isShownPart(part)) return bad("messages", `part ${shown.length} of the agent's message is none that the hub has sent`)
    // Compared with what the turn shows, and never stored.
    shown.push(part)
    if (part.type !== "dynamic-tool" || part.state !== "approval-responded" || part.approval === undefined) continue
    const { approved, id, reason } = part.approval
    if (typeof approved !== "boolean") continue
    answers.push({ requestId: id, approved, reason: typeof reason === "string" && reason !== "" ? reason : undefined })
  }
  if (answers.length === 0) {
    const message = "the last message is the agent's and answers no permission request; send one of a user"
    return new Unprocessable({ message, field: "messages" })
  }
  const metadataOf = metadata === undefined || metadata === null ? {} : { metadata: metadata as ShownMessage["metadata"] & {} }
  return { _tag: "Continue", ...asked, turn, shown: { parts: shown, ...metadataOf }, answers }
}
