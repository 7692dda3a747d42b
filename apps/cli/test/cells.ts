/** What is seen of a terminal: its cells with their attributes, and the cursor. */
import { describeAttributes } from "@holdfast/runner/emulator/attributes"
import type { ChildTerminal } from "@holdfast/runner/emulator/ChildTerminal"
import { CELL, charactersOf, extendedOf, hasContent, widthOf } from "@holdfast/runner/emulator/pen"

/** One line a row, one more for the cursor. */
export function cellsOf(terminal: ChildTerminal): ReadonlyArray<string> {
  const { core } = terminal
  const { active } = core.buffers
  const rows = Array.from({ length: core.rows }, (_, row) => {
    const line = active.lines.get(active.ybase + row)
    if (line === undefined) return ""
    let cells = ""
    for (let at = 0; at < core.cols; at++) {
      // The second half of a wide character has no look of its own.
      if (at > 0 && widthOf(line, at - 1) === 2 && hasContent(line, at - 1)) continue
      const look = describeAttributes(line._data[at * CELL + 1] ?? 0, line._data[at * CELL + 2] ?? 0, extendedOf(line, at))
      const text = charactersOf(line, at)
      cells += `${text === "" ? " " : text}${look === "0,0,0,0,0,0" ? "" : `{${look}}`}`
    }
    return cells.trimEnd()
  })
  const { cursor, alternate } = terminal.screen()
  return [...rows, `cursor ${cursor.x},${cursor.y} ${cursor.visible} ${alternate}`]
}
