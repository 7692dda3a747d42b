/** Comments on lines of changes, until they are sent as one message (docs/protocol/app-rules.md, APP-64, APP-65). */
import { headOf } from "@holdfast/protocol/text-cut"

/** A comment on a line, or on several from `from` to `to`, of the file before or after the change. */
export interface LineComment {
  readonly id: string
  readonly path: string
  readonly side: "old" | "new"
  readonly from: number
  readonly to: number
  /** The lines as they were when the comment was made. */
  readonly code: ReadonlyArray<string>
  readonly text: string
}

/** Most comments of a session, unless more were there again after an undo; longest comment and code. */
export const COMMENTS_MAX = 200
export const TEXT_MAX = 10_000
const CODE_MAX = 4000

/** The language of a fence, as far as a file's ending tells. */
const languageOf = (path: string): string => /\.([A-Za-z0-9]{1,10})$/.exec(path)?.[1] ?? ""

/** Text between fences that are longer than any in it. */
function fenced(code: string, language: string): string {
  const longest = Math.max(2, ...(code.match(/`+/g) ?? []).map((run) => run.length))
  const fence = "`".repeat(longest + 1)
  return `${fence}${language}\n${code}\n${fence}`
}

function placeOf({ side, from, to }: LineComment): string {
  const lines = from === to ? `line ${from}` : `lines ${from} to ${to}`
  return side === "old" ? `${lines} before the change` : lines
}

/** The one message that comments become: for each its file, lines, code and words, in the order of files and lines. */
export function messageOf(comments: ReadonlyArray<LineComment>): string {
  const sorted = [...comments].sort((a, b) => (a.path === b.path ? a.from - b.from : a.path < b.path ? -1 : 1))
  const parts = sorted.map((comment) => {
    const code = headOf(comment.code.join("\n"), CODE_MAX)
    return `\`${comment.path}\`, ${placeOf(comment)}:\n\n${fenced(code, languageOf(comment.path))}\n\n${comment.text.trim()}`
  })
  return parts.length === 1 ? parts[0]! : `Comments on the changes:\n\n${parts.join("\n\n---\n\n")}`
}

/** Reads what was kept; what is damaged is as if it had not been. */
export function readComments(text: string | null): ReadonlyArray<LineComment> {
  if (text === null) return []
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value.filter(isComment) : []
  } catch {
    return []
  }
}

function isComment(value: unknown): value is LineComment {
  const comment = value as Partial<LineComment> | null
  return (
    typeof comment === "object" &&
    comment !== null &&
    typeof comment.id === "string" &&
    typeof comment.path === "string" &&
    (comment.side === "old" || comment.side === "new") &&
    Number.isSafeInteger(comment.from) &&
    Number.isSafeInteger(comment.to) &&
    Array.isArray(comment.code) &&
    comment.code.every((line) => typeof line === "string") &&
    typeof comment.text === "string"
  )
}

/** Whether no other comment is taken before these were sent. */
export function isFull(comments: ReadonlyArray<LineComment>): boolean {
  return comments.length >= COMMENTS_MAX
}

/** Whether a comment that is open was sent or discarded meanwhile; one without words, or for which there is no room, is not among them. */
export function isGone(comments: ReadonlyArray<LineComment>, open: LineComment): boolean {
  return open.text.trim() !== "" && !isFull(comments) && !comments.some(({ id }) => id === open.id)
}

/** Comments with those that were discarded, before what was written since. */
export function withDiscarded(
  comments: ReadonlyArray<LineComment>,
  discarded: ReadonlyArray<LineComment>,
): ReadonlyArray<LineComment> {
  const there = new Set(comments.map(({ id }) => id))
  return [...discarded.filter(({ id }) => !there.has(id)), ...comments]
}

/** Comments with one as it was before it was edited; one that was sent or discarded meanwhile stays gone. */
export function withoutEdit(
  comments: ReadonlyArray<LineComment>,
  before: LineComment,
  open: LineComment,
): ReadonlyArray<LineComment> {
  return isGone(comments, open) ? comments : withComment(comments, before)
}

/** Comments with one more, or with another text for one that is there; an empty text takes it away. */
export function withComment(comments: ReadonlyArray<LineComment>, comment: LineComment): ReadonlyArray<LineComment> {
  const others = comments.filter(({ id }) => id !== comment.id)
  if (comment.text.trim() === "") return others
  const kept = { ...comment, text: headOf(comment.text, TEXT_MAX) }
  return others.length >= COMMENTS_MAX ? comments : [...others, kept]
}
