/**
 * From rounds of figures to medians, ratios and verdicts: pure, so that a table can be made again from its JSON.
 */
import type { Figure, Figures, Goal, Row } from "./row.ts"
import { median, spread } from "./statistics.ts"

/** What became of one contestant in a row. */
export interface Outcome {
  readonly name: string
  readonly role: "ours" | "limit" | "peer"
  readonly rounds: ReadonlyArray<Figures>
  /** Not on this machine: why. */
  readonly missing?: string
  /** Could not be measured: why. */
  readonly failed?: string
}

/** Median and spread of one contestant's figure. */
export interface Measured {
  readonly name: string
  readonly role: Outcome["role"]
  readonly median?: number
  readonly spread?: number
  /** Not on this machine: why. */
  readonly missing?: string
  /** Could not be measured, or not in every round: why. */
  readonly failed?: string
}

/** A goal with what was reached. `verdict` is `unknown` when a side of the comparison could not be measured. */
export interface Judged {
  readonly goal: Goal
  readonly got?: number
  readonly verdict: "target" | "reached" | "missed" | "unknown"
}

/** One line of the table. */
export interface Line {
  readonly row: string
  readonly figure: string
  readonly title: string
  readonly unit: string
  readonly better: Figure["better"]
  readonly measured: ReadonlyArray<Measured>
  readonly judged: ReadonlyArray<Judged>
}

/** The contestant's figure over all rounds. */
function measured(outcome: Outcome, figure: string): Measured {
  const values = outcome.rounds
    .map((round) => round[figure])
    .filter((value): value is number => value !== undefined && Number.isFinite(value))
  return {
    name: outcome.name,
    role: outcome.role,
    ...(values.length === 0 ? {} : { median: median(values), spread: spread(values) }),
    ...(outcome.missing === undefined ? {} : { missing: outcome.missing }),
    ...(outcome.failed === undefined ? {} : { failed: outcome.failed }),
  }
}

/** The other side of a goal's comparison. */
export function rival(goal: Goal, all: ReadonlyArray<Measured>): Measured | undefined {
  return all.find((one) => (goal.of === "limit" ? one.role === "limit" : one.name === goal.of))
}

function compared(goal: Goal, all: ReadonlyArray<Measured>): number | undefined {
  const ours = all.find((one) => one.role === "ours")?.median
  if (ours === undefined || goal.how === "value") return ours
  const other = rival(goal, all)?.median
  if (other === undefined) return undefined
  return goal.how === "ratio" ? ours / other : ours - other
}

/** Judges one goal. */
export function judge(goal: Goal, better: Figure["better"], all: ReadonlyArray<Measured>): Judged {
  const got = compared(goal, all)
  if (got === undefined || !Number.isFinite(got)) return { goal, verdict: "unknown" }
  const holds = (bound: number): boolean => (better === "more" ? got >= bound : got <= bound)
  const verdict = goal.target !== undefined && holds(goal.target) ? "target" : holds(goal.reach) ? "reached" : "missed"
  return { goal, got, verdict }
}

/** The lines of a row, one per figure. */
export function lines(row: Row, outcomes: ReadonlyArray<Outcome>): ReadonlyArray<Line> {
  return row.figures.map((figure) => {
    const all = outcomes.map((outcome) => measured(outcome, figure.id))
    return {
      row: row.id,
      figure: figure.id,
      title: figure.title === "" ? row.title : `${row.title}: ${figure.title}`,
      unit: figure.unit,
      better: figure.better,
      measured: all,
      judged: figure.goals.map((goal) => judge(goal, figure.better, all)),
    }
  })
}
