/** A message as Markdown, for the clipboard: its words as they are, each call as one line. */
import { askedCommand, editOf } from "@holdfast/core/agent/edited-call"
import { isTextPart, isToolPart } from "@holdfast/core/agent/message-part"
import type { MessagePart } from "@holdfast/client/model"
import type { Message } from "@holdfast/protocol/agent/message"
import { toolWords } from "../rows/tool-words.ts"

/** Code in one line, with as many backticks as it takes. */
export function codeSpan(text: string): string {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length))
  const ticks = "`".repeat(longest + 1)
  const pad = longest > 0 ? " " : ""
  return `${ticks}${pad}${text}${pad}${ticks}`
}

function partMarkdown(part: MessagePart, cwd: string): string {
  if (isTextPart(part)) return part.type === "text" ? part.text.trim() : ""
  if (isToolPart(part)) {
    const { verb, target, result } = toolWords(part, cwd)
    const edit = editOf(part)
    const edited = edit === undefined ? "" : `, edited by ${edit.by}; it had asked for ${codeSpan(askedCommand(part))}`
    return `- ${verb} ${codeSpan(target)}${result === "" ? "" : ` (${result})`}${edited}`
  }
  if (part.type === "file") return `*File: ${"filename" in part ? String(part.filename) : part.mediaType}*`
  if (part.type === "source-url") return `- [${part.title ?? part.url}](${part.url})`
  return ""
}

/** A message as Markdown; paths as read from `cwd`. */
export function messageMarkdown({ parts }: Message, cwd: string): string {
  const blocks: Array<string> = []
  let isList = false
  for (const part of parts as ReadonlyArray<MessagePart>) {
    const text = partMarkdown(part, cwd)
    if (text === "") continue
    const isItem = isToolPart(part)
    if (isItem && isList) blocks[blocks.length - 1] += `\n${text}`
    else blocks.push(text)
    isList = isItem
  }
  return blocks.join("\n\n")
}
