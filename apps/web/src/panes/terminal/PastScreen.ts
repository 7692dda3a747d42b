/**
 * The lines of a terminal that its emulator no longer has, as an emulator of their own over the live one.
 *
 * It shows one moment: what the session prints meanwhile appears below it. Scrolling up reads further back in the log, scrolling down to the
 * lines that the live emulator has leads back to it.
 */
import { Terminal } from "@xterm/xterm"
import { SearchAddon } from "@xterm/addon-search"
import { Unicode11Addon } from "@xterm/addon-unicode11"
import { bindCopy } from "./bind-clipboard.ts"
import { emulatorOptions } from "./emulator-options.ts"
import { anchorRow, rowTexts } from "./anchor.ts"
import { beginsOnAlternate } from "./PastReader.ts"
import type { PastPage, PastReader } from "./PastReader.ts"

/** Lines that a past screen has at most; what is newer than they makes room for what is older. */
const LINES = 30_000
/** Characters of output from which the newest page makes room. */
const MOST_OUTPUT = 4 * 1024 * 1024
/** Pages in which no more lines are found than the live emulator has, as of a program that paints its own screen. */
const FRUITLESS = 6
/** Rows by which two screens are held together. */
const ANCHOR = 4

/** What the program has switched on and no one needs here: the mouse, reports, the cursor, its own screen. */
const QUIET = "\u001b[?1049l\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1004l\u001b[?25l\u001b[0m"

/** One look at the past. */
export class PastScreen {
  readonly host = document.createElement("div")
  readonly #live: Terminal
  readonly #reader: PastReader
  #shown: Shown | undefined
  /** How many of the newest pages have made room. */
  #dropped = 0
  #isBusy = false

  constructor(live: Terminal, reader: PastReader) {
    this.#live = live
    this.#reader = reader
  }

  get terminal(): Terminal | undefined {
    return this.#shown?.terminal
  }

  get search(): SearchAddon | undefined {
    return this.#shown?.search
  }

  /** Epoch milliseconds of the oldest output that is here. */
  get since(): number | undefined {
    return this.#reader.pages[0]?.since
  }

  /** Shows lines above those that the live emulator has; false when there are none. */
  async open(): Promise<boolean> {
    const { baseY } = this.#live.buffer.normal
    const anchor = rowTexts(this.#live.buffer.normal, 0, ANCHOR)
    let made: Shown | undefined
    for (let page = 0; page < FRUITLESS && (await this.#reader.older()); page++) {
      made?.dispose()
      made = await this.#make()
      if (made.rowsAbove > baseY + ANCHOR) break
    }
    if (made === undefined || made.rowsAbove <= baseY) {
      made?.dispose()
      return false
    }
    this.#swap(made)
    const guess = made.rowsAbove - baseY
    made.terminal.scrollToLine(anchorRow(made.terminal.buffer.active, anchor, guess))
    return true
  }

  /** Reads on upwards; false when that was all. */
  async older(): Promise<boolean> {
    const shown = this.#shown
    if (shown === undefined || this.#isBusy) return true
    this.#isBusy = true
    try {
      if (!(await this.#reader.older())) return false
      while (this.#window().reduce((sum, { size }) => sum + size, 0) > MOST_OUTPUT && this.#window().length > 2) this.#dropped++
      await this.#again(shown)
      return true
    } finally {
      this.#isBusy = false
    }
  }

  /** Reads on downwards, where newer output had to make room; false when it reaches to this moment. */
  async newer(): Promise<boolean> {
    const shown = this.#shown
    if (shown === undefined || this.#isBusy) return true
    if (this.#dropped === 0) return false
    this.#isBusy = true
    try {
      this.#dropped = 0
      await this.#again(shown)
      return true
    } finally {
      this.#isBusy = false
    }
  }

  /** Whether what is shown is among the lines that the live emulator has. */
  get reachesLive(): boolean {
    const buffer = this.#shown?.terminal.buffer.active
    return buffer !== undefined && this.#dropped === 0 && buffer.baseY - buffer.viewportY <= this.#live.buffer.normal.baseY
  }

  dispose(): void {
    this.#shown?.dispose()
    this.#shown = undefined
    this.host.remove()
  }

  #window(): ReadonlyArray<PastPage> {
    const { pages } = this.#reader
    return pages.slice(0, pages.length - this.#dropped)
  }

  async #again(before: Shown): Promise<void> {
    const { baseY, viewportY } = before.terminal.buffer.active
    const anchor = rowTexts(before.terminal.buffer.active, viewportY, ANCHOR)
    const made = await this.#make()
    this.#swap(made)
    made.terminal.scrollToLine(anchorRow(made.terminal.buffer.active, anchor, made.rowsAbove - (baseY - viewportY)))
  }

  #make(): Promise<Shown> {
    const { cols, rows } = this.#live
    const pages = this.#window()
    const size = this.#reader.size ?? { cols, rows }
    return drawn(this.host, pages, size, { cols, rows })
  }

  #swap(made: Shown): void {
    this.#shown?.dispose()
    this.#shown = made
    made.show()
  }
}

/** An emulator with a part of the past in it. */
interface Shown {
  readonly terminal: Terminal
  readonly search: SearchAddon
  readonly rowsAbove: number
  readonly show: () => void
  readonly dispose: () => void
}

type Cells = { readonly cols: number; readonly rows: number }

/** Has an emulator show pages of output, unseen until it is done; it ends with the size of now. */
async function drawn(into: HTMLElement, pages: ReadonlyArray<PastPage>, size: Cells, now: Cells): Promise<Shown> {
  const terminal = new Terminal({ ...emulatorOptions(), ...size, scrollback: LINES, disableStdin: true, screenReaderMode: false })
  const search = new SearchAddon({ highlightLimit: 2000 })
  terminal.loadAddon(new Unicode11Addon())
  terminal.unicode.activeVersion = "11"
  terminal.loadAddon(search)
  const host = document.createElement("div")
  host.style.visibility = "hidden"
  into.append(host)
  terminal.open(host)
  const unbind = bindCopy({ host, terminal })
  const write = (data: string | Uint8Array): Promise<void> => new Promise((done) => terminal.write(data, done))
  if (beginsOnAlternate(pages)) await write("\u001b[?1049h")
  for (const { pieces } of pages) {
    for (const piece of pieces) {
      if (piece._tag === "Output") terminal.write(piece.data)
      else {
        await write("")
        if (piece._tag === "Start") terminal.reset()
        terminal.resize(piece.cols, piece.rows)
      }
    }
    // A page at a time, so that what is typed meanwhile is not kept waiting for all of it.
    await write("")
  }
  await write(QUIET)
  if (terminal.cols !== now.cols || terminal.rows !== now.rows) terminal.resize(now.cols, now.rows)
  return {
    terminal,
    search,
    rowsAbove: terminal.buffer.active.baseY,
    show: () => (host.style.visibility = "visible"),
    dispose: () => {
      unbind()
      terminal.dispose()
      host.remove()
    },
  }
}
