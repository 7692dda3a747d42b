/**
 * A session's earlier messages as context for an agent that has no memory of them.
 *
 * What is too long loses its oldest messages, and says so.
 */
import { readFileSync } from "node:fs"

/** Longest context, in characters, and longest piece of a tool's input or output in it. */
const CONTEXT_MAX = 200_000
const TOOL_MAX = 2000

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value)

function short(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "")
  return text.length <= TOOL_MAX ? text : `${text.slice(0, TOOL_MAX)} […]`
}

function partText(part: unknown): string {
  if (!isFields(part)) return ""
  const { type } = part
  if (type === "text" && typeof part["text"] === "string") return part["text"]
  if (type === "file") return `(file: ${String(part["filename"] ?? part["mediaType"])})`
  if (type === "steering-message" && Array.isArray(part["parts"])) {
    return `(Meanwhile the user said: ${part["parts"].map(partText).join("\n")})`
  }
  if (type !== "dynamic-tool") return ""
  const result = part["errorText"] ?? part["output"]
  const told = result === undefined ? "" : `\nResult: ${short(result)}`
  return `(Tool ${String(part["toolName"])}: ${short(part["input"])}${told})`
}

/** One message for the context; empty when there is nothing to tell. */
function messageText(line: string): string {
  let message: unknown
  try {
    message = JSON.parse(line)
  } catch (error) {
    // Half a line after a crash: the messages before it still help.
    void error
    return ""
  }
  if (!isFields(message) || !Array.isArray(message["parts"])) return ""
  const text = message["parts"]
    .map(partText)
    .filter((part) => part !== "")
    .join("\n\n")
  if (text === "") return ""
  const outcome = message["outcome"]
  const end =
    outcome === undefined || outcome === "completed" ? "" : `\n\n(This turn did not end as planned: ${String(outcome)}.)`
  return `## ${message["role"] === "user" ? "User" : "You"}\n\n${text}${end}`
}

/** The context for the messages in a file, one of JSON per line; undefined when there is none. Throws what reading throws. */
export function historyContext(path: string): string | undefined {
  const messages = readFileSync(path, "utf8")
    .split("\n")
    .map((line) => (line === "" ? "" : messageText(line)))
    .filter((text) => text !== "")
  if (messages.length === 0) return undefined
  let from = messages.length
  for (let length = 0; from > 0; from--) {
    length += messages[from - 1]?.length ?? 0
    if (length > CONTEXT_MAX) break
  }
  const kept = from === messages.length ? [(messages.at(-1) ?? "").slice(-CONTEXT_MAX)] : messages.slice(from)
  const left = from > 0 ? `(${Math.min(from, messages.length - 1)} earlier messages are left out.)\n\n` : ""
  return [
    "This session began before you were started. What was said so far follows, as context; do not answer it and do not repeat",
    `what was done. The user's new message comes after it.\n\n<transcript>\n${left}${kept.join("\n\n")}\n</transcript>`,
  ].join(" ")
}
