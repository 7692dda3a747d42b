/**
 * A session's earlier messages as context for an agent that has no memory of them.
 *
 * What is too long loses its oldest messages, and says so.
 */
import { createReadStream } from "node:fs"
import { headOf, tailOf } from "@holdfast/protocol/text-cut"
import { LineReader } from "./lines.ts"

/** Longest context, in characters, and longest piece of a tool's input or output in it. */
const CONTEXT_MAX = 200_000
const TOOL_MAX = 2000
/** Longest message that is read, in bytes of JSON. */
const MESSAGE_MAX = 64 * 1024 * 1024

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value)

function short(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "")
  return text.length <= TOOL_MAX ? text : `${headOf(text, TOOL_MAX)} […]`
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
  } catch {
    // Half a line after a crash: the messages before it still help.
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

/** The last messages in a file that are not too long together, and how many are before them. */
async function lastMessages(path: string): Promise<{ readonly kept: ReadonlyArray<string>; readonly leftOut: number }> {
  const kept: Array<string> = []
  let length = 0
  let leftOut = 0
  const lines = new LineReader(MESSAGE_MAX, {
    line: (line) => {
      const text = messageText(line)
      if (text === "") return
      kept.push(tailOf(text, CONTEXT_MAX))
      length += Math.min(text.length, CONTEXT_MAX)
      while (length > CONTEXT_MAX) {
        length -= kept.shift()?.length ?? 0
        leftOut++
      }
    },
    tooLong: () => leftOut++,
  })
  for await (const piece of createReadStream(path)) lines.push(Buffer.from(piece))
  return { kept, leftOut }
}

/**
 * The context for the messages in a file, one of JSON per line, in a process that works in `cwd`; undefined when there are
 * none. Rejects with what reading throws.
 */
export async function historyContext(path: string, cwd: string): Promise<string | undefined> {
  const { kept, leftOut } = await lastMessages(path)
  if (kept.length === 0) return undefined
  const left = leftOut > 0 ? `(${leftOut} earlier message${leftOut === 1 ? " is" : "s are"} left out.)\n\n` : ""
  return [
    "This session began before you were started. What was said so far follows, as context; do not answer it and do not repeat",
    `what was done. Your working directory is ${cwd} now. The user's new message comes after it.\n\n<transcript>\n${left}${kept.join("\n\n")}\n</transcript>`,
  ].join(" ")
}
