/**
 * A change of text as a unified diff: hunks with three lines around each change.
 *
 * The hub makes diffs of what agents wrote, so the work is bounded: lines are compared one by one only where there are few
 * of them and few changes; otherwise all lines from the first change to the last count as changed.
 */
import { formatPatch, OMIT_HEADERS, structuredPatch } from "diff"

const CONTEXT = 3

/** Most lines that may differ, and most lines from the first change to the last in both texts, to be compared one by one. */
const MAX_CHANGES = 300
const MAX_LINES = 20_000

const NOT_ENDED = "\\ No newline at end of file"

/** The diff that turns `before` into `after`; empty when they are the same. */
export function lineDiff(path: string, before: string, after: string): string {
  if (before === after) return ""
  const isEndShown = before !== "" && after !== "" && isEnded(before) !== isEnded(after)
  const [old, fresh] = [linesOf(isEndShown ? before : ended(before)), linesOf(isEndShown ? after : ended(after))]
  let head = 0
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head++
  let tail = 0
  while (tail < old.length - head && tail < fresh.length - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail++
  const hunks = formatPatch(patchOf(path, old, fresh, { head, tail }), OMIT_HEADERS).replace(/\n$/, "")
  return `--- ${path}\n+++ ${path}\n${hunks}`
}

/** Lines with their ends. */
type Lines = ReadonlyArray<string>

type Patch = NonNullable<ReturnType<typeof structuredPatch>>

/** How many lines two texts have in common at their begin and at their end. */
interface Common {
  readonly head: number
  readonly tail: number
}

const isEnded = (text: string): boolean => text.endsWith("\n")

/** The text with an end to its last line, which most tools leave out. */
const ended = (text: string): string => (text === "" || isEnded(text) ? text : `${text}\n`)

const linesOf = (text: string): Lines => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

function patchOf(path: string, old: Lines, fresh: Lines, common: Common): Patch {
  const first = Math.max(0, common.head - CONTEXT)
  const around = (lines: Lines): Lines => lines.slice(first, lines.length - common.tail + CONTEXT)
  const [from, to] = [around(old), around(fresh)]
  const options = { context: CONTEXT, maxEditLength: MAX_CHANGES }
  const compared =
    from.length + to.length > MAX_LINES
      ? undefined
      : structuredPatch(path, path, from.join(""), to.join(""), undefined, undefined, options)
  const { hunks, ...names } = compared ?? replaced(path, from, to, { ...common, head: common.head - first })
  const placed = hunks.map((hunk) => ({ ...hunk, oldStart: hunk.oldStart + first, newStart: hunk.newStart + first }))
  return { ...names, hunks: placed }
}

/** One hunk, in which all lines between those in common are changed. */
function replaced(path: string, from: Lines, to: Lines, { head, tail }: Common): Patch {
  const kept = Math.min(tail, CONTEXT)
  const shown = (sign: string, lines: Lines): Array<string> => {
    const rows = lines.map((line) => sign + line.replace(/\n$/, ""))
    return lines.at(-1)?.endsWith("\n") === false ? [...rows, NOT_ENDED] : rows
  }
  const lines = [
    ...shown(" ", from.slice(0, head)),
    ...shown("-", from.slice(head, from.length - kept)),
    ...shown("+", to.slice(head, to.length - kept)),
    ...shown(" ", from.slice(from.length - kept)),
  ]
  const hunk = { oldStart: 1, oldLines: from.length, newStart: 1, newLines: to.length, lines }
  return { oldFileName: path, newFileName: path, oldHeader: undefined, newHeader: undefined, hunks: [hunk] }
}
