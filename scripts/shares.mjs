/** Checks that no package outgrows the others: most lines of the sources that one of them may hold. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { conclude, repositoryFiles, ROOT } from "./source-files.mjs"

/** Share of all source lines that one of `packages/*` may have. */
const MAX_SHARE = 0.16

const sources = repositoryFiles().filter((path) =>
  /^((packages|apps)\/[^/]+|testkit|bench|conformance)\/src\/.*\.tsx?$/.test(path),
)
const lines = new Map()
for (const path of sources) {
  const folder = /^((packages|apps)\/[^/]+|testkit|bench|conformance)/.exec(path)[0]
  lines.set(folder, (lines.get(folder) ?? 0) + readFileSync(join(ROOT, path), "utf8").split("\n").length - 1)
}
const all = [...lines.values()].reduce((sum, count) => sum + count, 0)
const percent = (count) => `${((count / all) * 100).toFixed(1)} %`
const packages = [...lines].filter(([folder]) => folder.startsWith("packages/")).sort(([, a], [, b]) => b - a)
const problems = packages
  .filter(([, count]) => count > MAX_SHARE * all)
  .map(
    ([folder, count]) =>
      `${folder}: ${count} of ${all} source lines are ${percent(count)}, more than ${MAX_SHARE * 100} %; split it`,
  )
const [largest, most] = packages[0]
conclude("shares", problems, `${all} source lines; the largest package is ${largest} with ${percent(most)}`)
