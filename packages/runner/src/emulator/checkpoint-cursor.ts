/** The end of a checkpoint: modes, charsets, and the cursor with all that decides where and how the next byte lands. */
import { describeAttributes, HAS_EXTENDED, isErased } from "./attributes.ts"
import { designate, isReplaced, shift } from "./charsets.ts"
import type { CheckpointSource } from "./checkpoint-source.ts"
import { CELL, charactersOf, extendedOf, hasContent, widthOf } from "./pen.ts"
import type { Pen } from "./pen.ts"
import type { Core, BufferLine } from "./xterm-internals.ts"

const MOUSE_PROTOCOLS: { readonly [name: string]: number } = { X10: 9, VT200: 1000, DRAG: 1002, ANY: 1003 }
const MOUSE_ENCODINGS: { readonly [name: string]: number } = { SGR: 1006, SGR_PIXELS: 1016 }
const CURSOR_STYLES = { block: 2, underline: 4, bar: 6 }

/** Changes nothing, but what follows joins or repeats no character that was written only to place the cursor. */
const NOT_JOINED = "\x1b[10m"

const set = (when: boolean, mode: number): string => (when ? `\x1b[?${mode}h` : "")

/** Modes that do not move the cursor. */
const modes = (source: CheckpointSource): string => {
  const { coreService, coreMouseService } = source.core
  const dec = coreService.decPrivateModes
  const protocol = MOUSE_PROTOCOLS[coreMouseService.activeProtocol]
  const encoding = MOUSE_ENCODINGS[coreMouseService.activeEncoding]
  return (
    set(dec.applicationCursorKeys, 1) +
    (dec.wraparound ? "" : "\x1b[?7l") +
    set(source.cursorBlink, 12) +
    (coreService.isCursorHidden ? "\x1b[?25l" : "") +
    set(dec.reverseWraparound, 45) +
    (protocol === undefined ? "" : set(true, protocol)) +
    set(dec.sendFocus, 1004) +
    (encoding === undefined ? "" : set(true, encoding)) +
    set(dec.bracketedPasteMode, 2004) +
    (dec.applicationKeypad ? "\x1b=" : "") +
    (source.convertEol ? "\x1b[20h" : "") +
    (dec.cursorStyle === undefined ? "" : `\x1b[${CURSOR_STYLES[dec.cursorStyle] - (dec.cursorBlink ? 1 : 0)} q`) +
    (coreService.modes.insertMode ? "\x1b[4h" : "") +
    set(dec.synchronizedOutput, 2026)
  )
}

/** Charsets; where the current one is not the designated one it came with a restored cursor, and comes so again. */
const charsets = (core: Core): string => {
  const { charset, glevel, _charsets } = core._charsetService
  let out = ""
  for (let level = 0; level < 4; level++) if (_charsets[level] !== undefined) out += designate(level, _charsets[level])
  if (glevel !== 0) out += shift(glevel)
  if (charset !== _charsets[glevel] && charset === core.buffers.active.savedCharset) out += "\x1b8\x1b[m"
  return out
}

const place = (core: Core, row: number, column: number): string => {
  const { scrollTop } = core.buffers.active
  const top = core.coreService.decPrivateModes.origin ? scrollTop : 0
  return `\x1b[${Math.max(row - top, 0) + 1};${column + 1}H`
}

const isBlankAlike = (line: BufferLine, columns: number): boolean => {
  const fg = line._data[1] ?? 0
  const bg = line._data[2] ?? 0
  if (!isErased(fg, bg)) return false
  for (let at = 0; at < columns; at++) {
    if (hasContent(line, at) || (line._data[at * CELL + 1] ?? 0) !== fg || (line._data[at * CELL + 2] ?? 0) !== bg) return false
  }
  return true
}

/** Puts the cursor behind the last column, where only a character that is written there puts it. */
const pendingWrap = (core: Core, line: BufferLine, row: number, pen: Pen): string => {
  const last = core.cols - 1
  if (isBlankAlike(line, core.cols)) return `${place(core, row, last)} ${pen.background(line._data[2] ?? 0)}\x1b[1K`
  const at = last > 0 && widthOf(line, last - 1) === 2 && hasContent(line, last - 1) ? last - 1 : last
  const characters = at === last && widthOf(line, at) === 2 ? " " : charactersOf(line, at) || " "
  return `${place(core, row, at)}${pen.cell(line, at)}${characters}`
}

/** The column of the character that the next one may join, when writing it again changes nothing. */
const joinable = (core: Core, line: BufferLine): number | undefined => {
  const { x } = core.buffers.active
  const { _curAttrData: current, _parser: parser } = core._inputHandler
  const width = (parser.precedingJoinState >> 1) & 3
  const at = x - width
  if (parser.precedingJoinState === 0 || width === 0 || at < 0) return undefined
  if (!hasContent(line, at) || widthOf(line, at) !== width) return undefined
  if (isReplaced(core._charsetService.charset, charactersOf(line, at))) return undefined
  const cell = describeAttributes(line._data[at * CELL + 1] ?? 0, line._data[at * CELL + 2] ?? 0, extendedOf(line, at))
  const cursor = describeAttributes(current.fg, current.bg, current.bg & HAS_EXTENDED ? current.extended : undefined)
  const link = current.bg & HAS_EXTENDED ? current.extended.urlId : 0
  return cell === cursor && (extendedOf(line, at)?.urlId ?? 0) === link ? at : undefined
}

/** Modes, charsets and cursor. */
export function finish(source: CheckpointSource, pen: Pen): string {
  const { core } = source
  const { active } = core.buffers
  const { _curAttrData: current } = core._inputHandler
  const line = active.lines.get(active.ybase + active.y)
  const attributes = () => pen.attributes(current.fg, current.bg, current.extended)
  const origin = core.coreService.decPrivateModes.origin ? "\x1b[?6h" : ""
  if (line === undefined) return origin + charsets(core) + modes(source) + attributes()
  const at = joinable(core, line)
  if (at !== undefined) {
    const shifted = core.coreService.modes.insertMode ? `\x1b[${widthOf(line, at)}P` : ""
    return `${origin}${charsets(core)}${modes(source)}${attributes()}${place(core, active.y, at)}${shifted}${charactersOf(line, at)}`
  }
  const joined = core._inputHandler._parser.precedingJoinState === 0 ? NOT_JOINED : ""
  const placed = active.x >= core.cols ? pendingWrap(core, line, active.y, pen) + joined : place(core, active.y, active.x)
  const { charset, glevel, _charsets } = core._charsetService
  if (charset !== _charsets[glevel]) return `${origin}${charsets(core)}${placed}${modes(source)}${attributes()}`
  return `${origin}${placed}${charsets(core)}${modes(source)}${attributes()}`
}
