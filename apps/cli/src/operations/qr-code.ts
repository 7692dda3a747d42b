/**
 * A QR code in a terminal: two of its rows in each line, dark on light whatever colours the terminal has.
 */
import { encodeQR } from "qr"

/** Light modules around the code, as the standard has it. */
const BORDER = 4

const SIGNS = [" ", "▄", "▀", "█"] as const

/** Black on white, from colours that no theme changes. */
const INK = "\u001b[38;5;16;48;5;231m"

/** The lines of a text's code; none where the terminal is too small for it. */
export function code(
  text: string,
  { columns = 80 }: { readonly columns?: number },
  env: Readonly<Record<string, string | undefined>>,
): ReadonlyArray<string> {
  const rows = encodeQR(text, "raw", { border: BORDER, ecc: "low" })
  if (rows.length > columns) return [`The terminal is too narrow for a QR code, which takes ${rows.length} columns.`, ""]
  const isPlain = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb"
  // Without colours the light of the code is the terminal's own text, which most show light on dark.
  const isInked = (row: number, column: number): boolean => (rows[row]?.[column] ?? false) !== isPlain
  const lines: Array<string> = []
  for (let row = 0; row < rows.length; row += 2) {
    const signs = (rows[row] ?? []).map((_, at) => SIGNS[(isInked(row, at) ? 2 : 0) + (isInked(row + 1, at) ? 1 : 0)])
    lines.push(isPlain ? signs.join("") : `${INK}${signs.join("")}\u001b[0m`)
  }
  return [...lines, ""]
}
