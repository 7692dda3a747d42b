/**
 * The text of a selection, from the cells: a line that was broken because the screen was full is one line, and a blank at the
 * break is kept, which the emulator's own selection may drop.
 */
import type { IBuffer, IBufferLine, IBufferRange } from "@xterm/xterm"

/** Cells from the start up to and without the end, with rows counted from the first of the buffer. */
export type Cells = Pick<IBufferRange, "start" | "end">

type Lines = Pick<IBuffer, "getLine">

/** The text of a run of cells. */
export function textOf(buffer: Lines, { start, end }: Cells): string {
  let text = ""
  let line = ""
  for (let y = start.y; y <= end.y; y++) {
    const row = buffer.getLine(y)
    if (row === undefined) break
    const isContinued = y < end.y && buffer.getLine(y + 1)?.isWrapped === true
    const from = y === start.y ? start.x : 0
    const to = y === end.y ? Math.min(end.x, row.length) : row.length
    line += isContinued ? unbroken(row, from, to) : row.translateToString(false, from, to)
    if (isContinued) continue
    text += y < end.y ? `${line.trimEnd()}\n` : line.trimEnd()
    line = ""
  }
  return text
}

/** The text of a rectangle of cells: each row by itself. */
export function textOfBlock(buffer: Lines, { start, end }: Cells): string {
  const [left, right] = start.x <= end.x ? [start.x, end.x] : [end.x, start.x]
  const rows = Array.from({ length: end.y - start.y + 1 }, (_, at) => buffer.getLine(start.y + at))
  return rows.map((row) => row?.translateToString(false, left, right).trimEnd() ?? "").join("\n")
}

/** The rows of the line that a row is part of: the first and the last. */
export function lineAt(buffer: Lines, row: number): { readonly first: number; readonly last: number } {
  let first = row
  while (first > 0 && buffer.getLine(first)?.isWrapped === true) first--
  let last = row
  while (buffer.getLine(last + 1)?.isWrapped === true) last++
  return { first, last }
}

/** The word, path or address that a cell is part of, in its row; one cell where that is blank. */
export function wordAt(buffer: Lines, row: number, column: number): { readonly from: number; readonly length: number } {
  const line = buffer.getLine(row)
  const isPart = (at: number): boolean =>
    line !== undefined && at >= 0 && at < line.length && !BETWEEN.test(line.getCell(at)?.getChars() ?? "")
  if (!isPart(column)) return { from: column, length: 1 }
  let from = column
  while (isPart(from - 1)) from--
  let end = column + 1
  while (isPart(end)) end++
  return { from, length: end - from }
}

/** What stands between words; the second half of a wide character is empty too and has a neighbour. */
const BETWEEN = /^$|[\s()[\]{}'"`,;│┃]/

/** All of a row that continues in the next; a wide character that did not fit any more leaves a cell that is no blank. */
function unbroken(row: IBufferLine, from: number, to: number): string {
  const isLeft = to > from && to === row.length && row.getCell(to - 1)?.getChars() === "" && row.getCell(to - 1)?.getWidth() === 1
  return row.translateToString(false, from, isLeft ? to - 1 : to)
}
