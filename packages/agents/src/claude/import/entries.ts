/** Entries of Claude Code's transcripts: which of them a person wrote, and what they say. */
import type { InputPart } from "@holdfast/protocol/agent/message"
import { at, listAt, textAt } from "../read.ts"

/** Texts that Claude Code puts into the user's place. */
const MACHINE =
  /^\s*<(local-command-stdout|local-command-stderr|local-command-caveat|bash-stdout|bash-stderr|task-notification|system-reminder)>/
const INTERRUPTED = "[Request interrupted by user"
const COMMAND = /<command-name>([^<]*)<\/command-name>/
const ARGUMENTS = /<command-args>([^<]*)<\/command-args>/

/** The text of an entry's content, commands as they were typed. */
export function contentText(content: unknown): string {
  const text =
    typeof content === "string"
      ? content
      : listAt(content)
          .flatMap((block) => textAt(block, "text") ?? [])
          .join("\n")
  const command = COMMAND.exec(text)?.[1]
  return command === undefined ? text : `${command} ${ARGUMENTS.exec(text)?.[1] ?? ""}`.trim()
}

const hasResult = (entry: unknown): boolean =>
  listAt(entry, "message", "content").some((block) => textAt(block, "type") === "tool_result")

/** Whether an entry says that a person stopped the turn. */
export function isInterrupt(entry: unknown): boolean {
  return textAt(entry, "type") === "user" && contentText(at(entry, "message", "content")).startsWith(INTERRUPTED)
}

/** Whether an entry is what a person wrote. */
export function isPrompt(entry: unknown): boolean {
  if (textAt(entry, "type") !== "user" || hasResult(entry) || isInterrupt(entry)) return false
  if (["isMeta", "isSidechain", "isCompactSummary", "isVisibleInTranscriptOnly"].some((name) => at(entry, name) === true)) {
    return false
  }
  const content = at(entry, "message", "content")
  if (MACHINE.test(contentText(content))) return false
  return typeof content === "string" ? content !== "" : listAt(content).length > 0
}

/** A person's entry as the parts of a message. */
export function promptParts(entry: unknown): ReadonlyArray<InputPart> {
  const content = at(entry, "message", "content")
  const text = contentText(content)
  const files = listAt(content).flatMap((block): ReadonlyArray<InputPart> => {
    const mediaType = textAt(block, "source", "media_type")
    const data = textAt(block, "source", "data")
    return mediaType === undefined || data === undefined
      ? []
      : [{ type: "file", mediaType, url: `data:${mediaType};base64,${data}` }]
  })
  return text === "" ? files : [{ type: "text", text }, ...files]
}
