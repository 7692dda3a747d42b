/**
 * How far a message had come at some moment whose chunks are folded: the log keeps how many there were and when, the message keeps
 * what they came to (docs/protocol/app-rules.md, APP-76). Pure.
 */
import type { Message } from "@holdfast/protocol/agent/message"

type Part = Message["parts"][number]

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** What a part counts for: its text, or as much as a short text. */
const WHOLE = 40

/** Whether a part of a message is text that came piece by piece. */
const textIn = (part: Part): string | undefined =>
  isObject(part) && (part["type"] === "text" || part["type"] === "reasoning") && typeof part["text"] === "string"
    ? part["text"]
    : undefined

const weightOf = (part: Part): number => {
  if (isObject(part) && part["type"] === "step-start") return 0
  return Math.max(1, textIn(part)?.length ?? WHOLE)
}

/** The parts that were there once this share, from 0 to 1, had come; the last text of them is cut, a last tool call still runs. */
export function revealed(message: Message, share: number): Message {
  if (share >= 1) return message
  const { outcome: _, ...open } = message
  const all = message.parts.reduce<number>((sum, part) => sum + weightOf(part), 0)
  let left = Math.max(0, share) * all
  const parts: Array<Part> = []
  for (const part of message.parts) {
    const weight = weightOf(part)
    if (left >= weight) {
      parts.push(part)
      left -= weight
      continue
    }
    if (left > 0) parts.push(cut(part, Math.floor(left)))
    break
  }
  return { ...open, parts }
}

function cut(part: Part, characters: number): Part {
  const text = textIn(part)
  if (!isObject(part)) return part
  if (text !== undefined) {
    // Not between the two halves of a character.
    const end = /[\ud800-\udbff]$/.test(text.slice(0, characters)) ? characters + 1 : characters
    return { ...part, text: text.slice(0, end), state: "streaming" } as Part
  }
  if (part["type"] !== "dynamic-tool") return part
  const { output: _, errorText: __, ...call } = part
  return { ...call, state: "input-available" } as Part
}
