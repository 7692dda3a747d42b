/**
 * Adds up what passed and failed over several programs: each appends a line to the file that `HOLDFAST_COUNTS` names.
 * Without it nothing is written.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs"

/** Appends counts; those left out are 0. */
export function count({ passed = 0, failed = 0, skipped = 0 }) {
  const file = process.env["HOLDFAST_COUNTS"]
  if (file !== undefined && file !== "") appendFileSync(file, `${passed} ${failed} ${skipped}\n`)
}

/** Sums over all lines of `file`. */
export function total(file) {
  const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").filter(Boolean) : []
  const sums = [0, 0, 0]
  for (const line of lines) line.split(" ").forEach((text, index) => (sums[index] = (sums[index] ?? 0) + Number(text)))
  return { passed: sums[0] ?? 0, failed: sums[1] ?? 0, skipped: sums[2] ?? 0 }
}
