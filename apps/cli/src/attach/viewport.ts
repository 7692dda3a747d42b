/**
 * Which part of a session's screen is seen through a window of another size.
 */
import { TERMINAL_SIZE } from "@holdfast/protocol/terminal-size"

/** Columns and rows of a screen or a window, in cells. */
export interface Size {
  readonly cols: number
  readonly rows: number
}

/** The part that is seen: its first column and row, counted from 0, and how many of them. */
export interface Viewport extends Size {
  readonly left: number
  readonly top: number
}

/** A place on the screen, counted from 0. */
export interface Place {
  readonly x: number
  readonly y: number
}

/** Rows of the window that show the session; the one below them says that this is a part, where there is room for it. */
export function rowsFor(window: Size): number {
  return Math.max(1, window.rows - 1)
}

/** Whether two sizes are the same. */
export function sameSize(a: Size, b: Size): boolean {
  return a.cols === b.cols && a.rows === b.rows
}

/** The size that a session is asked for: that of the window, as far as a session can have it (T-7). */
export function sessionSize({ cols, rows }: Size): Size {
  return { cols: accepted(cols), rows: accepted(rows) }
}

const accepted = (cells: number): number => Math.max(TERMINAL_SIZE.minimum, Math.min(cells, TERMINAL_SIZE.maximum))

/**
 * The part to show next. It moves as little as it takes to hold `follow`; sideways it prefers the beginning of the lines,
 * and else jumps so that a quarter of the window lies ahead. Without `follow` it stays.
 */
export function viewport(screen: Size, window: Size, before: Viewport | undefined, follow: Place | undefined): Viewport {
  const cols = Math.min(screen.cols, window.cols)
  const rows = Math.min(screen.rows, rowsFor(window))
  let [left, top] = [before?.left ?? 0, before?.top ?? 0]
  if (follow !== undefined) {
    const x = Math.min(follow.x, screen.cols - 1)
    if (x < cols) left = 0
    else if (x < left || x >= left + cols) left = x - Math.floor((cols * 3) / 4)
    if (follow.y < top) top = follow.y
    else if (follow.y >= top + rows) top = follow.y - rows + 1
  }
  return { left: clamp(left, screen.cols - cols), top: clamp(top, screen.rows - rows), cols, rows }
}

const clamp = (value: number, most: number): number => Math.max(0, Math.min(value, most))
