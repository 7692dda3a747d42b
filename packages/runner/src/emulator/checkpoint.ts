/**
 * A terminal's whole state as escape sequences for an empty terminal of its size (T-6): both screens, scrollback,
 * cursor, saved cursors, margins, tab stops, charsets, modes, attributes, links, colours and title.
 *
 * It holds no query and nothing else a terminal answers or acts on. A generator: it pauses after some hundred rows, so
 * that a large scrollback does not keep other terminals waiting; the terminal must not change until it is done.
 *
 * Left out, because no output makes them in an empty terminal: rows and cells that a change of size left beyond the
 * edges, and halves of wide characters. A blank stands for a wide character whose other half is gone.
 */
import { designate } from "./charsets.ts"
import { finish } from "./checkpoint-cursor.ts"
import type { CheckpointSource } from "./checkpoint-source.ts"
import { GONE_COMMAND } from "./GoneLines.ts"
import { Pen } from "./pen.ts"
import { writeRow } from "./rows.ts"
import type { Core, ScreenBuffer } from "./xterm-internals.ts"

/** Rows between two pauses. */
const ROWS_A_STEP = 250
/** Longest scrollback in a checkpoint, in characters; the oldest rows are left out beyond it, so that it fits one frame. */
export const MAX_ROWS_LENGTH = 2 * 1024 * 1024

/** Pieces that the largest screen can take; they are never left out. */
const SCREEN_PIECES = 6

const place = (row: number, column: number): string => `\x1b[${row + 1};${column + 1}H`

/** Saves a cursor at a place; leaves default attributes and charset. */
const save = (buffer: ScreenBuffer, pen: Pen, placed: string): string => {
  const { fg, bg, extended } = buffer.savedCurAttrData
  return `${placed}${designate(0, buffer.savedCharset)}${pen.attributes(fg, bg, extended)}\x1b7\x1b(B${pen.reset()}`
}

const hasSaved = (buffer: ScreenBuffer): boolean =>
  buffer.savedX !== 0 ||
  buffer.savedY !== 0 ||
  buffer.savedCharset !== undefined ||
  buffer.savedCurAttrData.fg !== 0 ||
  buffer.savedCurAttrData.bg !== 0

const tabStops = (buffer: ScreenBuffer, columns: number): string => {
  const stops = Array.from({ length: columns }, (_, at) => at).filter((at) => buffer.tabs[at] === true)
  const usual = Array.from({ length: columns }, (_, at) => at).filter((at) => at % 8 === 0)
  if (stops.join() === usual.join()) return ""
  return `\x1b[3g${stops.map((at) => `\x1b[${at + 1}G\x1bH`).join("")}`
}

const margins = (buffer: ScreenBuffer, rows: number): string =>
  buffer.scrollTop === 0 && buffer.scrollBottom === rows - 1 ? "" : `\x1b[${buffer.scrollTop + 1};${buffer.scrollBottom + 1}r`

/** Leaves out the oldest pieces, never those of the screen, until the rest is short enough; gives how many. */
const dropOldest = (pieces: Array<string>): number => {
  let length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  let dropped = 0
  while (length > MAX_ROWS_LENGTH && pieces.length > SCREEN_PIECES) {
    length -= pieces.shift()?.length ?? 0
    dropped++
  }
  return dropped
}

function* writeBuffer(source: CheckpointSource, buffer: ScreenBuffer, pen: Pen, from: number): Generator<void, string> {
  const { core } = source
  const length = Math.max(buffer.lines.length, buffer.ybase + core.rows)
  const savedRow = buffer.savedY
  const savedX = Math.min(buffer.savedX, core.cols - 1)
  const savedAbove = hasSaved(buffer) && savedRow < buffer.ybase
  const savedBelow = hasSaved(buffer) && savedRow >= length
  const atSaved = () => `${save(buffer, pen, `\x1b[${savedX + 1}G`)}`
  const pieces: Array<string> = []
  // Saved in a row that was there before the scrollback was cleared: the same way again.
  const before = savedBelow && from === 0 ? `${"\n".repeat(savedRow)}${atSaved()}\x1b[H\x1b[2J\x1b[3J` : ""
  let out = ""
  // After a change of size the alternate screen may have rows above it, which no one can bring back but another one.
  const first = buffer === core.buffers.alt ? buffer.ybase : Math.min(from, buffer.ybase)
  for (let at = first; at < length; at++) {
    const line = buffer.lines.get(at)
    if (savedAbove && at === savedRow) out += `${pen.reset()}${atSaved()}\r`
    const isContinued = buffer.lines.get(at + 1)?.isWrapped === true
    if (line !== undefined) out += writeRow(line, pen, at + 1 === length ? "nothing" : isContinued ? "continuation" : "row")
    else if (at + 1 < length) out += "\r\n"
    if ((at + 1 - first) % ROWS_A_STEP !== 0) continue
    pieces.push(out + pen.reset())
    out = ""
    yield
  }
  pieces.push(out + pen.reset())
  const dropped = dropOldest(pieces)
  let after = ""
  if (hasSaved(buffer) && !savedAbove && !savedBelow) {
    after = save(buffer, pen, place(Math.min(savedRow - buffer.ybase, core.rows - 1), savedX))
  }
  const isSaveDropped = savedAbove && savedRow < first + dropped * ROWS_A_STEP
  const lead = isSaveDropped ? `${atSaved()}\r` : ""
  const gone =
    buffer === core.buffers.alt ? "" : `\x1b]${GONE_COMMAND};${source.linesBefore(first + dropped * ROWS_A_STEP)}\x1b\\`
  return before + gone + lead + pieces.join("") + after + tabStops(buffer, core.cols) + margins(buffer, core.rows)
}

const titles = (core: Core): string => {
  const { _windowTitle, _windowTitleStack } = core._inputHandler
  const stack = _windowTitleStack.map((title) => `\x1b]2;${title}\x1b\\\x1b[22;2t`).join("")
  return stack === "" && _windowTitle === "" ? "" : `${stack}\x1b]2;${_windowTitle}\x1b\\`
}

/** Gives the checkpoint, in steps, from a row of the normal screen on. */
export function* writeCheckpoint(source: CheckpointSource, from = 0): Generator<void, string> {
  const { core } = source
  const { normal, alt, active } = core.buffers
  const pen = new Pen(core)
  let out = source.colors + source.states + titles(core)
  if (active === normal && hasSaved(alt)) {
    const placed = place(Math.min(alt.savedY, core.rows - 1), Math.min(alt.savedX, core.cols - 1))
    out += `\x1b[?47h${save(alt, pen, placed)}\x1b[?47l\x1b[H`
  }
  out += yield* writeBuffer(source, normal, pen, from)
  if (active === alt) {
    // Where the cursor stood decides which line a change of size leaves as it is.
    out += `${place(normal.y, Math.min(normal.x, core.cols - 1))}\x1b[?47h${source.alternateStates}\x1b[H`
    out += yield* writeBuffer(source, alt, pen, 0)
  }
  return out + finish(source, pen)
}
