/**
 * The table people read: a line per figure, then what is missing, then the count.
 */
import type { Goal } from "./row.ts"
import { rival, type Judged, type Line, type Measured } from "./verdict.ts"

/** A number with about three significant digits. */
export function short(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "-"
  const size = Math.abs(value)
  if (size >= 100_000) return `${Math.round(value / 1000)}k`
  if (size >= 100) return String(Math.round(value))
  if (size >= 10) return value.toFixed(1)
  return value.toFixed(2)
}

const sign = (better: Line["better"]): string => (better === "more" ? "≥" : "≤")

function wanted(goal: Goal, better: Line["better"], bound: number | undefined): string {
  if (bound === undefined) return ""
  const mark = goal.how === "ratio" ? "×" : goal.how === "over" ? " over" : ""
  return `${sign(better)} ${short(bound)}${mark}`
}

function comparison(judged: Judged): string {
  if (judged.got === undefined) return "-"
  const { how } = judged.goal
  if (how === "value") return ""
  return how === "ratio" ? `${judged.got.toFixed(2)}×` : `${judged.got >= 0 ? "+" : ""}${short(judged.got)}`
}

const WORDS = { target: "target reached", reached: "reached", missed: "MISSED", unknown: "not measured" } as const

function peers(line: Line): string {
  const compared = line.judged.some((one) => one.goal.of === "limit" && one.goal.how === "ratio")
  const limit = compared ? line.measured.find((one) => one.role === "limit")?.median : undefined
  return line.measured
    .filter((one) => one.role === "peer")
    .map((one) => {
      if (one.median === undefined)
        return `${one.name} ${one.missing !== undefined ? "missing" : one.failed !== undefined ? "failed" : "-"}`
      const ratio = limit === undefined ? "" : ` (${(one.median / limit).toFixed(2)}×)`
      return `${one.name} ${short(one.median)}${ratio}`
    })
    .join(", ")
}

/** One text row of cells per goal; a figure without goals gets one row. */
function cells(line: Line): ReadonlyArray<ReadonlyArray<string>> {
  const ours = line.measured.find((one) => one.role === "ours")
  const noisy = (one: Measured | undefined): string =>
    one?.spread !== undefined && one.spread > 0.15 ? ` ±${Math.round(one.spread * 100)}%` : ""
  const judged: ReadonlyArray<Judged | undefined> = line.judged.length === 0 ? [undefined] : line.judged
  return judged.map((one, at) => {
    const other =
      one === undefined || one.goal.how === "value"
        ? line.measured.find((m) => m.role === "limit")
        : rival(one.goal, line.measured)
    return [
      at === 0 ? line.title : "  the same",
      at === 0 ? `${short(ours?.median)} ${line.unit}${noisy(ours)}` : "",
      other === undefined ? "" : `${other.role === "limit" ? "" : `${other.name} `}${short(other.median)}${noisy(other)}`,
      one === undefined ? "" : comparison(one),
      one === undefined ? "" : wanted(one.goal, line.better, one.goal.reach),
      one === undefined ? "" : wanted(one.goal, line.better, one.goal.target),
      at === 0 ? peers(line) : "",
      one === undefined ? "information" : WORDS[one.verdict],
    ]
  })
}

const HEAD = ["row", "ours", "limit", "ratio", "reach", "target", "peers (ratio to the limit)", "verdict"]

/** The whole table as text. */
export function table(all: ReadonlyArray<Line>): string {
  const rows = [HEAD, ...all.flatMap(cells)]
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)))
  const print = (row: ReadonlyArray<string>): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd()
  const [head, ...body] = rows.map(print)
  return [head, widths.map((width) => "-".repeat(width)).join("  "), ...body].join("\n")
}

/** What was missing or failed, one line each, with the reason. */
export function notes(all: ReadonlyArray<Line>): ReadonlyArray<string> {
  return [
    ...new Set(
      all.flatMap((line) =>
        line.measured.flatMap((one) => [
          ...(one.missing === undefined ? [] : [`${line.row}: ${one.name} is missing: ${one.missing}`]),
          ...(one.failed === undefined ? [] : [`${line.row}: ${one.name} failed: ${one.failed}`]),
        ]),
      ),
    ),
  ]
}

/** How many goals were reached (target included), missed, and not measured. */
export function count(all: ReadonlyArray<Line>): {
  readonly reached: number
  readonly target: number
  readonly missed: number
  readonly unknown: number
} {
  const verdicts = all.flatMap((line) => line.judged.map((one) => one.verdict))
  const how = (verdict: Judged["verdict"]): number => verdicts.filter((one) => one === verdict).length
  return { reached: how("reached") + how("target"), target: how("target"), missed: how("missed"), unknown: how("unknown") }
}
