/**
 * What this program itself says on a screen that belongs to the session, without spoiling it (docs/protocol/rules.md, T-17).
 *
 * Nothing of the session's is used for it: not the saved cursor, not the margins. Where the cursor is and what it would
 * write, and what stood in a row, is known from the session's screen, and is written again afterwards. While the hub is away
 * nothing else draws: on the ordinary screen the message stands on the alternate one, and leaving that gives back every
 * cell; while the session itself shows its alternate screen the bottom row is used.
 */
import { croppedRow } from "./cropped-row.ts"
import { harmless } from "./OutputFilter.ts"
import type { OwnTerminal } from "./OwnTerminal.ts"
import type { SessionScreen } from "./SessionScreen.ts"
import { fitText, padText } from "../text/width.ts"

const ESC = "\u001b"
const CSI = `${ESC}[`
/** Ordinary characters at absolute places. */
const PLAIN = `${CSI}?6l${CSI}4l${ESC}(B\u000f${ESC}]8;;${ESC}\\${CSI}0m`

/** The messages on one terminal. */
export class Overlay {
  readonly #terminal: OwnTerminal
  readonly #screen: () => SessionScreen | undefined
  #shown: "none" | "screen" | "row" = "none"
  #hinted = false

  /** `screen` is that of the session, while the terminal shows just that. */
  constructor(terminal: OwnTerminal, screen: () => SessionScreen | undefined) {
    this.#terminal = terminal
    this.#screen = screen
  }

  /** True while a message is shown. */
  get shown(): boolean {
    return this.#shown !== "none"
  }

  /** Whether the bottom row is no one's: blank, without the cursor, on the ordinary screen. */
  get hasRoom(): boolean {
    const screen = this.#screen()
    if (screen === undefined || this.shown) return false
    const { text, cursor, rows, alternate } = screen.terminal.screen()
    return !alternate && cursor.y !== rows - 1 && (text.split("\n")[rows - 1] ?? "").trim() === ""
  }

  /** Shows a message while the hub is away; `alternate` says which screen the session shows. */
  show(message: string, alternate: boolean): void {
    this.removeHint()
    const { cols } = this.#terminal.size
    if (this.#shown === "none") {
      this.#shown = alternate ? "row" : "screen"
      // Mode 1049 would save the cursor where the session's own is saved.
      if (this.#shown === "screen") this.#terminal.write(`${CSI}?1047h${PLAIN}${CSI}H${CSI}J`)
    }
    if (this.#shown === "row") this.#onBottomRow(`${CSI}7m${padText(fitText(message, cols - 1), cols - 1)}`)
    else this.#terminal.write(`${PLAIN}${CSI}H${CSI}2K${CSI}7m ${fitText(message, cols - 2)} ${CSI}0m`)
  }

  /** Takes the message away. */
  hide(): void {
    const shown = this.#shown
    this.#shown = "none"
    if (shown === "screen") {
      this.#atOnce(`${CSI}?1047l${PLAIN}`, this.#cursor())
    } else if (shown === "row") this.#bottomRowBack()
  }

  /** Puts a hint on the bottom row, which must have room. */
  hint(text: string): void {
    if (this.#shown !== "none") return
    this.#hinted = true
    this.#onBottomRow(`${CSI}2m${fitText(text, this.#terminal.size.cols - 1)}`)
  }

  /** Takes the hint away, before anything else is written. */
  removeHint(): void {
    if (!this.#hinted) return
    this.#hinted = false
    this.#bottomRowBack()
  }

  #onBottomRow(text: string): void {
    this.#atOnce(`${PLAIN}${CSI}${this.#terminal.size.rows};1H${text}${CSI}0m`, this.#cursor())
  }

  #bottomRowBack(): void {
    const { rows, cols } = this.#terminal.size
    const core = this.#screen()?.terminal.core
    const line = core?.buffers.active.lines.get(core.buffers.active.ybase + rows - 1)
    const row = core === undefined ? `${CSI}K` : croppedRow(core, line, 0, Math.min(cols, core.cols), cols)
    this.#atOnce(`${PLAIN}${CSI}${rows};1H`, harmless(row), this.#cursor())
  }

  #atOnce(sequences: string, ...more: ReadonlyArray<Uint8Array>): void {
    this.#terminal.write(Buffer.concat([Buffer.from(sequences), ...more]))
  }

  /** Cursor, attributes, charsets and modes as the session has them. */
  #cursor(): Uint8Array {
    const screen = this.#screen()
    return screen === undefined ? new Uint8Array(0) : harmless(screen.terminal.cursor)
  }
}
