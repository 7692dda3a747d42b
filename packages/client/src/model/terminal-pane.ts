/**
 * A terminal on a page: an emulator such as xterm's between a session and an element (docs/protocol/rules.md, U-6, C-7).
 *
 * Bytes go from the attachment to the emulator at once. What the emulator has not parsed holds the program back at half a
 * megabyte, so a flood never puts the view seconds behind. The session has one size, which the hub decides; what fits here is a wish.
 */
import type { HoldfastError } from "../errors.ts"
import type { SessionView } from "./SessionView.ts"
import { type Parser, Writing } from "./Writing.ts"

/** Something that is ended. */
export interface Disposable {
  readonly dispose: () => void
}

/** The part of xterm's terminal that is used. */
export interface TerminalLike extends Disposable, Parser {
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
  /** Output was left out: what is shown is the screen as it is now. The log has all of it. */
  readonly onSkipped?: () => void
}

/** Room that xterm keeps for its scroll bar, in pixels. */
const SCROLL_BAR = 14

/** A session that is shown in an element. */
export interface OpenTerminal {
  /** No one looks: what arrives is kept aside, unparsed. */
  readonly pause: () => void
  /** Someone looks again: shows what came meanwhile, or the screen as it is now if that was much. */
  readonly resume: () => void
  /** Ends it, and leaves the emulator to its owner. */
  readonly close: () => void
}

/** Shows a session in an element. */
export function openTerminal(
  view: SessionView,
  terminal: TerminalLike,
  element: HTMLElement,
  { readOnly = false, fit = true, onRefused = () => undefined, onSkipped = () => undefined }: TerminalPaneOptions = {},
): OpenTerminal {
  terminal.open(element)
  const ends: Array<() => void> = silenced(terminal)
  const writing = new Writing(terminal)
  ends.push(() => writing.end())
  if (!readOnly) {
    const reports = new FocusReports(terminal)
    const type = (bytes: Uint8Array): void => {
      if (!reports.isMade) void view.attachment?.type(bytes).catch(onRefused)
    }
    const ended = [
      reports,
      terminal.onData((text) => type(encoder.encode(text))),
      terminal.onBinary((text) => type(Uint8Array.from(text, (char) => char.charCodeAt(0)))),
    ]
    ends.push(...ended.map((one) => () => one.dispose()))
  }
  ends.push(
    view.show({
      reset: (screen, cols, rows, isSkip) => {
        if (isSkip) onSkipped()
        return writing.reset(screen, cols, rows)
      },
      write: (output) => writing.write(output),
      resize: (cols, rows) => writing.resize(cols, rows),
    }),
  )
  if (fit && !readOnly) ends.push(fitted(view, terminal, element))
  return {
    pause: () => writing.pause(),
    resume: () => {
      if (!writing.resume()) view.attachment?.refresh()
    },
    close: () => {
      for (const end of ends.reverse()) end()
    },
  }
}

const encoder = new TextEncoder()

/** Tells reports that output made from those that a person made: switching reports of the focus on makes one at once (C-7). */
class FocusReports implements Disposable {
  readonly #handler: Disposable
  /** True while the emulator reads a sequence that may make it report. */
  isMade = false

  constructor({ parser }: TerminalLike) {
    this.#handler = parser.registerCsiHandler({ prefix: "?", final: "h" }, () => {
      this.isMade = true
      // What is parsed with it is parsed before; no key can come in between.
      queueMicrotask(() => (this.isMade = false))
      return false
    })
  }

  dispose(): void {
    this.#handler.dispose()
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
