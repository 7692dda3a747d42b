/** Compares two texts line by line, within bounds: what takes too long counts as replaced whole. */
import { structuredPatch } from "diff"
import type { Hunk } from "./rows.ts"

/** Milliseconds, and most lines of both texts. */
const PATIENCE = 60
const LINES_MAX = 20_000

const textLines = (text: string): ReadonlyArray<string> => {
  if (text === "") return []
  const lines = text.split("\n")
  if (lines.at(-1) === "") lines.pop()
  return lines
}

/** The text with an end to its last line, which most tools leave out. */
const ended = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`)

/** The pieces that turn one text into the other, with all unchanged lines in them. */
export function compare(before: string, after: string): ReadonlyArray<Hunk> {
  // That a last line has no end is shown where this is what changed.
  const isEndShown = before !== "" && after !== "" && before.endsWith("\n") !== after.endsWith("\n")
  const texts = isEndShown ? ([before, after] as const) : ([ended(before), ended(after)] as const)
  if (texts[0] === texts[1]) return []
  const [old, fresh] = [textLines(before), textLines(after)]
  const isSmall = old.length + fresh.length <= LINES_MAX
  const options = { context: Number.MAX_SAFE_INTEGER, timeout: PATIENCE }
  const patch = isSmall ? structuredPatch("", "", ...texts, undefined, undefined, options) : undefined
  if (patch !== undefined) return patch.hunks
  const lines = [...old.map((line) => `-${line}`), ...fresh.map((line) => `+${line}`)]
  return [{ oldStart: 1, oldLines: old.length, newStart: 1, newLines: fresh.length, lines }]
}
