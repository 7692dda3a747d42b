/** Results as text for people. */
import type { Check, Result } from "./suite.ts"

const MARKS = { passed: "ok    ", failed: "FAILED", skipped: "-     " } as const

/** What a check is called: its id, its promise, and what it proves. */
export function nameOf({ id, title, proves = [] }: Pick<Check, "id" | "title" | "proves">): string {
  return `${id}: ${title}${proves.length === 0 ? "" : ` [${proves.join(" ")}]`}`
}

/** One line for a result, and one for its reason. */
export function lineOf({ id, title, proves, outcome, reason, milliseconds, figures }: Result): string {
  const measured = Object.entries(figures).map(([name, value]) => `${name} ${value}`)
  const time = outcome === "skipped" ? [] : [`${milliseconds} ms`]
  const head = `${MARKS[outcome]} ${nameOf({ id, title, proves })}${[...time, ...measured].length === 0 ? "" : ` (${[...time, ...measured].join(", ")})`}`
  return reason === undefined ? head : `${head}\n         ${reason}`
}

/** The report of a door: each result, and what they come to. */
export function reportOf(door: string, results: ReadonlyArray<Result>): string {
  const count = (outcome: Result["outcome"]): number => results.filter((result) => result.outcome === outcome).length
  const sum = `${door}: ${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} not tried`
  return [...results.map(lineOf), sum].join("\n")
}
