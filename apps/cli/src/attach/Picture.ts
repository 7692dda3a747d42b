/**
 * The session's screen on the user's terminal (docs/PROTOCOL.md, T-8, T-9).
 *
 * While session and window have one size, output goes to the terminal as it comes. Otherwise it goes into a `CroppedView`,
 * with every change of size at its place, and what fits is painted. Once the sizes agree the emulator's whole state is
 * written to the terminal, and output goes on as it comes: nothing needs to be asked for. The other way a snapshot is
 * needed; `redraw` asks for it, and asks again after a loss of the connection.
 *
 * After this viewer attached or its window changed the session is about to take its size: for `SOON` milliseconds nothing
 * is painted for another one. A snapshot may be older than the present and what follows it have been made for several
 * sizes, so nothing is painted, or taken for right, before `synced`.
 */
import type { CroppedView } from "./CroppedView.ts"
import { OutputFilter } from "./OutputFilter.ts"
import type { OwnTerminal } from "./OwnTerminal.ts"
import { sameSize } from "./viewport.ts"
import type { Size } from "./viewport.ts"

/** Milliseconds within which a session takes the size it was asked for. */
const SOON = 400

/** How to show a session. */
export interface PictureOptions {
  /** Let the session write to the clipboard. */
  readonly clipboard: boolean
  /** The viewer never gives the session its size. */
  readonly readOnly: boolean
}

/** The picture of one attachment. */
export class Picture {
  readonly #terminal: OwnTerminal
  readonly #options: PictureOptions
  readonly #redraw: () => void
  readonly #filter: OutputFilter
  #view: CroppedView | undefined
  #session: Size | undefined
  #synced = false
  /** The next snapshot goes into a view, whatever its size: the terminal was written to in more than one size. */
  #spoiled = false
  #soonUntil = 0
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(terminal: OwnTerminal, options: PictureOptions, redraw: () => void) {
    this.#terminal = terminal
    this.#options = options
    this.#redraw = redraw
    this.#filter = new OutputFilter({ clipboard: options.clipboard })
    terminal.undo = this.#filter.undo
  }

  /** True while the session shows its alternate screen. */
  get alternate(): boolean {
    return this.#filter.alternate
  }

  /** True where something may be written to the terminal: between two sequences of the session, or beside a view. */
  get settled(): boolean {
    return this.#view !== undefined || this.#filter.settled
  }

  /** The view, while the session is seen in part. */
  get cropped(): CroppedView | undefined {
    return this.#view?.shown === true ? this.#view : undefined
  }

  /** True while what comes is taken in and not shown, since another size is expected. */
  get hidden(): boolean {
    return this.#view?.shown === false
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
  async snapshot(size: Size | undefined, screen: Uint8Array): Promise<void> {
    this.dropped()
    this.#session = size
    this.#filter.reset()
    if (size !== undefined) this.#filter.size = size
    const through = size === undefined || (this.#fits && !this.#spoiled)
    this.#spoiled = false
    if (through) this.#through("")
    else await this.#begin(size)
    await this.output(screen)
  }

  /** Output of the session; the promise holds the next back while the terminal is full. */
  output(bytes: Uint8Array): void | Promise<void> {
    const kept = this.#filter.push(bytes)
    if (this.#view !== undefined) {
      this.#view.write(kept)
      if (this.#synced && this.#fits) this.#look()
      return
    }
    this.#terminal.alternate = this.#filter.alternate
    this.#terminal.origin = this.#filter.origin
    if (kept.length === 0 || process.stdout.write(kept)) return
    return new Promise((resolve) => process.stdout.once("drain", resolve))
  }

  /** The session has another size from here on. */
  resized(size: Size): void {
    this.#session = size
    this.#filter.size = size
    this.#view?.resize(size.cols, size.rows)
    this.#look()
  }

  /** Everything up to now was drawn; what follows happens now. */
  synced(): void {
    this.#synced = true
    this.#filter.live = true
    if (this.#spoiled) this.#redraw()
    else this.#look()
  }

  /** The window has another size. */
  windowChanged(): void {
    this.#soon()
    this.#view?.windowChanged()
    this.#look()
  }

  /** Draws nothing more; the terminal is left as it is. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#view?.stop()
  }

  get #fits(): boolean {
    return this.#session === undefined || sameSize(this.#session, this.#terminal.size)
  }

  #soon(): void {
    if (!this.#options.readOnly) this.#soonUntil = performance.now() + SOON
  }

  /** Draws in another way where the sizes ask for it. */
  #look(): void {
    clearTimeout(this.#timer)
    if (this.#stopped) return
    const view = this.#view
    if (this.#fits) {
      const state = view !== undefined && this.#synced ? view.state() : undefined
      if (state !== undefined) this.#through(state)
      return
    }
    const wait = this.#soonUntil - performance.now()
    if (this.#synced && wait > 0 && view?.painted !== true) this.#timer = setTimeout(() => this.#look(), wait + 1)
    else if (view === undefined) {
      this.#spoiled = true
      this.#redraw()
    } else if (this.#synced) view.show()
  }

  /** Output goes to the terminal as it comes, from a state on that is written to it empty. */
  #through(state: string): void {
    this.#view?.stop()
    this.#view = undefined
    this.#filter.aside = undefined
    this.#terminal.clear()
    this.#terminal.write(state)
    this.#terminal.alternate = this.#filter.alternate
    this.#terminal.origin = this.#filter.origin
  }

  /** Output goes into a view, from an empty screen on. */
  async #begin({ cols, rows }: Size): Promise<void> {
    this.#filter.aside = (text) => this.#terminal.write(text)
    if (this.#view !== undefined) return this.#view.begin(cols, rows)
    const { CroppedView } = await import("./CroppedView.ts")
    this.#view = new CroppedView(this.#terminal, cols, rows, this.#options.readOnly ? "read-only" : "type to take this size")
    if (this.#stopped) this.#view.stop()
  }
}
