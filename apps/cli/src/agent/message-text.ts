/**
 * Messages as plain text, and in one line.
 */
import type { InputPart, Message } from "@holdfast/protocol/agent/message"
import { headOf } from "@holdfast/protocol/text-cut"
import { printable } from "../text/printable.ts"

type Fields = Readonly<Record<string, unknown>>

/** A value's fields; none when it is no object. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {}
}

/** A value when it is a text, otherwise nothing. */
export function textIn(value: unknown): string {
  return typeof value === "string" ? value : ""
}

/** The text of a message's text parts; those of an assistant's, which are steps, apart by an empty line. */
export function textOf({ parts, role }: Pick<Message, "parts" | "role">): string {
  const texts = parts.map(fieldsOf).filter(({ type }) => type === "text")
  return texts
    .map(({ text }) => textIn(text))
    .filter((text) => text !== "")
    .join(role === "assistant" ? "\n\n" : "\n")
}

/** What a person sent, in one line: the text, and files by name. */
export function inputLine(parts: ReadonlyArray<InputPart>): string {
  return parts
    .map((part) => (part.type === "text" ? printable(part.text.trim().replace(/\s*\n\s*/g, " ⏎ ")) : `[${fileName(part)}]`))
    .join(" ")
}

/** Name of a file part, for people. */
export function fileName(part: { readonly filename?: unknown; readonly mediaType?: unknown; readonly url?: unknown }): string {
  if (typeof part.filename === "string" && part.filename !== "") return printable(part.filename)
  const url = textIn(part.url)
  return printable(url.startsWith("data:") || url === "" ? textIn(part.mediaType) || "file" : headOf(url, 200))
}
