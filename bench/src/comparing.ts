/**
 * Two runs beside each other: the ratio of ratios, so that a slower machine is not taken for slower code.
 */
import { rival, type Judged, type Line } from "./verdict.ts"

/** One goal in both runs. `change` above 1 is better, whatever the figure's direction; `noise` is what rounds alone explain. */
export interface Change {
  readonly row: string
  readonly figure: string
  readonly title: string
  readonly against: string
  readonly before: number
  readonly after: number
  readonly change: number
  readonly noise: number
  readonly verdict: "better" | "worse" | "same"
}

/** Changes smaller than this are never called a change. */
const LEAST = 0.1

/** The spreads of both sides of a comparison, added: the goal's own uncertainty. */
function uncertainty(line: Line, judged: Judged): number {
  const ours = line.measured.find((one) => one.role === "ours")?.spread ?? 0
  const other = judged.goal.how === "value" ? 0 : (rival(judged.goal, line.measured)?.spread ?? 0)
  return ours + other
}

function change(before: Line, after: Line, at: number): Change | undefined {
  const one = before.judged[at]
  const two = after.judged[at]
  if (one?.got === undefined || two?.got === undefined || one.goal.of !== two.goal.of || one.goal.how !== two.goal.how)
    return undefined
  const noise = Math.max(LEAST, uncertainty(before, one) + uncertainty(after, two))
  // A distance can be zero or below it, where a quotient says nothing: it is judged by ours alone.
  const [from, to] = one.goal.how === "over" ? [ours(before), ours(after)] : [one.got, two.got]
  const factor = after.better === "more" ? to / from : from / to
  return {
    row: after.row,
    figure: after.figure,
    title: after.title,
    against: one.goal.how === "value" ? "" : (one.goal.of ?? ""),
    before: one.got,
    after: two.got,
    change: factor,
    noise,
    verdict: factor > 1 + noise ? "better" : factor < 1 / (1 + noise) ? "worse" : "same",
  }
}

const ours = (line: Line): number => line.measured.find((one) => one.role === "ours")?.median ?? Number.NaN

/** Every goal that both runs measured. */
export function changes(before: ReadonlyArray<Line>, after: ReadonlyArray<Line>): ReadonlyArray<Change> {
  return after.flatMap((line) => {
    const old = before.find((one) => one.row === line.row && one.figure === line.figure)
    return old === undefined ? [] : line.judged.map((_, at) => change(old, line, at)).filter((one) => one !== undefined)
  })
}

/** Goals that only one of the runs measured, by title. */
export function unmatched(before: ReadonlyArray<Line>, after: ReadonlyArray<Line>): ReadonlyArray<string> {
  const known = (all: ReadonlyArray<Line>): ReadonlySet<string> =>
    new Set(all.filter((line) => line.judged.some((one) => one.got !== undefined)).map((line) => line.title))
  const [one, two] = [known(before), known(after)]
  return [...one].filter((title) => !two.has(title)).concat([...two].filter((title) => !one.has(title)))
}
