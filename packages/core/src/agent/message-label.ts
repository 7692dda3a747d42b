/** The label that a session gets from its first message, when no one chose one (docs/protocol/rules.md, A-14). */
import type { InputPart } from "@holdfast/protocol/agent/message"
import { headOf } from "@holdfast/protocol/text-cut"

/** Longest label that is made from a message, in columns of a terminal. */
const COLUMNS = 60
/** Characters of a message that are looked at. */
const LOOK = 1000

// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\s]+/g
/** Marks that change the direction of writing, and what is not seen at all. */
const UNSEEN = /[\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g
/** What no label ends with. */
const LOOSE = /[\s\p{Ps}\p{Pi}\p{Pd},;:]+$/u

/** The first line of a message that has words, cut at a word; the name of its first file when it has no text. */
export function messageLabel(parts: ReadonlyArray<InputPart>): string | undefined {
  for (const part of parts) {
    if (part.type !== "text") continue
    const lines = headOf(part.text.trimStart(), LOOK)
      .toWellFormed()
      .split(/[\r\n\u2028\u2029]/)
    const line = lines.map(clean).find((words) => words !== "")
    if (line !== undefined) return cut(line)
  }
  const names = parts.map((part) => (part.type === "file" ? clean((part.filename ?? "").toWellFormed()) : ""))
  const name = names.find((words) => words !== "")
  return name === undefined ? undefined : cut(name)
}

const clean = (line: string): string => line.replace(UNSEEN, "").replace(CONTROLS, " ").trim()

/** Columns at most: everything from the scripts of East Asia on counts two. */
const columns = (text: string): number =>
  Array.from(text).reduce((sum, char) => sum + ((char.codePointAt(0) ?? 0) < 0x2e80 ? 1 : 2), 0)

function cut(line: string): string {
  if (columns(line) <= COLUMNS) return line
  const words = begin(line, "word").replace(LOOSE, "")
  return `${words === "" ? begin(line, "grapheme") : words}…`
}

/** The whole pieces from the beginning that leave one column free. */
function begin(line: string, granularity: "word" | "grapheme"): string {
  let end = 0
  let width = 0
  for (const { segment, index } of new Intl.Segmenter(undefined, { granularity }).segment(line)) {
    width += columns(segment)
    if (width >= COLUMNS) break
    end = index + segment.length
  }
  return line.slice(0, end)
}
