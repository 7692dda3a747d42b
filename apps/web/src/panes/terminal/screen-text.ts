/** A terminal's screen as text with its colours, to be shown again in a page that has no server. */
import type { IBufferCell, Terminal } from "@xterm/xterm"

/** The rows of the screen; written to an empty terminal of the same size they look the same. */
export function screenText(terminal: Pick<Terminal, "buffer" | "rows" | "cols">): string {
  const { active } = terminal.buffer
  const rows = Array.from({ length: terminal.rows }, (_, row) => rowText(active.getLine(active.baseY + row), terminal.cols))
  while (rows.at(-1) === "") rows.pop()
  return rows.join("\r\n")
}

type Line = ReturnType<Terminal["buffer"]["active"]["getLine"]>

function rowText(line: Line, cols: number): string {
  if (line === undefined) return ""
  let text = ""
  let pen = ""
  let blanks = ""
  for (let column = 0; column < cols; column++) {
    const cell = line.getCell(column)
    if (cell === undefined || cell.getWidth() === 0) continue
    const next = attributesOf(cell)
    const chars = cell.getChars()
    // Blanks at the end of a row are left out, those that have a ground are not.
    if (chars === "" && next === "") {
      blanks += " "
      continue
    }
    if (blanks !== "") {
      text += (pen === "" ? "" : "\u001b[0m") + blanks
      pen = ""
      blanks = ""
    }
    if (next !== pen) text += `\u001b[0${next}m`
    pen = next
    text += chars === "" ? " " : chars
  }
  return pen === "" ? text : `${text}\u001b[0m`
}

/** Parameters of `CSI … m`, each with a semicolon before it. */
function attributesOf(cell: IBufferCell): string {
  const flags = [
    [cell.isBold(), 1],
    [cell.isDim(), 2],
    [cell.isItalic(), 3],
    [cell.isUnderline(), 4],
    [cell.isInverse(), 7],
    [cell.isStrikethrough(), 9],
  ] as const
  const set = flags.map(([isSet, code]) => (isSet === 0 ? "" : `;${code}`)).join("")
  const foreground = colorOf(38, cell.isFgRGB(), cell.isFgPalette(), cell.getFgColor())
  const background = colorOf(48, cell.isBgRGB(), cell.isBgPalette(), cell.getBgColor())
  return set + foreground + background
}

function colorOf(kind: 38 | 48, isRgb: boolean, isPalette: boolean, color: number): string {
  if (isRgb) return `;${kind};2;${(color >> 16) & 255};${(color >> 8) & 255};${color & 255}`
  return isPalette ? `;${kind};5;${color}` : ""
}
