/**
 * The draft of a message, as this browser keeps it beside the hub (docs/protocol/app-rules.md, APP-48): the text goes to the hub too, files are
 * kept here alone, as the hub's drafts hold text.
 */
import type { Attached } from "./attachments.ts"

/** A draft as this browser has it. `isSaved`: the hub has this text. */
export interface KeptDraft {
  readonly session: string
  readonly text: string
  readonly files: ReadonlyArray<Attached>
  readonly isSaved: boolean
  /** Epoch milliseconds. */
  readonly time: number
}

/** What is shown of a draft that was read from this browser when the page comes: text that the hub does not have wins, otherwise the hub's does. */
export function draftToShow(kept: KeptDraft | undefined): string | undefined {
  return kept === undefined || kept.isSaved ? undefined : kept.text
}

/** Words behind those that are there, on lines of their own. */
export function appended(text: string, words: string): string {
  if (text.trim() === "") return words
  return text.includes(words) ? text : `${text.replace(/\s+$/, "")}\n\n${words}`
}
