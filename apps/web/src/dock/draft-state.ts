/**
 * The draft of a message, as this browser keeps it beside the hub (docs/protocol/app-rules.md, APP-48): the text goes to the hub too, files are
 * kept here alone, as the hub's drafts hold text.
 */
import type { FilePart } from "@holdfast/protocol/agent/message"
import type { Attached } from "./file-parts.ts"
import type { SendChoice } from "./send-modes.ts"

/** What is written to an agent. */
export interface Words {
  readonly text: string
  readonly files: ReadonlyArray<Attached>
}

/** Words that were taken out to be sent, under the key of their message. */
export interface Taken extends Words {
  readonly id: string
  readonly mode: SendChoice["mode"]
  /** What their field had from elsewhere before they were typed on. */
  readonly found?: string
}

/** A queued message that is being edited. */
export interface Editing {
  readonly id: string
  /** As it is in the queue. */
  readonly before: string
  readonly text: string
  readonly files: ReadonlyArray<FilePart>
}

/** A draft as this browser has it. `isSaved`: the hub has this text. */
export interface KeptDraft extends Words {
  readonly session: string
  /** What neither the outbox nor the hub was known to have. */
  readonly sending?: ReadonlyArray<Taken>
  readonly editing?: Editing | undefined
  readonly isSaved: boolean
  /** Epoch milliseconds. */
  readonly time: number
}

/** What a tab knew to be kept when it wrote last. */
export interface KnownDraft {
  readonly files: ReadonlyArray<Attached>
  readonly sending: ReadonlyArray<Taken>
}

/** What is shown of a draft that was read from this browser when the page comes: text that the hub does not have wins, otherwise the hub's does. */
export function draftToShow(kept: KeptDraft | undefined): string | undefined {
  return kept === undefined || kept.isSaved ? undefined : kept.text
}

/** Words behind those that are there, on lines of their own; paragraphs that are there already are not added again. */
export function appended(text: string, words: string): string {
  if (text.trim() === "") return words
  const [there, more] = [text, words].map((one) => one.replace(/\s+$/, "")) as [string, string]
  return more === "" || `\n\n${there}\n\n`.includes(`\n\n${more}\n\n`) ? text : `${there}\n\n${words}`
}

/** Earlier words and later ones, on lines of their own. */
export function joined(earlier: string, later: string): string {
  if (earlier.trim() === "") return later
  return later.trim() === "" ? earlier : `${earlier.replace(/\s+$/, "")}\n\n${later}`
}

/**
 * What two tabs have, after both have changed it: what this one added and took away since `before`, done to what is `stored`, which
 * another may have changed.
 */
export function merged<A extends { readonly id: string }>(
  stored: ReadonlyArray<A>,
  before: ReadonlyArray<A>,
  now: ReadonlyArray<A>,
): ReadonlyArray<A> {
  const [storedIds, knownIds, nowIds] = [stored, before, now].map((all) => new Set(all.map(({ id }) => id)))
  const left = stored.filter(({ id }) => nowIds?.has(id) === true || knownIds?.has(id) !== true)
  const added = now.filter(({ id }) => storedIds?.has(id) !== true && knownIds?.has(id) !== true)
  return added.length === 0 && left.length === stored.length ? stored : [...left, ...added]
}

/** What is kept once a tab has written its draft over what is stored. */
export function written(stored: KeptDraft | undefined, draft: KeptDraft, known: KnownDraft): KeptDraft {
  return {
    ...draft,
    files: merged(stored?.files ?? [], known.files, draft.files),
    sending: merged(stored?.sending ?? [], known.sending, draft.sending ?? []),
  }
}

/** Whether there is nothing in it that anyone would miss. */
export function isEmptyDraft({ text, files, sending = [], editing }: KeptDraft): boolean {
  return text === "" && files.length === 0 && sending.length === 0 && editing === undefined
}
