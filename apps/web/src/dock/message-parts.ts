/** What a person writes as parts of a message, and back. */
import type { FilePart, InputPart, SendMessage } from "@holdfast/protocol/agent/message"
import { type Attached, attachedOf, filePartOf } from "./file-parts.ts"
import type { Words } from "./draft-state.ts"

/** The body of a message: files first, as models read them before the words about them. */
export async function bodyOf(text: string, files: ReadonlyArray<Attached>): Promise<Pick<SendMessage, "text" | "parts">> {
  if (files.length === 0) return { text }
  const parts: ReadonlyArray<InputPart> = await Promise.all(files.map(filePartOf))
  return { parts: text.trim() === "" ? parts : [...parts, { type: "text", text }] }
}

/** The words of parts. */
export function textOf(parts: ReadonlyArray<InputPart>): string {
  return parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n")
}

/** The files of a message that came with it as data; the same message has the same ones in every tab. */
export function filesOf(parts: ReadonlyArray<InputPart>, key: string): ReadonlyArray<Attached> {
  return parts.flatMap((part, at) => (part.type === "file" ? (attachedOf(part, `${key}-${at}`) ?? []) : []))
}

/** The words and files of a message, as a draft has them. */
export function wordsOf(parts: ReadonlyArray<InputPart>, key: string): Words {
  return { text: textOf(parts), files: filesOf(parts, key) }
}

/** Files that are kept elsewhere already. */
export function keptFiles(parts: ReadonlyArray<InputPart>): ReadonlyArray<FilePart> {
  return parts.filter((part) => part.type === "file")
}

/** A message in one line: its words, then the names of its files. */
export function lineOf(parts: ReadonlyArray<InputPart>): string {
  const names = keptFiles(parts).map(({ filename, mediaType }) => filename ?? mediaType)
  const words = textOf(parts).replace(/\s+/g, " ").trim()
  return [...(words === "" ? [] : [words]), ...names].join(" · ")
}
