/** Finding words in messages: in what people and agents said, in what calls worked on and gave back. */
import { isTextPart, isToolPart } from "@holdfast/core/agent/message-part"
import type { MessagePart } from "@holdfast/client/model"
import type { Message } from "@holdfast/protocol/agent/message"
import { headOf } from "@holdfast/protocol/text-cut"
import { toolWords } from "../rows/tool-words.ts"
import { outputOf } from "../rows/tool-input.ts"

/** A place where the words are. */
export interface Hit {
  readonly message: string
  /** The part's place; that of a person's message is 0. */
  readonly part: number
}

/** Characters of a part that are searched. */
const SEARCHED = 200_000

/** Texts as they are compared: without case, and letters with their marks as one. */
export function folded(text: string): string {
  return text.normalize("NFC").toLocaleLowerCase("en")
}

const texts = new WeakMap<object, string>()

function textOf(part: MessagePart, cwd: string): string {
  if (isTextPart(part)) return part.text
  if (isToolPart(part)) {
    const { verb, target } = toolWords(part, cwd)
    return `${verb} ${target}\n${headOf(outputOf(part) ?? "", SEARCHED)}`
  }
  if (part.type === "steering-message") return part.parts.map((one) => (one.type === "text" ? one.text : "")).join("\n")
  return part.type.startsWith("data-") && "data" in part ? JSON.stringify(part.data) : ""
}

/** The text of a part, as it is compared; worked out once for each part. */
function searched(part: MessagePart, cwd: string): string {
  const known = texts.get(part)
  if (known !== undefined) return known
  const made = folded(headOf(textOf(part, cwd), SEARCHED))
  texts.set(part, made)
  return made
}

/** The places of a message in which the words are; `query` is folded. */
export function hitsIn(message: Message, query: string, cwd: string): ReadonlyArray<Hit> {
  const parts = message.parts as ReadonlyArray<MessagePart>
  if (message.role !== "assistant") {
    return parts.some((part) => searched(part, cwd).includes(query)) ? [{ message: message.id, part: 0 }] : []
  }
  return parts.flatMap((part, index) => (searched(part, cwd).includes(query) ? [{ message: message.id, part: index }] : []))
}

/** All places, in order. */
export function search(messages: ReadonlyArray<Message>, query: string, cwd: string): ReadonlyArray<Hit> {
  const wanted = folded(query.trim())
  return wanted === "" ? [] : messages.flatMap((message) => hitsIn(message, wanted, cwd))
}
