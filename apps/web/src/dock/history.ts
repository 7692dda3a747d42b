/** What this person wrote before, to be brought back with ↑ in an empty field. */
import type { Message } from "@holdfast/protocol/agent/message"

/** Words that were sent to a session, the last first, each once. */
export function sentWords(messages: ReadonlyArray<Message>): ReadonlyArray<string> {
  const words = messages.flatMap(({ role, parts }) => {
    if (role !== "user") return []
    const text = parts
      .flatMap((part) => (isText(part) ? [part.text] : []))
      .join("\n")
      .trim()
    return text === "" ? [] : [text]
  })
  return [...new Set(words.reverse())]
}

const isText = (part: unknown): part is { readonly text: string } =>
  typeof part === "object" &&
  part !== null &&
  "type" in part &&
  part.type === "text" &&
  "text" in part &&
  typeof part.text === "string"
