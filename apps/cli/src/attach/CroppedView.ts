/**
 * A session seen through a window of another size (docs/protocol/rules.md, T-8, C-7).
 *
 * Output meant for another size cannot be written to the user's terminal: lines would wrap and positions be wrong. An
 * emulator of the session's own size takes it instead, and what of its screen fits is painted, the part around the
 * cursor, changed rows only, at most once in `FRAME` milliseconds and never before the terminal took the last frame. The
 * emulator answers nothing. The painting stands on the terminal's alternate screen.
 *
 * Keys are to mean what they mean to the session, so its key and paste modes are set; mouse and focus reports are not,
 * since places in the window are not those on the screen.
 */
import type { ChildTerminal } from "@holdfast/runner/emulator/ChildTerminal"
import { fitText, padText } from "../text/width.ts"
import { croppedRow } from "./cropped-row.ts"
import { harmless } from "./OutputFilter.ts"
import type { OwnTerminal } from "./OwnTerminal.ts"
import type { SessionScreen } from "./SessionScreen.ts"
import type { Core } from "@holdfast/runner/emulator/xterm-internals"
import { rowsFor, sessionSize, viewport } from "./viewport.ts"
import type { Viewport } from "./viewport.ts"

const CSI = "\u001b["

/** Milliseconds between two frames at the least. */
const FRAME = 33
/** Milliseconds in which output that belongs together is expected to arrive. */
const GATHER = 4
/** Longest time for which a program may hold the screen back while it draws (synchronised output), in milliseconds. */
const HELD = 150
/** The view of one attachment. */
export class CroppedView {
  readonly #terminal: OwnTerminal
  readonly #advice: string
  #screen: SessionScreen
  #part: Viewport | undefined
  #rows: Array<string> = []
  #state = ""
  #entered = false
  #shown = false
  #notice: string | undefined
  #noticeTimer: NodeJS.Timeout | undefined
  #timer: NodeJS.Timeout | undefined
  #paintedAt = 0
  #heldSince = 0
  #stopped = false

  /** A view of a screen, not shown; `advice` ends the line that tells the sizes. */
  constructor(terminal: OwnTerminal, screen: SessionScreen, advice: string) {
    this.#terminal = terminal
    this.#advice = advice
    this.#screen = screen
  }

  /** True while the screen is painted. */
  get shown(): boolean {
    return this.#shown
  }

  /** Paints from now on. */
  show(): void {
    if (this.#shown) return
    this.#shown = true
    this.#schedule()
  }

  /** Paints nothing until it is shown again, and then this screen. What is painted stays. */
  hide(screen: SessionScreen): void {
    this.#shown = false
    this.#screen = screen
  }

  /** The screen has changed. */
  changed(): void {
    this.#schedule()
  }

  /** The window has another size, or something else was written to it. */
  windowChanged(): void {
    this.#repaint()
  }

  /** Shows a text on the bottom row, for some milliseconds or until the next. */
  notice(text: string, milliseconds?: number): void {
    clearTimeout(this.#noticeTimer)
    this.#notice = text
    if (milliseconds !== undefined) {
      this.#noticeTimer = setTimeout(() => {
        this.#notice = undefined
        this.#schedule()
      }, milliseconds)
    }
    this.#schedule()
  }

  /** Paints nothing any more; the terminal is left as it is. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    clearTimeout(this.#noticeTimer)
  }

  #repaint(): void {
    this.#rows = []
    this.#state = ""
    this.#schedule()
  }

  #schedule(): void {
    if (this.#stopped || !this.#shown) return
    this.#timer ??= setTimeout(() => this.#due(), Math.max(GATHER, this.#paintedAt + FRAME - performance.now()))
  }

  #due(): void {
    this.#timer = undefined
    if (this.#stopped || !this.#shown) return
    if (process.stdout.writableNeedDrain) return void process.stdout.once("drain", () => this.#schedule())
    const now = performance.now()
    const screen = this.#screen.terminal
    if (screen.core.coreService.decPrivateModes.synchronizedOutput) {
      this.#heldSince ||= now
      if (now - this.#heldSince < HELD) return this.#schedule()
    }
    this.#heldSince = 0
    this.#paintedAt = now
    this.#paint(screen)
  }

  #paint({ core }: ChildTerminal): void {
    const { active } = core.buffers
    const window = this.#terminal.size
    const shown = !core.coreService.isCursorHidden
    // Full-screen programs leave a cursor they hide anywhere; others keep it where they write.
    const follow = shown || active === core.buffers.normal ? { x: active.x, y: active.y } : undefined
    const part = viewport(core, window, this.#part, follow)
    this.#part = part
    const rows = Array.from({ length: rowsFor(window) }, (_, row) =>
      croppedRow(
        core,
        row < part.rows ? active.lines.get(active.ybase + part.top + row) : undefined,
        part.left,
        part.cols,
        window.cols,
      ),
    )
    if (window.rows > 1) rows.push(this.#foot(core, window.cols, window.rows))
    let out = ""
    for (const [row, text] of rows.entries()) if (text !== this.#rows[row]) out += `${CSI}${row + 1};1H${text}`
    this.#rows = rows
    const [x, y] = [Math.min(active.x, core.cols - 1) - part.left, active.y - part.top]
    const seen = shown && x >= 0 && x < part.cols && y >= 0 && y < part.rows
    const state = `${this.#modes(core)}${CSI}${Math.max(0, y) + 1};${Math.max(0, x) + 1}H${CSI}?25${seen ? "h" : "l"}`
    if (out === "" && state === this.#state) return
    this.#state = state
    this.#enter()
    this.#terminal.write(harmless(`${CSI}?2026h${CSI}?25l${out}${state}${CSI}?2026l`))
  }

  #enter(): void {
    if (this.#entered) return
    this.#entered = true
    this.#terminal.clear()
    this.#terminal.alternate = true
    this.#terminal.write(`${CSI}?1049h${CSI}?7l${CSI}H${CSI}J`)
  }

  #foot(core: Core, cols: number, rows: number): string {
    const most = sessionSize({ cols, rows })
    const isMost = core.cols === most.cols && core.rows === most.rows
    const text =
      this.#notice ??
      (isMost ? `sessions have at most 1000 columns and 1000 rows` : undefined) ??
      `${core.cols}x${core.rows} seen through ${cols}x${rows}; ${this.#advice}`
    return `${CSI}7m${padText(fitText(` ${text}`, cols), cols)}${CSI}0m`
  }

  #modes(core: Core): string {
    const modes = core.coreService.decPrivateModes
    const steady = modes.cursorStyle === undefined ? 0 : { block: 2, underline: 4, bar: 6 }[modes.cursorStyle]
    const shape = steady !== 0 && modes.cursorBlink === true ? steady - 1 : steady
    return (
      `${CSI}?1${modes.applicationCursorKeys ? "h" : "l"}\u001b${modes.applicationKeypad ? "=" : ">"}` +
      `${CSI}?2004${modes.bracketedPasteMode ? "h" : "l"}${CSI}${shape} q`
    )
  }
}
