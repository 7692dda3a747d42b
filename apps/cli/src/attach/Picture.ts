/**
 * The session's screen on the user's terminal (docs/protocol/rules.md, T-8, T-9, T-15, T-17, T-18).
 *
 * A `SessionScreen` takes everything in. While session and window have one size, output passes to the terminal as it comes,
 * through the filter. Otherwise a `CroppedView` paints what fits. Whenever the terminal may show something else than the
 * session's screen, that is written again, with the lines in front that have left it and that the user's scrollback does not
 * have: each line is there once, and where lines are missing one says so.
 *
 * After this viewer attached or its window changed the session is about to take its size: for `SOON` milliseconds nothing
 * is painted for another one. A snapshot may be older than the present and what follows it have been made for several
 * sizes, so nothing is painted, or taken for right, before `synced`.
 */
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"
import type { LinePlace } from "@holdfast/runner/emulator/GoneLines"
import { croppedRow } from "./cropped-row.ts"
import { CroppedView } from "./CroppedView.ts"
import { harmless, OutputFilter } from "./OutputFilter.ts"
import type { OwnTerminal } from "./OwnTerminal.ts"
import { SessionScreen } from "./SessionScreen.ts"
import { sameSize } from "./viewport.ts"
import type { Size } from "./viewport.ts"

/** Milliseconds within which a session takes the size it was asked for. */
const SOON = 400
/** A row of the window that holds nothing. */
const EMPTY_ROW = "\u001b[K"

/** How to show a session. */
export interface PictureOptions {
  /** Let the session write to the clipboard. */
  readonly clipboard: boolean
  /** The viewer never gives the session its size. */
  readonly readOnly: boolean
  /** Lines that the user's scrollback has of earlier attachments. */
  readonly shown?: LinePlace | undefined
  /** All of it is the past: no bell, no notification, no clipboard. */
  readonly past?: boolean
}

/** The picture of one attachment. */
export class Picture {
  readonly #terminal: OwnTerminal
  readonly #options: PictureOptions
  readonly #filter: OutputFilter
  #screen: SessionScreen | undefined
  #view: CroppedView | undefined
  #session: Size | undefined
  /** Up to where the user's own scrollback has the session's lines, while output does not pass. */
  #given: LinePlace | undefined
  #passes = false
  #synced = false
  #soonUntil = 0
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(terminal: OwnTerminal, options: PictureOptions) {
    this.#terminal = terminal
    this.#options = options
    this.#filter = new OutputFilter({ clipboard: options.clipboard })
    this.#filter.live = false
    terminal.undo = this.#filter.undo
    this.#given = options.shown
  }

  /** Colours that the user's terminal reported. */
  set ownColors(colors: TerminalColors | undefined) {
    this.#filter.colors.own = colors
  }

  /** Up to where the user's scrollback has the session's lines; undefined before anything was shown. */
  get given(): LinePlace | undefined {
    return this.#passes ? this.#screen?.place : this.#given
  }

  /** True while the session shows its alternate screen. */
  get alternate(): boolean {
    return this.#filter.alternate
  }

  /** The session's screen, while the terminal shows just that. */
  get shown(): SessionScreen | undefined {
    return this.#passes ? this.#screen : undefined
  }

  /** The session's screen, once there is one, with all that was taken in. */
  get screen(): SessionScreen | undefined {
    return this.#screen
  }

  /** The view, while the session is seen in part. */
  get cropped(): CroppedView | undefined {
    return this.#view?.shown === true ? this.#view : undefined
  }

  /** True while what comes is taken in and not shown, since another size is expected. */
  get hidden(): boolean {
    return !this.#passes && this.cropped === undefined
  }

  /** Attached, for the first time or again: the window's size was asked for. */
  attached(): void {
    this.#soon()
  }

  /** The connection is away; what comes next is the past. */
  dropped(): void {
    this.#synced = false
    this.#filter.live = false
  }

