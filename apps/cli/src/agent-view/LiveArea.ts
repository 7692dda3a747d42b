/**
 * The rows at the bottom of the terminal that change: drawn over again below what was printed for good, which scrolls
 * away above as any output does.
 *
 * Rows are at least one column narrower than the terminal, so that none wraps by itself. A window that was made narrower
 * has wrapped them; where they begin is counted again.
 */
import { textWidth } from "../text/width.ts"

const CSI = "\u001b["

// oxlint-disable-next-line no-control-regex
const STYLES = /\u001b\[[\d;]*m/g

/** Columns of a row that may hold styles. */
export function rowWidth(row: string): number {
  return textWidth(row.replace(STYLES, ""))
}

/** Where the cursor stands in the rows, from 0. */
export interface Place {
  readonly row: number
  readonly column: number
}

/** The area of one terminal. */
export class LiveArea {
  readonly #write: (text: string) => void
  readonly #columns: () => number
  #rows: ReadonlyArray<string> = []
  #cursor: Place = { row: 0, column: 0 }
  #drawn = ""

  constructor(write: (text: string) => void, columns: () => number) {
    this.#write = write
    this.#columns = columns
  }

  /** Prints rows for good and draws the area below them; without a cursor it is hidden. */
  draw(printed: ReadonlyArray<string>, rows: ReadonlyArray<string>, cursor: Place | undefined): void {
    const drawn = JSON.stringify([rows, cursor])
    if (printed.length === 0 && drawn === this.#drawn) return
    const place = cursor ?? { row: Math.max(0, rows.length - 1), column: 0 }
    const up = rows.length - 1 - place.row
    this.#write(
      [
        `${CSI}?2026h${CSI}?25l`,
        this.#begin(),
        ...printed.map((row) => `${row}\r\n`),
        rows.join("\r\n"),
        up > 0 ? `${CSI}${up}A` : "",
        "\r",
        place.column > 0 ? `${CSI}${place.column}C` : "",
        cursor === undefined ? "" : `${CSI}?25h`,
        `${CSI}?2026l`,
      ].join(""),
    )
    this.#rows = rows
    this.#cursor = place
    this.#drawn = drawn
  }

  /** Takes the area away; what is written next stands in its place. */
  clear(): void {
    this.#write(`${this.#begin()}${CSI}?25h`)
    this.#rows = []
    this.#cursor = { row: 0, column: 0 }
    this.#drawn = ""
  }

  /** To the beginning of the area, with an empty screen from there on. */
  #begin(): string {
    const columns = Math.max(1, this.#columns())
    const above = this.#rows
      .slice(0, this.#cursor.row)
      .reduce((sum, row) => sum + Math.max(1, Math.ceil(rowWidth(row) / columns)), 0)
    const up = above + Math.floor(this.#cursor.column / columns)
    return `\r${up > 0 ? `${CSI}${up}A` : ""}${CSI}J`
  }
}
