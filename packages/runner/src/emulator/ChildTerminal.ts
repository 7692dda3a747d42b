/**
 * The terminal of one child: parses its output in order, answers its queries, gives its screen and its checkpoint.
 *
 * Output arrives in pieces cut anywhere; the library decodes characters that are cut between two writes wrongly, so a
 * begun character waits here for its rest.
 */
import unicode11 from "@xterm/addon-unicode11"
import type { Terminal } from "@xterm/headless"
import { writeCheckpoint } from "./checkpoint.ts"
import type { CheckpointSource } from "./checkpoint-source.ts"
import { finish } from "./checkpoint-cursor.ts"
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"
import type { Colors } from "./colors.ts"
import { boundLinks } from "./links.ts"
import { OpenSequence } from "./open-sequence.ts"
import { Pen } from "./pen.ts"
import { TerminalReports } from "./hook-program.ts"
import { hookQueries } from "./queries.ts"
import type { QueryEvents } from "./queries.ts"
import { GoneLines } from "./GoneLines.ts"
import { hookStates } from "./hook-states.ts"
import type { KeptStates } from "./kept-states.ts"
import { CharacterCutter, forLibrary } from "./utf8.ts"
import { coreOf, emptyTerminal } from "./xterm-internals.ts"
import type { Core } from "./xterm-internals.ts"

const ABORT = Buffer.from("\x18")

/** What is visible, as `ScreenReply` without its position. */
export interface VisibleScreen {
  readonly cols: number
  readonly rows: number
  readonly cursor: { readonly x: number; readonly y: number; readonly visible: boolean }
  readonly text: string
  readonly title: string
  readonly alternate: boolean
}

/** What a terminal reports while it parses. */
export interface TerminalEvents extends QueryEvents {
  /** What its programs report of themselves may have changed; absent where that is of no interest. */
  readonly reported?: (reports: TerminalReports) => void
}

/** Widths of characters as viewers have them (Unicode 11: emoji take two columns). */
export function setWidths(terminal: Terminal): void {
  terminal.loadAddon(new unicode11.Unicode11Addon())
  terminal.unicode.activeVersion = "11"
}

/** One terminal. Sizes in cells, scrollback in lines. */
export class ChildTerminal {
  readonly #terminal: Terminal
  readonly #core: Core
  readonly #colors: Colors
  readonly #states: KeptStates
  readonly #gone: GoneLines
  readonly #reports: TerminalReports
  readonly #scrollback: number
  readonly #open = new OpenSequence()
  readonly #characters = new CharacterCutter()
  #cols: number
  #rows: number