  /** A screen of `size` instead of what is shown; `size` is not known of a session that never had a terminal. */
  snapshot(size: Size | undefined, screen: Uint8Array): void | Promise<void> {
    this.#rest()
    this.dropped()
    this.#session = size
    this.#screen?.stop()
    this.#screen = new SessionScreen(size ?? this.#terminal.size)
    this.#filter.reset()
    this.#filter.size = size ?? this.#terminal.size
    this.#screen.write(screen)
    this.#view?.hide(this.#screen)
    // It may be older than what the user has seen: then it waits until it has caught up.
    if (this.#fits && this.#given === undefined) return this.#pass()
    this.#watch(screen)
  }

  /** Output of the session; the promise holds the next back while the terminal is full. */
  output(bytes: Uint8Array): void | Promise<void> {
    this.#screen?.write(bytes)
    const kept = this.#watch(bytes)
    if (this.#passes) return this.#write(kept)
    this.#view?.changed()
    if (this.#synced && this.#fits) this.#look()
  }

  /** The session has another size from here on. */
  resized(size: Size): void {
    const fitted = this.#passes
    if (fitted && !sameSize(size, this.#terminal.size)) this.#rest()
    this.#session = size
    this.#filter.size = size
    this.#screen?.resize(size)
    this.#view?.changed()
    // The window changed before: how it moved the rows is not known, but it kept those that left it.
    if (fitted && this.#passes) void this.#pass()
    this.#look()
  }

  /** Everything up to now was drawn; what follows happens now. */
  synced(): void {
    this.#synced = true
    this.#filter.live = this.#options.past !== true
    this.#look()
  }

  /** The window has another size. */
  windowChanged(): void {
    this.#soon()
    this.#view?.windowChanged()
    this.#look()
  }

  /** Writes the session's screen again. */
  redraw(): void {
    if (this.#passes) void this.#pass()
    else this.#view?.windowChanged()
  }

  /** The session is over: what fits of its last screen stays on the terminal, whatever its size was. */
  finish(): void {
    clearTimeout(this.#timer)
    if (this.#passes || this.#screen === undefined) return
    if (this.#fits) return void this.#pass()
    this.#view?.stop()
    this.#stopped = true
    const { core } = this.#screen.terminal
    const { active } = core.buffers
    const window = this.#terminal.size
    const rows = Array.from({ length: core.rows }, (_, row) =>
      croppedRow(core, active.lines.get(active.ybase + row), 0, Math.min(core.cols, window.cols), window.cols),
    )
    while (rows.length > 1 && rows.at(-1) === EMPTY_ROW) rows.pop()
    this.#terminal.clear()
    this.#terminal.write(harmless(rows.join("\r\n")))
  }

  /** Draws nothing more; the terminal is left as it is. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#view?.stop()
    this.#screen?.stop()
  }

  get #fits(): boolean {
    return this.#session === undefined || sameSize(this.#session, this.#terminal.size)
  }

  get #advice(): string {
    if (this.#options.past === true) return "as it was"
    return this.#options.readOnly ? "read-only" : "type to take this size"
  }

  #soon(): void {
    if (!this.#options.readOnly) this.#soonUntil = performance.now() + SOON
  }

  /** Draws in another way where the sizes ask for it. */
  #look(): void {
    clearTimeout(this.#timer)
    if (this.#stopped || !this.#synced) return
    if (this.#fits) {
      if (!this.#passes) void this.#pass()
      return
    }
    const wait = this.#soonUntil - performance.now()
    if (wait > 0 && this.cropped === undefined) this.#timer = setTimeout(() => this.#look(), wait + 1)
    else this.#crop()
  }

  /** What the filter makes of output; bells, titles and the like reach the terminal also where the rest does not. */
  #watch(bytes: Uint8Array): Uint8Array {
    this.#filter.aside = this.#passes ? undefined : (text) => this.#terminal.write(text)
    return this.#filter.push(bytes)
  }

  #write(kept: Uint8Array): void | Promise<void> {
    this.#terminal.alternate = this.#filter.alternate
    this.#terminal.origin = this.#filter.origin
    if (kept.length === 0 || process.stdout.write(kept)) return
    return new Promise((resolve) => process.stdout.once("drain", resolve))
  }

  /** Output does not pass from here on. */
  #rest(): void {
    if (this.#passes) this.#given = this.#screen?.place
    this.#passes = false
  }

  /** Output passes from here on; the screen is written first. Not in the middle of a character: then with what follows. */
  #pass(): void | Promise<void> {
    const from = this.#passes ? this.#screen?.place : this.#given
    const state = this.#screen?.state(from)
    if (state === undefined) return
    this.#view?.stop()
    this.#view = undefined
    this.#passes = true
    const { live } = this.#filter
    this.#filter.live = false
    this.#filter.reset()
    this.#terminal.clear()
    if (state.missing > 0)
      this.#terminal.write(
        `\u001b[2m[holdfast: ${state.missing} lines are not shown here; they are in the session's log]\u001b[m\r\n`,
      )
    const writing = this.#write(this.#watch(Buffer.from(state.sequences)))
    this.#filter.live = live
    return writing
  }

  /** The screen is seen in part from here on. */
  #crop(): void {
    this.#rest()
    if (this.#screen === undefined) return
    this.#view ??= new CroppedView(this.#terminal, this.#screen, this.#advice)
    this.#view.show()
  }
}
