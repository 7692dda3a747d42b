/**
 * Counts the lines that have left the top of a terminal's normal screen since it began (T-18).
 *
 * A line is what ends with a line feed, however many rows it takes: so a change of size changes no number. Lines that the
 * scrollback no longer has are counted as well, and a checkpoint carries their number in a string that every terminal
 * ignores: a viewer that is given another checkpoint knows which lines its own scrollback has already.
 */
import type { Terminal } from "@xterm/headless"
import type { Core, ScreenBuffer } from "./xterm-internals.ts"

/** The operating system command that carries the number; no terminal has one of this number. */
export const GONE_COMMAND = 9998

/** A place in the lines of a session: this many whole lines, and this many rows of the next where it is cut. */
export interface LinePlace {
  readonly lines: number
  readonly rows: number
}

/** The count of one terminal. */
export class GoneLines {
  readonly #core: Core
  #before = 0
  #isCounted = false
  #hooked: ScreenBuffer["lines"] | undefined

  constructor(terminal: Terminal, core: Core) {
    this.#core = core
    this.#hook()
    // A reset gives the terminal other buffers.
    terminal.buffer.onBufferChange(() => this.#hook())
    const { parser } = terminal
    parser.registerEscHandler({ final: "c" }, () => (this.#forget(), false))
    for (const prefix of ["", "?"]) {
      parser.registerCsiHandler(prefix === "" ? { final: "J" } : { prefix, final: "J" }, ([what]) => {
        if (what === 3 && core.buffers.active === core.buffers.normal && core.buffers.normal.ybase > 0) {
          this.#forget()
          this.#isCounted = true
        }
        return false
      })
    }
    parser.registerOscHandler(GONE_COMMAND, (data) => {
      if (/^\d{1,15}$/.test(data)) this.#before = Number(data) - this.#begun(core.buffers.normal.ybase)
      return true
    })
  }

  /** Lines before the first row that is still there. */
  get before(): number {
    return this.#before
  }

  /** The first line that has not left the screen, or has only in part. */
  get place(): LinePlace {
    const { lines, ybase } = this.#core.buffers.normal
    let rows = 0
    while (rows < ybase && lines.get(ybase - rows)?.isWrapped === true) rows++
    return { lines: this.#before + this.#begun(ybase - rows), rows }
  }

  /** The row, counted from the first that is there, at which a place lies; rows of another width begin their line again. */
  rowOf({ lines, rows }: LinePlace): number {
    const { normal } = this.#core.buffers
    let left = lines - this.#before
    if (left < 0) return 0
    let row = 0
    for (; row < normal.ybase; row++) {
      if (normal.lines.get(row)?.isWrapped === true && row > 0) continue
      if (left === 0) break
      left--
    }
    for (let part = 0; part < rows && row < normal.ybase && normal.lines.get(row + 1)?.isWrapped === true; part++) row++
    return row
  }

  /** Lines of the rows before this one, those that are no longer there included. */
  linesBefore(row: number): number {
    return this.#before + this.#begun(row)
  }

  /** Lines went that were not parsed. */
  skipped(lines: number): void {
    this.#before += lines
  }

  /** Changes the size; the line with the cursor is the same before and after. */
  around(resize: () => void): void {
    const all = this.#before + this.#upToCursor()
    resize()
    this.#before = Math.max(0, all - this.#upToCursor())
  }

  #upToCursor(): number {
    const { normal } = this.#core.buffers
    return this.#begun(normal.ybase + normal.y + 1)
  }

  /** How many lines begin in the rows before `end`. */
  #begun(end: number): number {
    const { lines } = this.#core.buffers.normal
    let count = 0
    for (let row = 0; row < end; row++) if (row === 0 || lines.get(row)?.isWrapped !== true) count++
    return count
  }

  /** The scrollback goes at once. */
  #forget(): void {
    const { lines, ybase } = this.#core.buffers.normal
    this.#before += this.#begun(ybase) - (ybase > 0 && lines.get(ybase)?.isWrapped === true ? 1 : 0)
  }

  #hook(): void {
    const { lines } = this.#core.buffers.normal
    if (lines === this.#hooked) return
    this.#hooked = lines
    lines.onTrim((rows) => {
      if (this.#isCounted) this.#isCounted = false
      // The row that went is the one that is about to be used for the last; the one that is the first now begins or continues.
      else if (rows === 1 && lines.get(0)?.isWrapped !== true) this.#before += 1
    })
  }
}
