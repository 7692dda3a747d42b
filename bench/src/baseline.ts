/**
 * The committed baseline: what each figure was beside its limit, and how far runs of the same code disagree about it.
 *
 * Only ratios to what was measured in the same run are kept, so that a slower machine is not taken for slower code. A
 * figure has fallen when it is worse than its baseline by more than three times its spread. One whose runs disagree by
 * more than half has fallen when it is ten times worse.
 */
import { readFileSync, writeFileSync } from "node:fs"
import type { Report } from "./report.ts"
import { median, spread } from "./statistics.ts"
import type { Line, Measured } from "./verdict.ts"

/** Version of the file's form. */
const VERSION = 1

/** Spreads are never taken to be smaller: with a few runs, close figures are chance. */
const LEAST_SPREAD = 0.15

/** Times the spread by which a figure may be worse. */
const ALLOWED = 3

/** Figures whose runs disagree by more fall only when they are worse by `WILD` times. */
const STEADY = 0.5
const WILD = 10

/** One figure: ours divided by `against`, over some runs. */
export interface BaselineEntry {
  readonly row: string
  readonly figure: string
  readonly against: string
  readonly better: "more" | "less"
  readonly ratio: number
  /** Half the range of the runs, relative to the ratio. */
  readonly spread: number
}

/** The file. */
export interface Baseline {
  readonly version: number
  readonly made: string
  readonly runs: number
  readonly machine: Report["machine"]
  readonly entries: ReadonlyArray<BaselineEntry>
}

/** A figure that is worse than its baseline; `factor` below 1 is what is left of it, `bound` what had to be. */
export interface Fall {
  readonly entry: BaselineEntry
  readonly title: string
  readonly now: number
  readonly factor: number
  readonly bound: number
}

/** What a run says against a baseline. */
export interface Compared {
  readonly held: number
  readonly falls: ReadonlyArray<Fall>
  /** Titles of figures that the baseline does not have, and `row figure` of those that only it has. */
  readonly unknown: ReadonlyArray<string>
  readonly unmeasured: ReadonlyArray<string>
}

type Ratio = Omit<BaselineEntry, "spread"> & { readonly title: string; readonly spread: number }

const isMeasured = (one: Measured | undefined): one is Measured & { readonly median: number } =>
  one?.median !== undefined && one.median > 0

/** Ours beside the limit, or beside the first peer that was measured where there is none. */
function ratioOf(line: Line): Ratio | undefined {
  const ours = line.measured.find(({ role }) => role === "ours")
  const other = line.measured.find(({ role }) => role === "limit") ?? line.measured.find((one) => isMeasured(one) && one !== ours)
  if (!isMeasured(ours) || !isMeasured(other)) return undefined
  const { row, figure, title, better } = line
  const within = ((ours.spread ?? 0) + (other.spread ?? 0)) / 2
  const against = other.role === "limit" ? "limit" : other.name
  return { row, figure, title, better, against, ratio: ours.median / other.median, spread: within }
}

const ratios = (lines: ReadonlyArray<Line>): ReadonlyArray<Ratio> => lines.map(ratioOf).filter((one) => one !== undefined)

const keyOf = ({ row, figure, against }: Pick<BaselineEntry, "row" | "figure" | "against">): string =>
  `${row} ${figure} beside ${against}`

const round = (value: number): number => Number(value.toPrecision(4))

/** The entries that some runs of the same code amount to. */
export function entriesOf(runs: ReadonlyArray<ReadonlyArray<Line>>): ReadonlyArray<BaselineEntry> {
  const byKey = Map.groupBy(runs.flatMap(ratios), keyOf)
  return [...byKey.values()].flatMap((all) => {
    const [first] = all
    if (first === undefined) return []
    const { row, figure, against, better } = first
    const values = all.map(({ ratio }) => ratio)
    const within = median(all.map((one) => one.spread))
    const entry = { row, figure, against, better, ratio: round(median(values)) }
    return [{ ...entry, spread: round(Math.max(LEAST_SPREAD, spread(values), within)) }]
  })
}

/** Compares a run with the baseline. */
export function compareWith(baseline: ReadonlyArray<BaselineEntry>, lines: ReadonlyArray<Line>): Compared {
  const known = new Map(baseline.map((entry) => [keyOf(entry), entry]))
  const now = ratios(lines)
  const judged = now.flatMap((one): ReadonlyArray<Fall> => {
    const entry = known.get(keyOf(one))
    if (entry === undefined) return []
    const factor = entry.better === "more" ? one.ratio / entry.ratio : entry.ratio / one.ratio
    const bound = entry.spread > STEADY ? 1 / WILD : 1 / (1 + ALLOWED * Math.max(LEAST_SPREAD, entry.spread))
    return [{ entry, title: one.title, now: one.ratio, factor, bound }]
  })
  const falls = judged.filter(({ factor, bound }) => factor < bound)
  const measured = new Set(now.map(keyOf))
  return {
    held: judged.length - falls.length,
    falls,
    unknown: now.filter((one) => !known.has(keyOf(one))).map(({ title }) => title),
    unmeasured: baseline.filter((entry) => !measured.has(keyOf(entry))).map(keyOf),
  }
}

/** What a comparison says, a line each. */
export function sentences({ held, falls, unknown, unmeasured }: Compared): ReadonlyArray<string> {
  const percent = (value: number): string => `${Math.round(value * 100)}%`
  return [
    ...falls.map(
      ({ entry, title, now, factor, bound }) =>
        `FELL ${title}: ${entry.ratio}× → ${round(now)}× of ${entry.against}, ${percent(factor)} of the baseline; at least ${percent(bound)} was expected (spread ${percent(entry.spread)})`,
    ),
    ...unknown.map((title) => `not in the baseline: ${title}`),
    ...unmeasured.map((key) => `in the baseline, not measured: ${key}`),
    `${held} figures held beside the baseline, ${falls.length} fell`,
  ]
}

/** There is no baseline to compare with; the message says what to do. */
export class NoBaseline extends Error {
  readonly _tag = "NoBaseline"
}

/** Reads a baseline. Throws `NoBaseline`. */
export function readBaseline(path: string): Baseline {
  const advice = "`npm run bench:baseline` on a free machine makes one"
  let baseline: Partial<Baseline>
  try {
    baseline = JSON.parse(readFileSync(path, "utf8")) as Partial<Baseline>
  } catch (cause) {
    throw new NoBaseline(`there is no baseline in ${path}; ${advice}`, { cause })
  }
  if (baseline.version !== VERSION || !Array.isArray(baseline.entries) || baseline.entries.length === 0)
    throw new NoBaseline(`${path} is not a baseline of this version; ${advice}`)
  return baseline as Baseline
}

/** Writes a baseline, one entry a line, so that a change can be read. */
export function writeBaseline(path: string, baseline: Omit<Baseline, "version">): void {
  const { entries, ...head } = { version: VERSION, ...baseline }
  const lines = entries.map((entry) => `    ${JSON.stringify(entry, null, 1).replace(/\n */g, " ")}`)
  writeFileSync(path, `${JSON.stringify(head, null, 2).replace(/\n\}$/, "")},\n  "entries": [\n${lines.join(",\n")}\n  ]\n}\n`)
}
