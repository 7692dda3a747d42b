/**
 * The rows of a diff: lines with their numbers and the words that changed, and gaps where unchanged lines are folded
 * (docs/protocol/app-rules.md, APP-60, APP-61). Functions of data; nothing here knows of a page.
 */
import { diffWordsWithSpace } from "diff"

/** A piece of a diff, as the server and `diff` have it: lines with their signs in front. */
export interface Hunk {
  readonly oldStart: number
  readonly oldLines: number
  readonly newStart: number
  readonly newLines: number
  readonly section?: string
  readonly lines: ReadonlyArray<string>
}

/** From one character to another of a line. */
export type Span = readonly [from: number, to: number]

/** A line. `same` has both numbers, `del` the old one, `add` the new one; a `note` is about the line before it. */
export interface DiffLine {
  readonly kind: "same" | "add" | "del" | "note"
  readonly old?: number
  readonly new?: number
  readonly text: string
  /** The words that changed, where the line is a form of another one. */
  readonly marks?: ReadonlyArray<Span>
}

/** Unchanged lines that are not shown; `lines` where they are known. */
export interface DiffGap {
  readonly kind: "gap"
  /** The same for the same gap. */
  readonly id: string
  /** How many; absent for what follows the last piece. */
  readonly count?: number
  readonly section?: string
  readonly lines?: ReadonlyArray<DiffLine>
}

/** A row of a diff. */
export type DiffRow = DiffLine | DiffGap

/** A row with both sides: what was to the left, what is to the right. */
export type SplitRow = DiffGap | { readonly kind: "pair"; readonly left?: DiffLine; readonly right?: DiffLine }

/** Longest line whose words are compared, and most lines of a change that are. */
const LINE_MAX = 600
const RUN_MAX = 60

/** The lines of a piece with their numbers and changed words. */
export function linesOf({ oldStart, newStart, lines }: Hunk): ReadonlyArray<DiffLine> {
  let [before, after] = [oldStart, newStart]
  return withWords(
    lines.map((line): DiffLine => {
      const text = line.slice(1)
      if (line.startsWith("+")) return { kind: "add", new: after++, text }
      if (line.startsWith("-")) return { kind: "del", old: before++, text }
      if (line.startsWith("\\")) return { kind: "note", text: text.trim() }
      return { kind: "same", old: before++, new: after++, text }
    }),
  )
}

/** Marks the words that changed in lines that were replaced by as many forms of them. */
function withWords(lines: ReadonlyArray<DiffLine>): ReadonlyArray<DiffLine> {
  const marked = [...lines]
  for (let at = 0; at < lines.length;) {
    if (lines[at]!.kind !== "del") {
      at++
      continue
    }
    const dels = runOf(lines, at, "del")
    const adds = runOf(lines, dels.next, "add")
    const pairs = Math.min(dels.places.length, adds.places.length)
    for (let pair = 0; pair < pairs && pair < RUN_MAX; pair++) {
      const [old, fresh] = [dels.places[pair]!, adds.places[pair]!]
      const words = wordsOf(lines[old]!.text, lines[fresh]!.text)
      if (words === undefined) continue
      marked[old] = { ...lines[old]!, marks: words.old }
      marked[fresh] = { ...lines[fresh]!, marks: words.new }
    }
    at = Math.max(adds.next, at + 1)
  }
  return marked
}

/** The places of lines of a kind from one on; notes between them do not end the run. */
function runOf(
  lines: ReadonlyArray<DiffLine>,
  from: number,
  kind: "add" | "del",
): { readonly places: ReadonlyArray<number>; readonly next: number } {
  const places: Array<number> = []
  let at = from
  for (; at < lines.length && (lines[at]!.kind === kind || lines[at]!.kind === "note"); at++) {
    if (lines[at]!.kind === kind) places.push(at)
  }
  return { places, next: at }
}

/** The words that differ; `undefined` where too little is the same for that to help. */
export function wordsOf(
  old: string,
  fresh: string,
): { readonly old: ReadonlyArray<Span>; readonly new: ReadonlyArray<Span> } | undefined {
  if (old.length > LINE_MAX || fresh.length > LINE_MAX || old.trim() === "" || fresh.trim() === "") return undefined
  const parts = diffWordsWithSpace(old, fresh)
  const spans: { readonly old: Array<Span>; readonly new: Array<Span> } = { old: [], new: [] }
  let [before, after, same] = [0, 0, 0]
  for (const { value, added, removed } of parts) {
    if (added) spans.new.push([after, after + value.length])
    else if (removed) spans.old.push([before, before + value.length])
    else same += value.trim().length
    if (!added) before += value.length
    if (!removed) after += value.length
  }
  const shorter = Math.min(old.trim().length, fresh.trim().length)
  return same * 3 < shorter ? undefined : { old: joined(spans.old, old), new: joined(spans.new, fresh) }
}

