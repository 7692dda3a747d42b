/**
 * The session's history in the user's window, while attached: scrolled, and searched with `/` or `?` (docs/protocol/rules.md, T-33, T-49).
 *
 * It shows one moment: what the session writes meanwhile waits, and is drawn afterwards. The keys are those of pagers.
 */
import type { EditorKey } from "../agent-view/KeyReader.ts"
import { fitText, padText } from "../text/width.ts"
import { printable } from "../text/printable.ts"
import type { HistoryRows } from "./HistoryRows.ts"
import { harmless } from "./OutputFilter.ts"
import type { Size } from "./viewport.ts"

const ESC = "\u001b"
const CSI = `${ESC}[`
/** An ordinary screen to draw on: no margins, no insertion, plain characters, no cursor. */
const PLAIN = `${CSI}?6l${CSI}r${CSI}4l${ESC}(B\u000f${ESC}]8;;${ESC}\\${CSI}0m${CSI}?25l`

const LEAVE = new Set(["q", "Q", "escape"])

/** One look at the history. */
export class History {
  readonly #rows: HistoryRows
  readonly #write: (text: string | Uint8Array) => void
  readonly #size: () => Size
  readonly #done: () => void
  #top: number
  #left = 0
  /** The key that began the search, and what is being typed after it. */
  #mark = "/"
  #typed: string | undefined
  #wanted = ""
  #found: ReadonlyArray<number> = []
  #at = -1

  /** `done` is called when the user leaves. The last rows are shown first. */
  constructor(rows: HistoryRows, write: (text: string | Uint8Array) => void, size: () => Size, done: () => void) {
    this.#rows = rows
    this.#write = write
    this.#size = size
    this.#done = done
    this.#top = this.#most - this.#page
    this.#clamp()
  }

  /** Takes a key. */
  key(key: EditorKey): void {
    // Keys that came in one burst are a text, and each of them one command anyway.
    const keys = key._tag === "Text" ? Array.from(key.text, (text) => ({ ...key, text })) : [key]
    for (const each of keys) {
      if (this.#typed !== undefined) this.#compose(each, this.#typed)
      else if (each._tag !== "Paste" && !this.#command(each._tag === "Text" ? each.text : each.name)) return
    }
    this.draw()
  }

  /** Draws all of it. */
  draw(): void {
    const { cols, rows } = this.#size()
    this.#clamp()
    const shown = Array.from({ length: this.#page }, (_, row) => {
      const at = this.#top + row
      const text = at < this.#rows.length ? this.#rows.painted(at, this.#left, cols) : `${CSI}K`
      const isMatch = at === this.#found[this.#at]
      return `${CSI}${row + 1};1H${isMatch ? marked(text, cols) : text}${CSI}0m`
    })
    const status = padText(fitText(this.#status, cols - 1), cols - 1)
    this.#write(harmless(`${PLAIN}${shown.join("")}`))
    this.#write(`${CSI}${rows};1H${CSI}0;7m${status}${CSI}0m${CSI}K`)
  }

  get #page(): number {
    return Math.max(1, this.#size().rows - 1)
  }

  get #most(): number {
    return this.#rows.length
  }

  get #status(): string {
    if (this.#typed !== undefined) return `${this.#mark}${printable(this.#typed)}`
    const last = Math.min(this.#rows.length, this.#top + this.#page)
    const place = `lines ${this.#top + 1}-${last} of ${this.#rows.length}`
    const search =
      this.#wanted === ""
        ? "/ searches"
        : `${this.#mark}${printable(this.#wanted)} ${this.#found.length === 0 ? "not found" : `${this.#at + 1} of ${this.#found.length}, n N`}`
    return ` ${place}  ${search}  q returns`
  }

  /** Carries out a command; false when it was the last. */
  #command(name: string): boolean {
    if (LEAVE.has(name)) {
      this.#done()
      return false
    }
    this.#moves[name]?.()
    this.#clamp()
    return true
  }

  readonly #moves: Readonly<Record<string, () => void>> = {
    up: () => this.#move(-1),
    k: () => this.#move(-1),
    down: () => this.#move(1),
    enter: () => this.#move(1),
    j: () => this.#move(1),
    pageup: () => this.#move(-this.#page),
    b: () => this.#move(-this.#page),
    "ctrl-b": () => this.#move(-this.#page),
    pagedown: () => this.#move(this.#page),
    " ": () => this.#move(this.#page),
    f: () => this.#move(this.#page),
    "ctrl-f": () => this.#move(this.#page),
    u: () => this.#move(-Math.ceil(this.#page / 2)),
    "ctrl-u": () => this.#move(-Math.ceil(this.#page / 2)),
    d: () => this.#move(Math.ceil(this.#page / 2)),
    "ctrl-d": () => this.#move(Math.ceil(this.#page / 2)),
    home: () => this.#move(-this.#most),
    g: () => this.#move(-this.#most),
    end: () => this.#move(this.#most),
    G: () => this.#move(this.#most),
    left: () => (this.#left -= Math.ceil(this.#size().cols / 2)),
    right: () => (this.#left += Math.ceil(this.#size().cols / 2)),
    "/": () => this.#begin("/"),
    "?": () => this.#begin("?"),
    n: () => this.#next(-1),
    N: () => this.#next(1),
  }

  #begin(mark: string): void {
    this.#mark = mark
    this.#typed = ""
  }

  #move(rows: number): void {
    this.#top += rows
  }

  #clamp(): void {
    this.#top = Math.max(0, Math.min(this.#top, this.#most - this.#page))
    this.#left = Math.max(0, Math.min(this.#left, this.#rows.columns - this.#size().cols))
  }

  /** Takes a key of the text that is searched for. */
  #compose(key: EditorKey, typed: string): void {
    if (key._tag !== "Named") this.#typed = typed + key.text.replace(/[\r\n].*$/s, "")
    else if (key.name === "backspace") this.#typed = Array.from(typed).slice(0, -1).join("")
    else if (key.name === "escape" || key.name === "ctrl-c") this.#typed = undefined
    else if (key.name === "enter") {
      this.#typed = undefined
      if (typed !== "") this.#search(typed)
    }
  }

  /** Searches backwards from the last row that is seen: what is looked for happened a moment ago. */
  #search(wanted: string): void {
    this.#wanted = wanted
    this.#found = this.#rows.find(wanted)
    const last = this.#top + this.#page - 1
    this.#at = this.#found.findLastIndex((row) => row <= last)
    if (this.#at === -1) this.#at = this.#found.length - 1
    this.#show()
  }

  #next(step: -1 | 1): void {
    if (this.#found.length === 0) return
    this.#at = (this.#at + step + this.#found.length) % this.#found.length
    this.#show()
  }

  /** Has the match seen, in the middle where it was not. */
  #show(): void {
    const row = this.#found[this.#at]
    if (row === undefined || (row >= this.#top && row < this.#top + this.#page)) return
    this.#top = row - Math.floor(this.#page / 2)
    this.#clamp()
  }
}

/** A row in reverse, whatever its own colours are. */
function marked(row: string, cols: number): string {
  // oxlint-disable-next-line no-control-regex
  const text = row.replace(/\u001b\[[\d;:]*[A-Za-z]|\u001b\][^\u001b]*\u001b\\/g, "")
  return `${CSI}7m${padText(fitText(text, cols), cols)}`
}
