/**
 * A terminal on a page: an emulator such as xterm's between a session and an element (docs/protocol/rules.md, U-6, C-7).
 *
 * Bytes go from the attachment to the emulator at once. What the emulator has not parsed holds the program back at half a
 * megabyte, so a flood never puts the view seconds behind. The session has one size, which the hub decides; what fits here is a wish.
 */
import type { HoldfastError } from "../errors.ts"
import type { SessionView } from "./SessionView.ts"

/** Something that is ended. */
export interface Disposable {
  readonly dispose: () => void
}

/** The part of xterm's terminal that is used. */
export interface TerminalLike extends Disposable {
  readonly cols: number
  readonly rows: number
  readonly element: HTMLElement | undefined
  readonly parser: {
    readonly registerCsiHandler: (
      id: { readonly prefix?: string; readonly intermediates?: string; readonly final: string },
      handler: () => boolean,
    ) => Disposable
    readonly registerDcsHandler: (
      id: { readonly intermediates?: string; readonly final: string },
      handler: () => boolean,
    ) => Disposable
    readonly registerOscHandler: (id: number, handler: (data: string) => boolean) => Disposable
  }
  readonly open: (element: HTMLElement) => void
  readonly write: (data: Uint8Array, done?: () => void) => void
  readonly resize: (cols: number, rows: number) => void
  readonly reset: () => void
  readonly focus: () => void
  readonly onData: (listener: (text: string) => void) => Disposable
  readonly onBinary: (listener: (text: string) => void) => Disposable
}

/** How a terminal is shown. */
export interface TerminalPaneOptions {
  /** true: nothing that is typed reaches the session. */
  readonly readOnly?: boolean
  /** false: the session is never asked to take the size of the element. */
  readonly fit?: boolean
  /** What was typed did not reach the program: another client has the keyboard, or no process runs. */
  readonly onRefused?: (error: HoldfastError) => void
}

/** Most bytes that the emulator has not parsed, and down to how many it then has to come before it gets more. */
const UNPARSED_MOST = 512 * 1024
const UNPARSED_LEAST = 128 * 1024

/** Room that xterm keeps for its scroll bar, in pixels. */
const SCROLL_BAR = 14

/** Shows a session in an element until the function that is returned is called, which leaves the emulator to its owner. */
export function openTerminal(
  view: SessionView,
  terminal: TerminalLike,
  element: HTMLElement,
  { readOnly = false, fit = true, onRefused = () => undefined }: TerminalPaneOptions = {},
): () => void {
  terminal.open(element)
  const ends: Array<() => void> = silenced(terminal)
  const writing = new Writing(terminal)
  ends.push(() => writing.end())
  if (!readOnly) {
    const type = (bytes: Uint8Array): void => void view.attachment?.type(bytes).catch(onRefused)
    const ended = [
      terminal.onData((text) => type(encoder.encode(text))),
      terminal.onBinary((text) => type(Uint8Array.from(text, (char) => char.charCodeAt(0)))),
    ]
    ends.push(...ended.map((one) => () => one.dispose()))
  }
  ends.push(
    view.show({
      reset: (screen, cols, rows) => writing.reset(screen, cols, rows),
      write: (output) => writing.write(output),
      resize: (cols, rows) => writing.after(() => terminal.resize(cols, rows)),
    }),
  )
  if (fit && !readOnly) ends.push(fitted(view, terminal, element))
  return () => {
    for (const end of ends.reverse()) end()
  }
}

const encoder = new TextEncoder()

/** What goes into an emulator, in order. */
class Writing {
  readonly #terminal: TerminalLike
  #unparsed = 0
  #isOver = false
  #waiting: Array<{ readonly down: number; readonly resolve: () => void }> = []

  constructor(terminal: TerminalLike) {
    this.#terminal = terminal
  }

  write(bytes: Uint8Array): void | Promise<void> {
    if (this.#isOver) return undefined
    this.#unparsed += bytes.length
    this.#terminal.write(bytes, () => {
      this.#unparsed -= bytes.length
      this.#wake()
    })
    return this.#unparsed > UNPARSED_MOST ? this.#down(UNPARSED_LEAST) : undefined
  }

  /** Does something to the emulator once everything before is parsed. */
  async after(f: () => void): Promise<void> {
    if (this.#unparsed > 0) await this.#down(0)
    if (!this.#isOver) f()
  }

  reset(screen: Uint8Array, cols: number | undefined, rows: number | undefined): Promise<void> {
    return this.after(() => {
      this.#terminal.reset()
      if (cols !== undefined && rows !== undefined) this.#terminal.resize(cols, rows)
      void this.write(screen)
    })
  }

  /** Lets go of whoever waits: the emulator will not parse any more. */
  end(): void {
    this.#isOver = true
    this.#wake()
  }

  #down(down: number): Promise<void> {
    return new Promise((resolve) => void this.#waiting.push({ down, resolve }))
  }

  #wake(): void {
    const due = this.#waiting.filter(({ down }) => this.#isOver || this.#unparsed <= down)
    if (due.length === 0) return
    this.#waiting = this.#waiting.filter((one) => !due.includes(one))
    for (const { resolve } of due) resolve()
  }
}

/** Keeps the emulator from answering what programs ask: the hub's own emulator has answered already (C-7). */
function silenced({ parser }: TerminalLike): Array<() => void> {
  const handled = (): boolean => true
  const asks = (data: string): boolean => data.includes("?")
  const handlers = [
    parser.registerCsiHandler({ final: "c" }, handled),
    parser.registerCsiHandler({ prefix: ">", final: "c" }, handled),
    parser.registerCsiHandler({ prefix: "=", final: "c" }, handled),
    parser.registerCsiHandler({ final: "n" }, handled),
    parser.registerCsiHandler({ prefix: "?", final: "n" }, handled),
    parser.registerCsiHandler({ prefix: "?", final: "u" }, handled),
    parser.registerCsiHandler({ prefix: ">", final: "q" }, handled),
    parser.registerCsiHandler({ intermediates: "$", final: "p" }, handled),
    parser.registerCsiHandler({ prefix: "?", intermediates: "$", final: "p" }, handled),
    parser.registerDcsHandler({ intermediates: "$", final: "q" }, handled),
    ...[4, 10, 11, 12].map((number) => parser.registerOscHandler(number, asks)),
  ]
  return handlers.map((one) => () => one.dispose())
}

/** Tells the hub which size fits into the element, now and whenever it changes. */
function fitted(view: SessionView, terminal: TerminalLike, element: HTMLElement): () => void {
  const measure = (): void => {
    const screen = terminal.element?.querySelector(".xterm-screen")
    if (screen === null || screen === undefined || screen.clientWidth === 0 || element.clientWidth === 0) return
    const { paddingLeft, paddingRight, paddingTop, paddingBottom } = getComputedStyle(element)
    const width = element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight) - SCROLL_BAR
    const height = element.clientHeight - parseFloat(paddingTop) - parseFloat(paddingBottom)
    const cols = Math.floor(width / (screen.clientWidth / terminal.cols))
    const rows = Math.floor(height / (screen.clientHeight / terminal.rows))
    if (cols >= 2 && rows >= 1) view.resize(Math.min(cols, 1000), Math.min(rows, 1000))
  }
  measure()
  const observer = new ResizeObserver(measure)
  observer.observe(element)
  return () => observer.disconnect()
}
