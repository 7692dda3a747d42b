/**
 * A part of a row of cells as text and control sequences for the user's terminal.
 *
 * It is complete in itself: it starts and ends with default attributes and no link, and covers every column it is given,
 * so that equal strings look equal and a row can be written over any other. Half a wide character at an edge is a blank.
 */
import { CELL, charactersOf, hasContent, joinsBefore, Pen, widthOf } from "@holdfast/runner/emulator/pen"
import type { Core, BufferLine } from "@holdfast/runner/emulator/xterm-internals"

const SPACE = 0x20
const CONTENT = 0x3fffff
const PROTECTION = '\u001b[1"q'

/** The cells of `line` from column `from` on, `columns` of them, for the first columns of a row `width` wide. */
export function croppedRow(core: Core, line: BufferLine | undefined, from: number, columns: number, width: number): string {
  const end = line === undefined ? 0 : visibleColumns(line, from, columns)
  const pen = new Pen(core)
  let out = ""
  for (let at = 0; line !== undefined && at < end; at++) {
    const column = from + at
    out += pen.cell(line, column)
    const wide = widthOf(line, column) === 2 && hasContent(line, column)
    if (!hasContent(line, column) || (wide && at + 1 >= columns)) out += " "
    else if (wide) out += `${charactersOf(line, column)}${moved(++at)}`
    else {
      const characters = charactersOf(line, column)
      out += joinsBefore(core, line, column) ? ` ${characters}` : characters
      // Terminals differ in the width of what is not one plain character.
      if (characters.length > 1) out += moved(at)
    }
  }
  out += pen.reset()
  if (out.includes(PROTECTION)) out = out.replaceAll(PROTECTION, "")
  return end < width ? `${out}\u001b[K` : out
}

const moved = (at: number): string => `\u001b[${at + 2}G`

/** Columns up to the last cell that does not look like an erased one. */
function visibleColumns(line: BufferLine, from: number, columns: number): number {
  let end = columns
  while (end > 0) {
    const at = (from + end - 1) * CELL
    const content = (line._data[at] ?? 0) & CONTENT
    if ((content !== 0 && content !== SPACE) || line._data[at + 1] || line._data[at + 2]) break
    if (content === 0 && from + end - 2 >= 0 && widthOf(line, from + end - 2) === 2) break
    end--
  }
  return end
}
