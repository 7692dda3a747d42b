/**
 * Styled text broken into rows while it comes, word by word.
 *
 * A row is handed out as soon as the next word does not fit; what is open is one row and the word behind it, so a stream
 * can be shown as it grows and never has to be taken back. Control characters are shown, never written.
 */
import { printable } from "../text/printable.ts"
import type { Paint, Style } from "../text/style.ts"
import { textWidth } from "../text/width.ts"

/** How rows are drawn. */
export interface MessageRowOptions {
  readonly paint: Paint
  /** Columns of a row now. */
  readonly width: () => number
}

interface Piece {
  readonly style: Style | undefined
  text: string
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" })

/** Most characters of a piece that are looked at as one word. */
const WORD_MAX = 400

/** Puts pieces together to a row's text. */
const painted = (pieces: ReadonlyArray<Piece>, paint: Paint): string =>
  pieces.map(({ style, text }) => (style === undefined ? text : paint(style, text))).join("")

function add(pieces: Array<Piece>, style: Style | undefined, text: string): void {
  const last = pieces.at(-1)
  if (last !== undefined && last.style === style) last.text += text
  else pieces.push({ style, text })
}

/** Breaks one stream of text into rows. */
export class Rows {
  readonly #options: MessageRowOptions
  #done: Array<string> = []
  #row: Array<Piece> = []
  #column = 0
  #word: Array<Piece> = []
  #wordWidth = 0
  #blanks = ""
  /** What each row after the first of a line begins with. */
  hanging: { readonly text: string; readonly style?: Style } = { text: "" }
  /** Whether a line is broken at its words; otherwise wherever a row is full. */
  words = true

  constructor(options: MessageRowOptions) {
    this.#options = options
  }

  /** Whether the line that is open has nothing yet. */
  get empty(): boolean {
    return this.#row.length === 0 && this.#word.length === 0 && this.#blanks === ""
  }

  /** Writes text without line ends. */
  write(text: string, style?: Style): void {
    for (const { segment } of segmenter.segment(text)) {
      if (segment === " ") this.#blank(" ", style)
      else if (segment === "\t") this.#blank("    ", style)
      else this.#character(printable(segment), style)
    }
  }

  /** Ends the line. */
  end(): void {
    this.#flushWord()
    this.#done.push(painted(this.#row, this.#options.paint))
    this.#row = []
    this.#column = 0
    this.#blanks = ""
  }

  /** The rows that are complete, once. */
  take(): Array<string> {
    const done = this.#done
    this.#done = []
    return done
  }

  /** The row that is open; undefined when there is none. */
  open(): string | undefined {
    if (this.empty) return undefined
    const { paint, width } = this.#options
    const fits = this.#column + this.#blanks.length + this.#wordWidth <= width()
    return painted(fits ? [...this.#row, { style: undefined, text: this.#blanks }, ...this.#word] : this.#row, paint)
  }

  #blank(blanks: string, style: Style | undefined): void {
    if (!this.words || this.#column + this.#wordWidth === 0) return this.#character(blanks, style)
    this.#flushWord()
    this.#blanks += blanks
  }

  #character(text: string, style: Style | undefined): void {
    const width = textWidth(text)
    // Wide characters may be parted anywhere.
    if (width === 2 || !this.words || this.#wordWidth > WORD_MAX) this.#flushWord()
    add(this.#word, style, text)
    this.#wordWidth += width
    if (width === 2 || !this.words) this.#flushWord()
  }

  #flushWord(): void {
    if (this.#word.length === 0) return
    const width = Math.max(4, this.#options.width())
    const blanks = this.#blanks
    this.#blanks = ""
    if (this.#column + blanks.length + this.#wordWidth > width) {
      if (this.#column > textWidth(this.hanging.text)) this.#wrap()
    } else if (blanks !== "") {
      const style = this.#row.at(-1)?.style === this.#word[0]?.style ? this.#word[0]?.style : undefined
      add(this.#row, style, blanks)
      this.#column += blanks.length
    }
    const [word, wordWidth] = [this.#word, this.#wordWidth]
    this.#word = []
    this.#wordWidth = 0
    if (this.#column + wordWidth <= width) {
      for (const { style, text } of word) add(this.#row, style, text)
      this.#column += wordWidth
      return
    }
    // Longer than a row: broken wherever a row is full.
    for (const { style, text } of word) {
      for (const { segment } of segmenter.segment(text)) {
        const columns = textWidth(segment)
        if (this.#column + columns > width) this.#wrap()
        add(this.#row, style, segment)
        this.#column += columns
      }
    }
  }

  #wrap(): void {
    this.#done.push(painted(this.#row, this.#options.paint))
    const { text, style } = this.hanging
    this.#row = text === "" ? [] : [{ style, text }]
    this.#column = textWidth(text)
  }
}

/** A text as rows, each line of it begun with `first` or `next`. */
export function rowsOf(
  text: string,
  options: MessageRowOptions,
  { first = "", next = first, style }: { readonly first?: string; readonly next?: string; readonly style?: Style } = {},
): Array<string> {
  const rows = new Rows(options)
  rows.hanging = { text: " ".repeat(textWidth(next)) }
  for (const [i, line] of text.split(/\r\n|\n|\r/).entries()) {
    rows.write(i === 0 ? first : next, style)
    rows.write(line, style)
    rows.end()
  }
  return rows.take()
}
