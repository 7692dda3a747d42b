/**
 * Rows of cells as text and control sequences for an empty terminal of the same width, top to bottom.
 *
 * Exact: also empty cells with attributes, wide and combining characters, and which rows continue the one above. A row
 * is written over a blank one with the cursor in its first column; autowrap is on, insert mode off, no margins.
 */
import { isErased } from "./attributes.ts"
import { CELL, charactersOf, hasContent, joinsBefore, widthOf } from "./pen.ts"
import type { Pen } from "./pen.ts"
import type { Core, BufferLine } from "./xterm-internals.ts"

/** A blank of two columns; where it does not fit it makes the row continue below and leaves the last cell empty. */
const WIDE_BLANK = "\u3000"

/** What follows a row: nothing, a row of its own, or one that continues it. */
export type Following = "nothing" | "row" | "continuation"

const column = (at: number): string => `\x1b[${at + 1}G`
const right = (count: number): string => (count === 0 ? "" : count === 1 ? "\x1b[C" : `\x1b[${count}C`)
const erase = (count: number): string => (count === 1 ? "\x1b[X" : `\x1b[${count}X`)

const isSecondHalf = (line: BufferLine, at: number): boolean => at > 0 && widthOf(line, at - 1) === 2 && hasContent(line, at - 1)

/** An empty cell whose attributes erasing cannot make; a wide character that is overwritten by half can. */
const isStyledBlank = (line: BufferLine, at: number): boolean =>
  !hasContent(line, at) && !isSecondHalf(line, at) && !isErased(line._data[at * CELL + 1] ?? 0, line._data[at * CELL + 2] ?? 0)

/** Where the styled blanks begin that reach to the end of a row; its length when there are none. */
const lastBlanks = (line: BufferLine, columns: number): number => {
  let from = columns
  while (from > 1 && isStyledBlank(line, from - 1)) from--
  return from
}

/**
 * Makes the styled blanks at the end, from the right: the first half of a wide character is overwritten, which leaves its
 * second half as a blank. Leaves a space before them.
 */
const writeLastBlanks = (line: BufferLine, pen: Pen, from: number): string => {
  let out = ""
  for (let at = pen.core.cols - 1; at >= from; at--) {
    out += `${pen.cell(line, at)}${column(at - 1)}${WIDE_BLANK}${column(at - 1)} `
  }
  return out === "" ? "" : `${out}\r`
}

/** How many cells from here on are empty in the same way. */
const emptyAlike = (line: BufferLine, from: number, to: number): number => {
  let at = from + 1
  const same = (offset: number): boolean => line._data[at * CELL + offset] === line._data[from * CELL + offset]
  while (at < to && same(0) && same(1) && same(2)) at++
  return at - from
}

/** A combining character in a cell of its own: after a control sequence it joins nothing. */
const apart = (line: BufferLine, at: number): string => `\x1b[10m${[...charactersOf(line, at)][0] ?? ""}`

/** Whether a character takes two columns wherever it is written; one that was cut to half cannot be written again. */
const isWideAlone = (core: Core, line: BufferLine, at: number): boolean =>
  core.unicodeService.wcwidth(charactersOf(line, at).codePointAt(0) ?? 0) === 2

const writeCells = (line: BufferLine, pen: Pen, isContinued: boolean): string => {
  const columns = pen.core.cols
  const end = isContinued ? columns : lastBlanks(line, columns)
  let out = writeLastBlanks(line, pen, end)
  let gap = 0
  // A space that was needed on the way and must not stay where the cell is empty.
  const beforeEnd = end < columns ? end - 1 : -1
  let spoiled = -1
  for (let at = 0; at < end; at++) {
    if (hasContent(line, at)) {
      const isApart = joinsBefore(pen.core, line, at)
      const isWide = widthOf(line, at) === 2 && !isApart
      if (isWide && (at === columns - 1 || hasContent(line, at + 1)) && isWideAlone(pen.core, line, at)) {
        gap++
        continue
      }
      out += right(gap) + pen.cell(line, at) + (isApart ? apart(line, at) : charactersOf(line, at))
      gap = 0
      if (isWide && !hasContent(line, at + 1)) at++
    } else if (isStyledBlank(line, at)) {
      if (at === columns - 1) continue
      out += `${right(gap)}${pen.cell(line, at)}${WIDE_BLANK}${column(at + 1)} ${column(at + 1)}`
      gap = 0
      spoiled = at + 1
    } else {
      const bg = line._data[at * CELL + 2] ?? 0
      const count = emptyAlike(line, at, end)
      const isClean = spoiled !== at && (beforeEnd < at || beforeEnd >= at + count)
      if (bg === 0 && isClean) gap += count
      else {
        out += `${right(gap)}${pen.background(bg)}${erase(count)}`
        gap = count
      }
      at += count - 1
    }
  }
  return out
}

/** One row and the way to what follows it. */
export function writeRow(line: BufferLine, pen: Pen, following: Following): string {
  const last = pen.core.cols - 1
  const cells = writeCells(line, pen, following === "continuation")
  if (following === "nothing") return cells
  if (following === "row") return `${cells}${pen.reset()}\r\n`
  const isFull = (hasContent(line, last) && widthOf(line, last) < 2) || isSecondHalf(line, last)
  if (isFull) return `${cells}${pen.reset()} \r\x1b[X`
  return `${cells}${column(last)}${pen.cell(line, last)}${WIDE_BLANK}\r${pen.reset()}${erase(pen.core.cols)}`
}
