/**
 * Tables that fit their terminal: columns as wide as their content, the flexible ones shortened when there is no room.
 */
import { plain } from "./style.ts"
import type { Paint, Style } from "./style.ts"
import { fitText, padText, textWidth } from "./width.ts"

/** One column. */
export interface Column<A> {
  readonly title: string
  /** The cell's text, without control characters. */
  readonly text: (row: A) => string
  readonly style?: (row: A) => Style | undefined
  readonly side?: "left" | "right"
  /** Fewest columns it may be shortened to; absent, it is never shortened. */
  readonly least?: number
  /** Left out first when there is no room, highest first; absent, never. */
  readonly drop?: number
}

/** How to draw. */
export interface TableOptions {
  /** Columns of the terminal; absent, nothing is shortened. */
  readonly width?: number
  readonly paint?: Paint
  readonly header?: boolean
}

const GAP = 2

/** The table as lines, without line ends; no line has blanks at its end. */
export function table<A>(
  columns: ReadonlyArray<Column<A>>,
  rows: ReadonlyArray<A>,
  options: TableOptions = {},
): ReadonlyArray<string> {
  const { width, paint = plain, header = true } = options
  const natural = new Map(columns.map((column) => [column, naturalWidth(column, rows, header)]))
  const shown = width === undefined ? [...columns] : dropped(columns, natural, width)
  const widths = width === undefined ? shown.map((column) => natural.get(column) ?? 0) : shrunk(shown, natural, width)
  const line = (cells: ReadonlyArray<string>, style: (i: number) => Style | undefined): string => {
    const parts = cells.map((cell, i) => {
      const fitted = fitText(cell, widths[i] ?? 0)
      const painted = style(i)
      const padded = padText(fitted, widths[i] ?? 0, shown[i]?.side)
      return painted === undefined ? padded : padded.replace(fitted, () => paint(painted, fitted))
    })
    return parts.join(" ".repeat(GAP)).trimEnd()
  }
  const head = header
    ? [
        line(
          shown.map(({ title }) => title),
          () => "dim",
        ),
      ]
    : []
  return [
    ...head,
    ...rows.map((row) =>
      line(
        shown.map((column) => column.text(row)),
        (i) => shown[i]?.style?.(row),
      ),
    ),
  ]
}

function naturalWidth<A>(column: Column<A>, rows: ReadonlyArray<A>, header: boolean): number {
  return rows.reduce((widest, row) => Math.max(widest, textWidth(column.text(row))), header ? textWidth(column.title) : 0)
}

type Widths<A> = ReadonlyMap<Column<A>, number>

const total = (widths: ReadonlyArray<number>): number =>
  widths.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, widths.length - 1)

function dropped<A>(columns: ReadonlyArray<Column<A>>, natural: Widths<A>, width: number): Array<Column<A>> {
  const shown = [...columns]
  const least = (column: Column<A>): number => Math.min(natural.get(column) ?? 0, column.least ?? Number.POSITIVE_INFINITY)
  while (total(shown.map(least)) > width) {
    const first = shown.filter(({ drop }) => drop !== undefined).sort((a, b) => (b.drop ?? 0) - (a.drop ?? 0))[0]
    if (first === undefined) break
    shown.splice(shown.indexOf(first), 1)
  }
  return shown
}

function shrunk<A>(shown: ReadonlyArray<Column<A>>, natural: Widths<A>, width: number): ReadonlyArray<number> {
  const widths = shown.map((column) => natural.get(column) ?? 0)
  let over = total(widths) - width
  while (over > 0) {
    const candidates = shown.map((column, i) =>
      column.least !== undefined && (widths[i] ?? 0) > column.least ? (widths[i] ?? 0) : 0,
    )
    const widest = Math.max(...candidates)
    if (widest <= 0) break
    widths[candidates.indexOf(widest)] = widest - 1
    over -= 1
  }
  return widths
}
