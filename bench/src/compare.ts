/**
 * `node bench/src/compare.ts BEFORE.json AFTER.json`: what changed between two runs, noise aside.
 *
 * Exits 0 when nothing got worse beyond the noise, 1 when something did, 2 on wrong usage.
 */
import { changes, unmatched, type Change } from "./comparing.ts"
import { readReport, ReportUnreadable } from "./report.ts"
import { short } from "./table.ts"

function line(one: Change): string {
  const mark = one.verdict === "same" ? "  " : one.verdict === "better" ? "+ " : "- "
  const against = one.against === "" ? "" : ` (against ${one.against})`
  return `${mark}${one.title}${against}: ${short(one.before)} → ${short(one.after)}, ${one.change.toFixed(2)} times as good, noise ${Math.round(one.noise * 100)}%, ${one.verdict}`
}

function main(args: ReadonlyArray<string>): number {
  const [first, second] = args
  if (first === undefined || second === undefined || args.length !== 2) {
    console.error("usage: compare BEFORE.json AFTER.json")
    return 2
  }
  const [before, after] = [readReport(first), readReport(second)]
  if (before.form !== after.form)
    console.log(`The runs differ in form: ${before.form} and ${after.form}. Sizes differ, so read with care.`)
  if (before.machine.cpu !== after.machine.cpu) console.log("The runs are from different machines; only ratios can be compared.")
  const all = changes(before.lines, after.lines)
  for (const one of all) console.log(line(one))
  for (const title of unmatched(before.lines, after.lines)) console.log(`? ${title}: measured in one of the runs only`)
  const worse = all.filter((one) => one.verdict === "worse").length
  console.log(`${all.length} compared, ${all.filter((one) => one.verdict === "better").length} better, ${worse} worse`)
  return worse === 0 ? 0 : 1
}

try {
  process.exitCode = main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof ReportUnreadable)) throw error
  console.error(error.message)
  process.exitCode = 2
}
