/**
 * Adds up what passed and failed over several programs: each appends a line to the file that `HOLDFAST_COUNTS` names.
 * Without it nothing is written.
 */
import { appendFileSync } from "node:fs"

/** Appends counts; those left out are 0. */
export function count({ passed = 0, failed = 0, skipped = 0 }) {
  const file = process.env["HOLDFAST_COUNTS"]
  if (file !== undefined && file !== "") appendFileSync(file, `${passed} ${failed} ${skipped}\n`)
}
