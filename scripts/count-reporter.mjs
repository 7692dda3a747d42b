/** A vitest reporter that hands the counts of a run and what failed to `counts.mjs`. */
import { relative } from "node:path"
import { count, tellFailure } from "./counts.mjs"

/** Counts tests by their state; a file that could not be loaded and an unhandled error count as failed. */
export default class CountReporter {
  onTestRunEnd(modules, errors) {
    const sums = { passed: 0, failed: errors.length, skipped: 0 }
    for (const error of errors) tellFailure("FAILED outside a test", textOf(error))
    for (const module of modules) {
      let tests = 0
      const file = relative(process.cwd(), module.moduleId)
      for (const test of module.children.allTests()) {
        tests++
        const { state, errors: reasons } = test.result()
        if (state === "failed") tellFailure(`FAILED ${file} > ${test.fullName}`, reasons?.map(textOf).join("\n"))
        if (state === "passed" || state === "failed" || state === "skipped") sums[state]++
      }
      if (module.state() === "failed" && (tests === 0 || module.errors().length > 0)) {
        sums.failed++
        tellFailure(`FAILED ${file}`, module.errors().map(textOf).join("\n"))
      }
    }
    count(sums)
    const larger = modules.reduce((sum, module) => sum + leftOut(module), 0)
    if (larger > 0) console.log(`${larger} tests run in larger sizes alone: npm run test:faults`)
  }
}

/** Tests of a file of fault tests that the short size leaves out. */
function leftOut(module) {
  if (process.env["HOLDFAST_FAULTS"] !== "short" || !relative(process.cwd(), module.moduleId).startsWith("tests/faults/"))
    return 0
  return [...module.children.allTests()].filter((test) => test.result().state === "skipped").length
}

/** What an error says, and where in the project it happened. */
function textOf(error) {
  const place = error.stacks?.[0]
  const at = place === undefined ? "" : `\nat ${relative(process.cwd(), place.file)}:${place.line}`
  return `${error.message ?? String(error)}${at}`
}
