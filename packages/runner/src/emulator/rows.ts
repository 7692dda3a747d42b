/**
 * Rows of cells as text and control sequences for an empty terminal of the same width, top to bottom.
 *
 * Exact: also empty cells with attributes, wide and combining characters, and which rows continue the one above. A row
 * is written over a blank one with the cursor in its first column; autowrap is on, insert mode off, no margins.
 */
import { isErased } from "./attributes.ts"
import { CELL, charactersOf, hasContent, Pen, widthOf } from "./pen.ts"
import type { Line } from "./xterm-internals.ts"

/** A blank of two columns; where it does not fit it makes the row go on below and leaves the last cell empty. */
const WIDE_BLANK = "\u3000"

/** What follows a row: nothing, a row of its own, or one that continues it. */
export type Following = "nothing" | "row" | "continuation"

const column = (at: number): string => `\x1b[${at + 1}G`
const right = (count: number): string => (count === 0 ? "" : count === 1 ? "\x1b[C" : `\x1b[${count}C`)
const erase = (count: number): string => (count === 1 ? "\x1b[X" : `\x1b[${count}X`)

const isSecondHalf = (line: Line, at: number): boolean => at > 0 && widthOf(line, at - 1) === 2 && hasContent(line, at - 1)

/** An empty cell whose attributes erasing cannot make; a wide character that is overwritten by half can. */
const isStyledBlank = (line: Line, at: number): boolean =>
  !hasContent(line, at) && !isSecondHalf(line, at) && !isErased(line._data[at * CELL + 1] ?? 0, line._data[at * CELL + 2] ?? 0)

const writeCells = (line: Line, pen: Pen): string => {
  const columns = line.length
  let out = ""
  let gap = 0
  let dirty = -1
  for (let at = 0; at < columns; at++) {
    if (hasContent(line, at)) {
      const width = widthOf(line, at)
      if (width === 2 && at === columns - 1) continue
      out += right(gap)
      gap = 0
      const attributes = pen.cell(line, at)
      out += attributes
      if (width === 0 && attributes === "") out += "\x1b[10m"
      out += charactersOf(line, at)
      if (width === 2) at++
    } else if (isStyledBlank(line, at)) {
      if (at === columns - 1) continue
      out += `${right(gap)}${pen.cell(line, at)}${WIDE_BLANK}${column(at + 1)} ${column(at + 1)}`
      gap = 0
      dirty = at + 1
    } else {
      const bg = line._data[at * CELL + 2] ?? 0
      if (bg === 0 && at !== dirty) {
        gap++
        continue
      }
      let count = 1
      while (at + count < columns && (line._data[(at + count) * CELL] ?? 0) === (line._data[at * CELL] ?? 0) && (line._data[(at + count) * CELL + 1] ?? 0) === 0 && (line._data[(at + count) * CELL + 2] ?? 0) === bg) count++
      out += `${right(gap)}${pen.background(bg)}${erase(count)}`
      gap = count
      at += count - 1
    }
  }
  return out
}

/** One row and the way to what follows it; `rows` is the height of the terminal. */
export const writeRow = (line: Line, pen: Pen, following: Following, rows: number): string => {
  const last = line.length - 1
  const cells = writeCells(line, pen)
  const full = (hasContent(line, last) && widthOf(line, last) < 2) || isSecondHalf(line, last)
  if (following === "nothing") return cells
  if (following === "continuation") {
    if (full) return `${cells}${pen.reset()} \r\x1b[X`
    return `${cells}${column(last)}${pen.cell(line, last)}${WIDE_BLANK}\r${pen.reset()}${erase(line.length)}`
  }
  if (isStyledBlank(line, last) && rows > 1) {
    return `${cells}${column(last)}${pen.cell(line, last)}${WIDE_BLANK}\r\x1b[A\n${pen.reset()}${erase(line.length)}`
  }
  return `${cells}${pen.reset()}\r\n`
}
