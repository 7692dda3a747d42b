/** A vitest reporter that hands the counts of a run to `counts.mjs`. */
import { count } from "./counts.mjs"

/** Counts tests by their state; a file that could not be loaded and an unhandled error count as failed. */
export default class CountReporter {
  onTestRunEnd(modules, errors) {
    const sums = { passed: 0, failed: errors.length, skipped: 0 }
    for (const module of modules) {
      let tests = 0
      for (const test of module.children.allTests()) {
        tests++
        const { state } = test.result()
        if (state === "passed" || state === "failed" || state === "skipped") sums[state]++
      }
      if (module.state() === "failed" && (tests === 0 || module.errors().length > 0)) sums.failed++
    }
    count(sums)
  }
}