  constructor(cols: number, rows: number, scrollback: number, events: TerminalEvents) {
    this.#cols = cols
    this.#rows = rows
    this.#scrollback = scrollback
    this.#terminal = emptyTerminal(cols, rows, scrollback)
    setWidths(this.#terminal)
    this.#terminal.options.windowOptions = { pushTitle: true, popTitle: true, getWinSizeChars: true }
    this.#core = coreOf(this.#terminal)
    boundLinks(this.#core)
    this.#colors = hookQueries(this.#terminal, this.#core, events)
    this.#gone = new GoneLines(this.#terminal, this.#core)
    this.#states = hookStates(this.#terminal, this.#core, this.#colors)
    this.#reports = new TerminalReports(this.#terminal, events.answer, () => events.reported?.(this.#reports))
  }

  /** The library's own state, for comparisons. */
  get core(): Core {
    return this.#core
  }

  /** The lines that have left the top of the normal screen. */
  get gone(): GoneLines {
    return this.#gone
  }

  /** The colours of the viewer's terminal that counts: what the child's questions are answered with. */
  set theme(theme: TerminalColors) {
    this.#colors.theme = theme
  }

  /** The sequences that set the colours the child set. */
  get colors(): string {
    return this.#colors.sequence()
  }

  /** What its programs report of themselves. */
  get reports(): TerminalReports {
    return this.#reports
  }

  /** Whether the output so far ends in the middle of a character. */
  get isInCharacter(): boolean {
    return this.#characters.isInCharacter
  }

  /** Parses a piece of output; some tens of kilobytes at most, so that others get their turn. */
  parse(bytes: Uint8Array): void {
    let rest = this.#characters.take(bytes)
    while (rest.length > 0) {
      if (this.#open.skipping) {
        rest = rest.subarray(this.#open.skip(rest))
        continue
      }
      this.#core._inputHandler.parse(forLibrary(rest))
      if (this.#open.parsed(rest, this.#core._inputHandler._parser.currentState)) this.#core._inputHandler.parse(ABORT)
      return
    }
  }

  /**
   * Lines of plain text after which nothing of what is there now can be seen, undefined while the state forbids to skip:
   * within a sequence or a character, or with scroll margins.
   */
  get linesToReplaceAll(): number | undefined {
    const { active } = this.#core.buffers
    const { rows } = this.#core
    const isPlain = this.#core._inputHandler._parser.currentState === 0 && !this.#open.skipping && !this.isInCharacter
    if (!isPlain || active.scrollTop !== 0 || active.scrollBottom !== rows - 1) return undefined
    return active === this.#core.buffers.alt ? rows : rows + this.#scrollback
  }

  /** Stands for plain text of this many lines that is not parsed: at least as many line feeds as the screen has rows, the last after a CR. */
  skipText(lines: number): void {
    if (this.#core.buffers.active === this.#core.buffers.normal) this.#gone.skipped(lines - this.#core.rows)
    this.#core._inputHandler.parse(Buffer.from(`\r${"\n".repeat(this.#core.rows)}`))
  }

  /** Changes the size. */
  resize(cols: number, rows: number): void {
    this.#cols = cols
    this.#rows = rows
    this.#gone.around(() => this.#terminal.resize(cols, rows))
  }

  /** What is visible now. */
  screen(): VisibleScreen {
    const { active } = this.#terminal.buffer
    const last = this.#cols - 1
    const lines = Array.from({ length: this.#rows }, (_, row) => {
      const line = active.getLine(active.baseY + row)
      // A wide character that a change of size cut in half at the edge is not shown.
      return line?.translateToString(true, 0, line.getCell(last)?.getWidth() === 2 ? last : last + 1) ?? ""
    })
    return {
      cols: this.#cols,
      rows: this.#rows,
      cursor: { x: Math.min(active.cursorX, this.#cols - 1), y: active.cursorY, visible: !this.#core.coreService.isCursorHidden },
      text: lines
        .map((line) => line.trimEnd())
        .join("\n")
        .trimEnd(),
      title: this.#core._inputHandler._windowTitle,
      alternate: active.type === "alternate",
    }
  }

  /**
   * The whole state as escape sequences (T-6), in steps; nothing may be parsed between them. `from` is the first row of the
   * normal screen that is written, for a terminal whose scrollback has those before.
   */
  *checkpoint(from = 0): Generator<void, string> {
    const state = yield* writeCheckpoint(this.#source, from)
    return state + this.#open.bytes.toString("utf8")
  }

  /** What sets cursor, attributes, modes and charsets on a terminal that has these cells and margins, wherever its cursor is. */
  get cursor(): string {
    return finish(this.#source, new Pen(this.#core))
  }

  get #source(): CheckpointSource {
    const { convertEol, cursorBlink } = this.#terminal.options
    return {
      core: this.#core,
      convertEol: convertEol === true,
      cursorBlink: cursorBlink === true,
      colors: this.#colors.sequence(),
      states: this.#states.sequence(),
      alternateStates: this.#states.alternateSequence(),
      linesBefore: (row) => this.#gone.linesBefore(row),
    }
  }

  /** Frees the terminal. */
  dispose(): void {
    this.#terminal.dispose()
  }
}
