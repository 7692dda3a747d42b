/**
 * Makes a viewer's terminal answer nothing (C-7, T-3): the runner's emulator is the only one that answers a child.
 *
 * For xterm.js in a browser or in Node, without importing it. It also keeps output from holding or breaking the library
 * (6.0.0): counts of millions in scrolls, and erasing up to the last cell of a screen without scrollback.
 *
 * One thing is left to the viewer: when output switches focus reports on, xterm.js reports the present focus at once. Data
 * that arrives while output is being written is not the user's and must not be sent.
 */

type Params = ReadonlyArray<number | ReadonlyArray<number>>

interface SequenceId {
  readonly prefix?: string
  readonly intermediates?: string
  readonly final: string
}

/** What is used of a terminal of xterm.js. */
export interface ViewerTerminal {
  readonly cols: number
  readonly buffer: { readonly active: { readonly cursorX: number; readonly cursorY: number; readonly length: number } }
  readonly parser: {
    registerCsiHandler(id: SequenceId, handler: (params: Params) => boolean): unknown
    registerDcsHandler(id: SequenceId, handler: (data: string, params: Params) => boolean): unknown
    registerOscHandler(id: number, handler: (data: string) => boolean): unknown
  }
}

/** Largest count of a scroll, tab or repetition that a viewer carries out. */
export const MAX_COUNT = 65_535

/** Control sequences that are questions: device attributes and status, modes, version, keyboard protocol. */
const QUESTIONS: ReadonlyArray<SequenceId> = [
  { final: "c" },
  { prefix: ">", final: "c" },
  { prefix: "=", final: "c" },
  { final: "n" },
  { prefix: "?", final: "n" },
  { intermediates: "$", final: "p" },
  { prefix: "?", intermediates: "$", final: "p" },
  { prefix: ">", final: "q" },
  { prefix: "?", final: "u" },
  { final: "x" },
]

/** Counted sequences that the library carries out one by one. */
const COUNTED = ["L", "M", "S", "T", "I", "Z", "b"]

/** Colours: setting them is the viewer's affair, asking for them is not. */
const COLORS = [4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]

const first = (params: Params): number => {
  const value = params[0]
  return typeof value === "number" ? value : (value?.[0] ?? 0)
}

/** Adds the silences to a terminal; call it once, before anything is written to it. */
export function silenceViewer(terminal: ViewerTerminal): void {
  const { parser } = terminal
  for (const id of QUESTIONS) parser.registerCsiHandler(id, () => true)
  for (const intermediates of ["$", "+"]) parser.registerDcsHandler({ intermediates, final: "q" }, () => true)
  for (const id of COLORS) parser.registerOscHandler(id, (data) => data.split(";").includes("?"))
  for (const final of COUNTED) parser.registerCsiHandler({ final }, (params) => first(params) > MAX_COUNT)
  const breaks = (params: Params): boolean => {
    const { cursorX, cursorY, length } = terminal.buffer.active
    return first(params) === 1 && cursorX + 1 >= terminal.cols && cursorY + 1 >= length
  }
  parser.registerCsiHandler({ final: "J" }, breaks)
  parser.registerCsiHandler({ prefix: "?", final: "J" }, breaks)
}
