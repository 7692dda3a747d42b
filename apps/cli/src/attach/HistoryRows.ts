/**
 * The session's own lines, those that left the screen and those on it, as rows to be painted and searched.
 *
 * A line that was broken where the screen was full is searched as one.
 */
import { charactersOf, hasContent, widthOf } from "@holdfast/runner/emulator/pen"
import type { Core, BufferLine } from "@holdfast/runner/emulator/xterm-internals"
import { croppedRow } from "./cropped-row.ts"

/** A line of text with the row that it begins in, and the row of each of its characters. */
interface Text {
  readonly text: string
  readonly rows: ReadonlyArray<number>
}

/** The rows of one moment; the screen must not change while they are used. */
export class HistoryRows {
  readonly #core: Core
  readonly #lines: ReadonlyArray<BufferLine | undefined>
  #texts: ReadonlyArray<Text> | undefined

  constructor(core: Core) {
    this.#core = core
    const { normal, alt, active } = core.buffers
    const rowsOf = (buffer: typeof normal, first: number): ReadonlyArray<BufferLine | undefined> =>
      Array.from({ length: buffer.ybase + core.rows - first }, (_, row) => buffer.lines.get(first + row))
    this.#lines = [...rowsOf(normal, 0), ...(active === alt ? rowsOf(alt, alt.ybase) : [])]
  }

  get length(): number {
    return this.#lines.length
  }

  /** Columns of the session's screen. */
  get columns(): number {
    return this.#core.cols
  }

  /** A row as text and control sequences, complete in itself, for a window `width` columns wide, from a column on. */
  painted(row: number, from: number, width: number): string {
    const columns = Math.max(0, Math.min(this.#core.cols - from, width))
    return croppedRow(this.#core, this.#lines[row], from, columns, width)
  }

  /** Rows in which a text is found, upper case only where it is asked for, from the first to the last. */
  find(wanted: string): ReadonlyArray<number> {
    if (wanted === "") return []
    const exact = wanted !== wanted.toLowerCase()
    const found = new Set<number>()
    if (this.#texts === undefined) this.#texts = this.#read()
    for (const { text, rows } of this.#texts) {
      const within = exact ? text : lower(text)
      for (let at = within.indexOf(wanted); at !== -1; at = within.indexOf(wanted, at + 1)) found.add(rows[at] ?? 0)
    }
    return [...found]
  }

  #read(): ReadonlyArray<Text> {
    const texts: Array<{ text: string; rows: Array<number> }> = []
    this.#lines.forEach((line, row) => {
      const last = texts.at(-1)
      const text = line === undefined ? "" : textOf(line)
      const rows = Array.from({ length: text.length }, () => row)
      if (line?.isWrapped === true && last !== undefined) {
        last.text += text
        last.rows.push(...rows)
      } else texts.push({ text, rows })
    })
    return texts
  }
}

/** In lower case, character by character, so that places stay what they are. */
const lower = (text: string): string =>
  Array.from(text, (character) => {
    const small = character.toLowerCase()
    return small.length === character.length ? small : character
  }).join("")

/** The characters of a row; the other half of a wide one is nothing. */
function textOf(line: BufferLine): string {
  let text = ""
  for (let column = 0; column < line.length; column++) {
    if (hasContent(line, column)) text += charactersOf(line, column)
    else if (column === 0 || widthOf(line, column - 1) !== 2) text += " "
  }
  return text.trimEnd()
}
