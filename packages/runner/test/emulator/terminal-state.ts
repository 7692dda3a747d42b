/** Everything about a terminal that a viewer can see or that decides what later output does, as lines of text. */
import { describeAttributes, HAS_EXTENDED } from "../../src/emulator/attributes.ts"
import type { ChildTerminal } from "../../src/emulator/ChildTerminal.ts"
import { letterOf } from "../../src/emulator/charsets.ts"
import { CELL, charactersOf, extendedOf, joinsBefore, widthOf } from "../../src/emulator/pen.ts"
import type { Core, BufferLine, ScreenBuffer } from "../../src/emulator/xterm-internals.ts"

const cell = (core: Core, line: BufferLine, at: number): string => {
  const fg = line._data[at * CELL + 1] ?? 0
  const bg = line._data[at * CELL + 2] ?? 0
  const extended = extendedOf(line, at)
  const url = extended?.urlId ?? 0
  const link = url === 0 ? "" : (core._oscLinkService.getLinkData(url)?.uri ?? "")
  const isWideBefore = at > 0 && widthOf(line, at - 1) === 2 && !joinsBefore(core, line, at - 1)
  // The second half of a wide character whose first is gone looks like, and is restored as, an empty cell.
  const width = charactersOf(line, at) === "" ? (isWideBefore ? 0 : 1) : widthOf(line, at)
  // Combining characters with nothing to join are not seen; a checkpoint keeps the first.
  const isLone = charactersOf(line, at) !== "" && joinsBefore(core, line, at)
  const text = isLone ? ([...charactersOf(line, at)][0] ?? "") : charactersOf(line, at)
  return `${JSON.stringify(text)}/${isLone ? 0 : width}/${describeAttributes(fg, bg, extended)}/${link}`
}

const DEFAULT_CELL = `""/1/${describeAttributes(0, 0, undefined)}/`

const row = (core: Core, line: BufferLine, pendingAt: number): string => {
  const cells = Array.from({ length: core.cols }, (_, at) => {
    const text = cell(core, line, at)
    // Behind an empty last column only a character puts the cursor: a blank stands for it.
    return at === pendingAt ? text.replace(/^""/, '" "') : text
  })
  while (cells.at(-1) === DEFAULT_CELL) cells.pop()
  return cells.map((text) => (text === DEFAULT_CELL ? "_" : text)).join(" ")
}

const saved = (buffer: ScreenBuffer, cols: number, rows: number): string => {
  const { fg, bg } = buffer.savedCurAttrData
  const y = Math.min(buffer.savedY - buffer.ybase, rows - 1)
  return `${Math.min(buffer.savedX, cols - 1)},${y} ${describeAttributes(fg, bg, undefined)} ${letterOf(buffer.savedCharset)}`
}

const stops = (buffer: ScreenBuffer, cols: number): string =>
  Array.from({ length: cols }, (_, at) => at)
    .filter((at) => buffer.tabs[at] === true)
    .join()

function* bufferState(name: string, core: Core, buffer: ScreenBuffer): Generator<string> {
  const isPending = buffer === core.buffers.active && buffer.x >= core.cols
  const isNormal = buffer === core.buffers.normal
  const first = isNormal ? 0 : buffer.ybase
  // Which rows continue others matters where a change of size joins them: on the normal screen with scrollback.
  const hasWraps = isNormal && buffer.lines.maxLength > core.rows
  yield `${name} base ${buffer.ybase - first} of ${buffer.lines.length - first}`
  for (let at = first; at < buffer.lines.length; at++) {
    const line = buffer.lines.get(at)
    if (line === undefined) continue
    const pendingAt = isPending && at === buffer.ybase + buffer.y ? core.cols - 1 : -1
    yield `${name} ${at - first}${line.isWrapped && at > 0 && hasWraps ? "+" : ":"} ${row(core, line, pendingAt)}`
  }
  yield `${name} margins ${buffer.scrollTop}-${buffer.scrollBottom}`
  yield `${name} stops ${stops(buffer, core.cols)}`
}

/** The state, one fact a line. */
export function stateOf(terminal: ChildTerminal): ReadonlyArray<string> {
  const { core } = terminal
  const { active, normal, alt } = core.buffers
  const { charset, glevel, _charsets } = core._charsetService
  const { _curAttrData: current, _windowTitle, _windowTitleStack } = core._inputHandler
  const isLinked = (current.bg & HAS_EXTENDED) !== 0 && current.extended.urlId !== 0
  const link = !isLinked ? "" : (core._oscLinkService.getLinkData(current.extended.urlId)?.uri ?? "")
  return [
    `size ${core.cols}x${core.rows} ${active === alt ? "alternate" : "normal"}`,
    `cursor ${Math.min(active.x, core.cols)},${active.y}`,
    ...bufferState("normal", core, normal),
    ...(active === alt ? bufferState("alternate", core, alt) : []),
    `saved ${saved(normal, core.cols, core.rows)}`,
    `saved alternate ${saved(alt, core.cols, core.rows)}`,
    `charsets ${letterOf(charset)} ${glevel} ${[0, 1, 2, 3].map((level) => letterOf(_charsets[level])).join("")}`,
    `attributes ${describeAttributes(current.fg, current.bg, current.extended)} ${link}`,
    `modes ${JSON.stringify(core.coreService.decPrivateModes)} ${JSON.stringify(core.coreService.modes)} hidden ${core.coreService.isCursorHidden}`,
    `mouse ${core.coreMouseService.activeProtocol} ${core.coreMouseService.activeEncoding}`,
    `title ${_windowTitle} ${JSON.stringify(_windowTitleStack)}`,
    `colors ${terminal.colors}`,
    `screen ${JSON.stringify(terminal.screen()).replace(/[\u0300-\u036f\u200d]/g, "")}`,
  ]
}

const HIDDEN = /^(normal|alternate|saved) /

/** The facts in which two terminals differ, "" for none; `visible`: only those that show. */
export function difference(left: ChildTerminal, right: ChildTerminal, visible = false): string {
  const facts = (terminal: ChildTerminal) => stateOf(terminal).filter((fact) => !visible || !HIDDEN.test(fact))
  const [a, b] = [facts(left), facts(right)]
  const lines: Array<string> = []
  for (let at = 0; at < Math.max(a.length, b.length); at++) if (a[at] !== b[at]) lines.push(`- ${a[at]}`, `+ ${b[at]}`)
  return lines.slice(0, 12).join("\n")
}
