/** Results as text for people. */
import type { Result } from "./suite.ts"

const MARKS = { passed: "ok    ", failed: "FAILED", skipped: "-     " } as const

/** One line for a result, and one for its reason. */
export function lineOf({ id, title, outcome, reason, milliseconds, figures }: Result): string {
  const measured = Object.entries(figures).map(([name, value]) => `${name} ${value}`)
  const time = outcome === "skipped" ? [] : [`${milliseconds} ms`]
  const head = `${MARKS[outcome]} ${id}: ${title}${[...time, ...measured].length === 0 ? "" : ` (${[...time, ...measured].join(", ")})`}`
  return reason === undefined ? head : `${head}\n         ${reason}`
}

/** The report of a door: each result, and what they come to. */
export function reportOf(door: string, results: ReadonlyArray<Result>): string {
  const count = (outcome: Result["outcome"]): number => results.filter((result) => result.outcome === outcome).length
  const sum = `${door}: ${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} not tried`
  return [...results.map(lineOf), sum].join("\n")
}