/** Spans with nothing but blanks between them are one. */
function joined(spans: ReadonlyArray<Span>, text: string): ReadonlyArray<Span> {
  const all: Array<Span> = []
  for (const [from, to] of spans) {
    const last = all.at(-1)
    if (last !== undefined && text.slice(last[1], from).trim() === "") all[all.length - 1] = [last[0], to]
    else all.push([from, to])
  }
  return all
}

/** The rows of pieces, with a gap wherever lines lie between them. */
export function rowsOfHunks(hunks: ReadonlyArray<Hunk>, isWhole: boolean): ReadonlyArray<DiffRow> {
  const rows: Array<DiffRow> = []
  let next = 1
  for (const hunk of hunks) {
    const count = hunk.newLines === 0 ? hunk.newStart + 1 - next : hunk.newStart - next
    if (count > 0)
      rows.push({ kind: "gap", id: `before ${hunk.newStart}`, count, ...(hunk.section ? { section: hunk.section } : {}) })
    rows.push(...linesOf(hunk))
    next = hunk.newLines === 0 ? hunk.newStart + 1 : hunk.newStart + hunk.newLines
  }
  if (!isWhole && hunks.length > 0) rows.push({ kind: "gap", id: "after" })
  return rows
}

/** Folds unchanged lines that are further than `context` from a change; gaps whose ids are in `open` stay as lines. */
export function folded(lines: ReadonlyArray<DiffLine>, context: number, open: ReadonlySet<string>): ReadonlyArray<DiffRow> {
  const rows: Array<DiffRow> = []
  for (let at = 0; at < lines.length;) {
    if (lines[at]!.kind !== "same") {
      rows.push(lines[at++]!)
      continue
    }
    let end = at
    while (end < lines.length && lines[end]!.kind === "same") end++
    const [first, last] = [at === 0 ? at : at + context, end === lines.length ? end : end - context]
    const id = `lines ${lines[at]!.new ?? at}`
    // A gap of one or two lines hides nothing worth a click.
    if (last - first < 3 || open.has(id)) rows.push(...lines.slice(at, end))
    else {
      const hidden = lines.slice(first, last)
      rows.push(...lines.slice(at, first), { kind: "gap", id, count: hidden.length, lines: hidden }, ...lines.slice(last, end))
    }
    at = end
  }
  return rows
}

/** The rows side by side: what was replaced beside what replaced it. */
export function sideBySide(rows: ReadonlyArray<DiffRow>): ReadonlyArray<SplitRow> {
  const all: Array<SplitRow> = []
  let [left, right]: [Array<DiffLine>, Array<DiffLine>] = [[], []]
  const settle = (): void => {
    for (let at = 0; at < Math.max(left.length, right.length); at++) {
      const [old, fresh] = [left[at], right[at]]
      all.push({ kind: "pair", ...(old === undefined ? {} : { left: old }), ...(fresh === undefined ? {} : { right: fresh }) })
    }
    ;[left, right] = [[], []]
  }
  let last: "add" | "del" = "del"
  for (const row of rows) {
    if (row.kind === "del") {
      if (last === "add") settle()
      left.push(row)
      last = "del"
    } else if (row.kind === "add") {
      right.push(row)
      last = "add"
    } else if (row.kind === "note") (last === "add" ? right : left).push(row)
    else {
      settle()
      last = "del"
      all.push(row.kind === "gap" ? row : { kind: "pair", left: row, right: row })
    }
  }
  settle()
  return all
}

/** Colours of a line of code: lengths and classes by turns. */
export type LineColors = ReadonlyArray<number>

/** The colours of lines that are shown. */
export type Colors = ReadonlyMap<DiffLine, LineColors>

/** A piece of a line as it is drawn: its colour of code, and whether its words changed. */
export interface Piece {
  readonly text: string
  readonly color: number
  readonly isMarked: boolean
}

/** Cuts a line where its colours or its marks change. `colors` are lengths and classes by turns. */
export function piecesOf(
  text: string,
  colors: LineColors | undefined,
  marks: ReadonlyArray<Span> | undefined,
): ReadonlyArray<Piece> {
  const cuts = new Set([0, text.length])
  const runs: Array<readonly [end: number, color: number]> = []
  let at = 0
  for (let index = 0; colors !== undefined && index + 1 < colors.length && at < text.length; index += 2) {
    at = Math.min(text.length, at + colors[index]!)
    cuts.add(at)
    runs.push([at, colors[index + 1]!])
  }
  for (const [from, to] of marks ?? []) cuts.add(from).add(to)
  const places = [...cuts].filter((cut) => cut <= text.length).sort((a, b) => a - b)
  return places.slice(0, -1).map((from, index) => ({
    text: text.slice(from, places[index + 1]!),
    color: runs.find(([end]) => from < end)?.[1] ?? 0,
    isMarked: marks?.some(([begin, end]) => from >= begin && from < end) ?? false,
  }))
}
