/** Sizes of terminals (docs/protocol/rules.md, T-8). */
import { InvalidSize } from "@holdfast/protocol/errors"
import { TERMINAL_SIZE } from "@holdfast/protocol/terminal-size"

/** Says what is wrong with a size, or nothing. */
export function sizeProblem(cols: number, rows: number): InvalidSize | undefined {
  const { minimum, maximum } = TERMINAL_SIZE
  const good = (cells: number): boolean => Number.isInteger(cells) && cells >= minimum && cells <= maximum
  return good(cols) && good(rows)
    ? undefined
    : new InvalidSize({ message: `a terminal has from ${minimum} to ${maximum} columns and rows, not ${cols}×${rows}` })
}
