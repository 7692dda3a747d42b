/**
 * Adds up what passed and failed over several programs: each appends a line to the file that `HOLDFAST_COUNTS` names,
 * and what failed to the one that `HOLDFAST_FAILURES` names. Without them nothing is written.
 */
import { appendFileSync } from "node:fs"

/** Appends counts; those left out are 0. */
export function count({ passed = 0, failed = 0, skipped = 0 }) {
  append("HOLDFAST_COUNTS", `${passed} ${failed} ${skipped}\n`)
}

/** Appends what failed and, indented below it, the first 12 lines of `reason`. */
export function tellFailure(title, reason = "") {
  const lines = reason.trim() === "" ? [] : reason.trim().split("\n").slice(0, 12)
  append("HOLDFAST_FAILURES", `${[title, ...lines.map((line) => `    ${line}`)].join("\n")}\n`)
}

function append(variable, text) {
  const file = process.env[variable]
  if (file !== undefined && file !== "") appendFileSync(file, text)
}
