/**
 * The prompt as rows, with the place of the cursor: the text wraps, and of a long one the part around the cursor is shown.
 */
import { printable } from "../text/printable.ts"
import type { Paint } from "../text/style.ts"
import { textWidth } from "../text/width.ts"
import type { LineEditor } from "./LineEditor.ts"
import type { Place } from "./LiveArea.ts"

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" })

/** The rows of what is composed, `most` at most. */
export function promptRows(
  editor: LineEditor,
  mark: string,
  width: number,
  most: number,
  paint: Paint,
): { readonly rows: Array<string>; readonly cursor: Place } {
  const indent = textWidth(mark)
  const rows: Array<string> = [""]
  const before = editor.before.length
  let [column, at] = [indent, 0]
  let cursor: Place | undefined
  const next = (): void => {
    rows.push("")
    column = indent
  }
  for (const { segment } of segmenter.segment(editor.text)) {
    // What is pasted is shown, and does nothing, like all that was not written here.
    const shown = segment === "\t" ? "    " : segment === "\n" ? "" : printable(segment)
    const columns = textWidth(shown)
    if (column + columns > width) next()
    if (at === before) cursor = { row: rows.length - 1, column }
    at += segment.length
    if (segment === "\n") next()
    else {
      rows[rows.length - 1] += shown
      column += columns
    }
  }
  if (column >= width && cursor === undefined) next()
  cursor ??= { row: rows.length - 1, column }
  const start = Math.max(0, Math.min(cursor.row - most + 1, rows.length - most))
  const from = Math.min(Math.max(start, cursor.row - most + 1), cursor.row)
  return {
    rows: rows.slice(from, from + most).map((row, i) => `${i + from === 0 ? paint("bold", mark) : " ".repeat(indent)}${row}`),
    cursor: { row: cursor.row - from, column: cursor.column },
  }
}
