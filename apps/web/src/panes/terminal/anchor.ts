/** Finds in one terminal's lines the place that another one shows: they were drawn apart, so the numbers of their rows differ. */
import type { IBuffer } from "@xterm/xterm"

type Lines = Pick<IBuffer, "getLine" | "length">

/** How far from where they are expected rows are looked for. */
const FAR = 400

/** The texts of some rows. */
export function rowTexts(buffer: Lines, row: number, count: number): ReadonlyArray<string> {
  return Array.from(
    { length: count },
    (_, at) =>
      buffer
        .getLine(row + at)
        ?.translateToString(true)
        .trimEnd() ?? "",
  )
}

/** The row at which these texts stand, the nearest to where they are expected; that row itself where they are not. */
export function anchorRow(buffer: Lines, texts: ReadonlyArray<string>, expected: number): number {
  const bounded = Math.max(0, Math.min(expected, buffer.length - 1))
  if (texts.every((text) => text === "")) return bounded
  for (let far = 0; far <= FAR; far++) {
    for (const row of far === 0 ? [bounded] : [bounded - far, bounded + far]) {
      if (row >= 0 && rowTexts(buffer, row, texts.length).every((text, at) => text === texts[at])) return row
    }
  }
  return bounded
}
