/**
 * Markdown as it streams, lightly styled: headings and strong text bold, code in colour, lists with a hanging indent,
 * quotes with a bar. What is no Markdown stays as it is.
 *
 * Marks that may be the beginning of another are held back until the next character tells, a few at most.
 */
import type { Style } from "../text/style.ts"
import { Rows } from "./Rows.ts"
import type { MessageRowOptions } from "./Rows.ts"

/** The beginning of a line that may still become a mark of its own. */
const UNDECIDED = /^ {0,12}(#{1,6}|`{1,2}|~{1,2}|[-*+]|\d{1,3}[.)]?|>)?$/
const FENCE = /^ {0,12}(`{3,}|~{3,})([^`]*)$/
const HEADING = /^ {0,3}#{1,6} +/
const ITEM = /^( {0,12})([-*+]|\d{1,3}[.)]) /
const QUOTE = /^ {0,3}> ?/

/** Writes one text as Markdown. */
export class MarkdownRows {
  readonly #rows: Rows
  readonly #base: Style | undefined
  readonly #indent: string
  /** The beginning of the line, as long as it is not decided what it is. */
  #head: string | undefined = ""
  #fence = ""
  #line: Style | undefined
  #strong = false
  #code = false
  #star = false

  /** `base` is the style of ordinary text; each row begins with `indent`. */
  constructor(options: MessageRowOptions, base?: Style, indent = "") {
    this.#rows = new Rows(options)
    this.#base = base
    this.#indent = indent
    this.#rows.hanging = { text: indent }
  }

  /** Writes more of the text. */
  write(text: string): void {
    let at = 0
    while (at < text.length) {
      const end = text.indexOf("\n", at)
      this.#piece(text.slice(at, end === -1 ? undefined : end).replace(/\r$/, ""))
      if (end === -1) return
      this.#endLine()
      at = end + 1
    }
  }

  /** Ends the text: what is held back is written. */
  finish(): void {
    if (this.#head === "" && this.#rows.empty) return
    this.#endLine()
  }

  /** The rows that are complete, once. */
  take(): Array<string> {
    return this.#rows.take()
  }

  /** The row that is open, with what is held back; undefined when there is none. */
  open(): string | undefined {
    const head = this.#head ?? ""
    return head === "" ? this.#rows.open() : `${this.#indent}${head.trimEnd()}`
  }

  #piece(text: string): void {
    if (text === "") return
    if (this.#head === undefined) return this.#inline(text)
    this.#head += text
    if (this.#isOpen(this.#head)) return
    this.#decide(this.#head)
  }

  #isOpen(head: string): boolean {
    if (this.#fence !== "") return /^ *[`~]*\s*$/.test(head)
    return UNDECIDED.test(head) || FENCE.test(head)
  }

  /** Begins a line that is known to be what `head` says. */
  #decide(head: string): void {
    this.#head = undefined
    this.#rows.words = this.#fence === ""
    this.#rows.write(this.#indent)
    if (this.#fence !== "") return this.#rows.write(head, this.#base ?? "cyan")
    const [item, blanks = "", mark = ""] = ITEM.exec(head) ?? []
    const heading = HEADING.exec(head)?.[0]
    const quote = QUOTE.exec(head)?.[0]
    if (heading !== undefined) {
      this.#line = "bold"
      this.#inline(head.slice(heading.length))
    } else if (item !== undefined) {
      const shown = `${blanks}${/\d/.test(mark) ? mark : "•"} `
      this.#rows.hanging = { text: this.#indent + " ".repeat(shown.length) }
      this.#rows.write(shown, this.#base)
      this.#inline(head.slice(item.length))
    } else if (quote !== undefined) {
      this.#line = "dim"
      this.#rows.hanging = { text: `${this.#indent}│ `, style: "dim" }
      this.#rows.write("│ ", "dim")
      this.#inline(head.slice(quote.length))
    } else this.#inline(head)
  }

  #inline(text: string): void {
    if (this.#fence !== "") return this.#rows.write(text, this.#base ?? "cyan")
    let plain = ""
    const flush = (): void => {
      if (plain !== "") this.#rows.write(plain, this.#style())
      plain = ""
    }
    for (const character of text) {
      if (this.#star) {
        this.#star = false
        if (character === "*") {
          flush()
          this.#strong = !this.#strong
          continue
        }
        plain += "*"
      }
      if (character === "`") {
        flush()
        this.#code = !this.#code
      } else if (character === "*" && !this.#code) this.#star = true
      else plain += character
    }
    flush()
  }

  #style(): Style | undefined {
    if (this.#code) return this.#base ?? "cyan"
    if (this.#strong) return "bold"
    return this.#base ?? this.#line
  }

  #endLine(): void {
    const head = this.#head
    if (head !== undefined) this.#endHead(head)
    else {
      if (this.#star) this.#rows.write("*", this.#style())
      this.#rows.end()
    }
    this.#head = ""
    this.#strong = this.#code = this.#star = false
    this.#line = undefined
    this.#rows.hanging = { text: this.#indent }
    this.#rows.words = true
  }

  /** A line that ended before it was decided: a fence, an empty line, or a mark alone. */
  #endHead(head: string): void {
    const [, fence = "", info = ""] = FENCE.exec(head) ?? []
    const closes = this.#fence !== "" && fence.startsWith(this.#fence) && info.trim() === ""
    if (closes || (this.#fence === "" && fence !== "")) {
      this.#fence = closes ? "" : fence
      this.#rows.write(this.#indent)
      this.#rows.write(head.trimEnd(), "dim")
    } else if (head !== "") this.#decide(head)
    this.#rows.end()
  }
}
