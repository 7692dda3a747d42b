/**
 * What this program itself says on a screen that belongs to the session, without spoiling it.
 *
 * While the hub is away nothing else draws. On the ordinary screen the message stands on the alternate one, and leaving
 * that gives back every cell. While the session itself shows its alternate screen the bottom row is used, and the session
 * has to be drawn anew afterwards. A hint is put on the bottom row only where it is known to be blank, and taken away before
 * the next byte of output.
 */
import type { OwnTerminal } from "./OwnTerminal.ts"
import { fitText, padText } from "../text/width.ts"

const ESC = "\u001b"
const CSI = `${ESC}[`

/** The messages on one terminal. */
export class Overlay {
  readonly #terminal: OwnTerminal
  #shown: "none" | "screen" | "row" = "none"
  #hinted = false

  constructor(terminal: OwnTerminal) {
    this.#terminal = terminal
  }

  /** True while a message is shown. */
  get shown(): boolean {
    return this.#shown !== "none"
  }

  /** Shows a message while the hub is away; `alternate` says which screen the session shows. */
  show(message: string, alternate: boolean): void {
    this.removeHint()
    if (this.#shown === "none") {
      this.#shown = alternate ? "row" : "screen"
      if (this.#shown === "screen") {
        this.#terminal.alternate = true
        this.#terminal.write(`${CSI}?1049h${CSI}0m${CSI}2J`)
      }
    }
    if (this.#shown === "row") this.#row(message)
    else this.#terminal.write(`${ESC}7${CSI}H${CSI}2K${CSI}7m ${fitText(message, this.#terminal.size.cols - 2)} ${CSI}0m${ESC}8`)
  }

  /** Takes the message away; true when the session has to be drawn anew. */
  hide(): boolean {
    const shown = this.#shown
    this.#shown = "none"
    if (shown === "screen") {
      this.#terminal.alternate = false
      this.#terminal.write(`${CSI}?1049l`)
    }
    return shown === "row"
  }

  /** Puts a hint on the bottom row, which must be blank. */
  hint(text: string): void {
    if (this.#shown !== "none") return
    const { rows, cols } = this.#terminal.size
    this.#hinted = true
    this.#terminal.write(`${ESC}7${CSI}${rows};1H${CSI}0;2m${fitText(text, cols - 1)}${ESC}8`)
  }

  /** Takes the hint away, before anything else is written. */
  removeHint(): void {
    if (!this.#hinted) return
    this.#hinted = false
    this.#terminal.write(`${ESC}7${CSI}${this.#terminal.size.rows};1H${CSI}0m${CSI}2K${ESC}8`)
  }

  #row(message: string): void {
    const { rows, cols } = this.#terminal.size
    this.#terminal.write(`${ESC}7${CSI}${rows};1H${CSI}0;7m${padText(fitText(message, cols - 1), cols - 1)}${ESC}8`)
  }
}
