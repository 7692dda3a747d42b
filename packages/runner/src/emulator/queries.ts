/**
 * What a child asks of its terminal, and what it gets (T-3, T-12).
 *
 * Answered by the library: DA1, DA2, DECRQM, DSR 5, text area size (CSI 18 t). Answered here: cursor position, colours,
 * colour scheme, version. Left without an answer on purpose: clipboard (OSC 52), title and icon reports (CSI 20 t,
 * 21 t), DECRQSS, XTGETTCAP, checksums, pixel sizes, the kitty keyboard protocol (viewers do not speak it).
 */
import { headOf } from "@holdfast/protocol/text-cut"
import type { Terminal } from "@xterm/headless"
import { Colors } from "./colors.ts"
import type { Core, Parameters } from "./xterm-internals.ts"

/** Longest title, in characters. */
export const MAX_TITLE = 256
const VERSION = "Holdfast"

/** A title without control characters (C0, DEL, C1, direction and line marks), at most 256 characters (E-7). */
export function cleanTitle(title: string): string {
  return headOf(title.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ""), MAX_TITLE)
}

/** What the hooks report. */
export interface QueryEvents {
  readonly answer: (data: string) => void
  readonly title: (title: string) => void
}

const atMost = (params: Parameters, limit: number): void => {
  const value = params.params[0] ?? 0
  if (value > limit) params.params[0] = limit
}

/** Counts beyond what a screen can show: the library does each step, so a count of 2^31 would hold it for minutes. */
const boundCounts = (core: Core): void => {
  for (const final of ["L", "M", "S", "T"]) core.registerCsiHandler({ final }, (params) => (atMost(params, core.rows), false))
  for (const final of ["I", "Z"]) core.registerCsiHandler({ final }, (params) => (atMost(params, core.cols), false))
  core.registerCsiHandler({ final: "b" }, (params) => (atMost(params, core.cols * core.rows), false))
}

/** Erasing up to the cursor in the last column of the last row makes the library read a row that is not there. */
const mendErase = (core: Core): void => {
  const handler =
    (respectProtect: boolean) =>
    (params: Parameters): boolean => {
      const { active } = core.buffers
      if (params.params[0] !== 1 || active.x + 1 < core.cols || active.lines.get(active.y + 1) !== undefined) return false
      core._inputHandler._eraseInBufferLine(active.y, 0, active.x + 1, true, respectProtect)
      for (let row = active.y - 1; row >= 0; row--) core._inputHandler._resetBufferLine(row, respectProtect)
      return true
    }
  core.registerCsiHandler({ final: "J" }, handler(false))
  core.registerCsiHandler({ prefix: "?", final: "J" }, handler(true))
}

const reportCursor = (core: Core, colors: Colors, answer: (data: string) => void): void => {
  const handler =
    (prefix: string) =>
    (params: Parameters): boolean => {
      if (params.params[0] !== 6) return false
      const { active } = core.buffers
      const top = core.coreService.decPrivateModes.origin ? active.scrollTop : 0
      answer(`\x1b[${prefix}${active.y - top + 1};${Math.min(active.x, core.cols - 1) + 1}R`)
      return true
    }
  core.registerCsiHandler({ final: "n" }, handler(""))
  core.registerCsiHandler({ prefix: "?", final: "n" }, (params) => {
    if (params.params[0] !== 996) return handler("?")(params)
    answer(`\x1b[?997;${colors.isLight ? 2 : 1}n`)
    return true
  })
}

/** Adds the answers, silences and bounds to a terminal; gives the colours the child sets from then on. */
export function hookQueries(terminal: Terminal, core: Core, events: QueryEvents): Colors {
  const { parser } = terminal
  const { answer } = events
  const colors = new Colors(answer)
  terminal.onData(answer)
  reportCursor(core, colors, answer)
  boundCounts(core)
  mendErase(core)
  parser.registerCsiHandler({ prefix: ">", final: "q" }, (params) => {
    if (params[0] === 0) answer(`\x1bP>|${VERSION}\x1b\\`)
    return true
  })
  parser.registerDcsHandler({ intermediates: "$", final: "q" }, () => true)
  parser.registerOscHandler(52, () => true)
  parser.registerOscHandler(4, (data) => (colors.indexed(data), true))
  for (const index of [0, 1, 2]) {
    parser.registerOscHandler(10 + index, (data) => (colors.special(index, data), true))
    parser.registerOscHandler(110 + index, () => (colors.restoreSpecial(index), true))
  }
  parser.registerOscHandler(104, (data) => (colors.restoreIndexed(data), true))
  const setTitle = (data: string): boolean => core._inputHandler.setTitle(cleanTitle(data))
  parser.registerOscHandler(0, setTitle)
  parser.registerOscHandler(1, () => true)
  parser.registerOscHandler(2, setTitle)
  terminal.onTitleChange(events.title)
  return colors
}
