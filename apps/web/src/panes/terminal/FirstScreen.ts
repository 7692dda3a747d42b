/**
 * The way of a session's output to an emulator, and the screen of an earlier visit before it (docs/protocol/app-rules.md, APP-6).
 *
 * What was kept is shown only while nothing of the session's own was written. The first of its own bytes begin on an empty emulator,
 * whatever has been shown there: both go through the emulator's own queue, so neither can overtake the other.
 */
import type { Terminal } from "@xterm/xterm"
import type { TerminalLike } from "@holdfast/client/model"

/** Full reset (RIS). */
const RESET = "\u001bc"

/** What is used of an emulator. */
type Emulating = Pick<Terminal, keyof TerminalLike>

/** An emulator, as the session's output gets to it. */
export class FirstScreen implements TerminalLike {
  readonly #terminal: Emulating
  readonly #onOwn: () => void
  #hasOwn = false
  #hasKept = false

  /** `onOwn` is called once, when the first bytes of the session are written. */
  constructor(terminal: Emulating, onOwn: () => void) {
    this.#terminal = terminal
    this.#onOwn = onOwn
  }

  /** Whether anything of the session itself was written. */
  get hasOwn(): boolean {
    return this.#hasOwn
  }

  /** Shows a screen that was kept. False, and nothing, where the session's own was written or another one that was kept. */
  showKept(text: string, cols: number, rows: number): boolean {
    if (this.#hasOwn || this.#hasKept) return false
    this.#hasKept = true
    this.#terminal.resize(cols, rows)
    this.#terminal.write(`${text}\u001b[?25l`)
    return true
  }

  readonly write = (data: Uint8Array, done?: () => void): void => {
    if (!this.#hasOwn) this.#begin()
    this.#terminal.write(data, done)
  }

  readonly resize = (cols: number, rows: number): void => this.#terminal.resize(cols, rows)
  readonly reset = (): void => this.#terminal.reset()
  readonly open = (element: HTMLElement): void => this.#terminal.open(element)
  readonly focus = (): void => this.#terminal.focus()
  readonly dispose = (): void => this.#terminal.dispose()

  get cols(): number {
    return this.#terminal.cols
  }

  get rows(): number {
    return this.#terminal.rows
  }

  get element(): HTMLElement | undefined {
    return this.#terminal.element
  }

  get parser(): TerminalLike["parser"] {
    return this.#terminal.parser
  }

  get onData(): TerminalLike["onData"] {
    return this.#terminal.onData
  }

  get onBinary(): TerminalLike["onBinary"] {
    return this.#terminal.onBinary
  }

  #begin(): void {
    this.#hasOwn = true
    // Parsed with what follows it, so that no empty screen is painted in between.
    if (this.#hasKept) this.#terminal.write(RESET)
    this.#onOwn()
  }
}
