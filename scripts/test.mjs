/**
 * `npm test`: installs everything, builds, and runs the tests; `--faults=ci` and `--faults=long` run the fault tests in
 * their larger sizes, and those of the real agents at length. Other arguments go to vitest, for example a part of a file's name.
 */
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { runToEnd } from "./child.mjs"
import { prepare } from "./prepare.mjs"
import { kindOf, matching, needHeavy, pathsIn, testFiles } from "./test-files.mjs"

const ROOT = fileURLToPath(new URL("..", import.meta.url))

/** Kinds of tests in a plain `npm test`, in the order they run. */
const KINDS = ["unit", "contract", "system", "browser", "e2e", "faults"]

const args = process.argv.slice(2)
const size = args.find((arg) => arg.startsWith("--faults="))?.slice("--faults=".length) ?? "short"
const rest = args.filter((arg) => !arg.startsWith("--faults="))
const kinds = size === "short" ? KINDS : ["faults", "agents"]
const hasProject = rest.some((arg) => arg.startsWith("--project"))
const paths = hasProject ? undefined : pathsIn(rest)
const files = paths === undefined ? undefined : filesOf(paths)
const needed = files === undefined ? kinds : kinds.filter((kind) => files.some((file) => kindOf(file) === kind))
const chosen = hasProject ? [] : needed.map((kind) => `--project=${kind}`)
/** Only for Linux: elsewhere the tests that need them say so. */
const heavy = { folder: join(ROOT, "tests/heavy"), title: "the browser and the agents for tests" }
const isHeavy = process.platform === "linux" && (files === undefined || needHeavy(files))
/** Whether to say how many lines the tests run: of all of them only, and not when a person waits. */
const isMeasured = process.env["HOLDFAST_COVERAGE"] === "1" && size === "short" && rest.length === 0

await prepare(
  { lean: false, title: "everything for tests" },
  async (node, env) => {
    const run = (args, more = {}) =>
      runToEnd(node, [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", "--passWithNoTests", ...args], {
        cwd: ROOT,
        env: { ...env, HOLDFAST_FAULTS: size, ...more },
      })
    if (!isMeasured) return run([...chosen, ...rest])
    const { MEASURED, measuring, reportCoverage } = await import("./coverage.mjs")
    const projects = (kinds) => kinds.map((kind) => `--project=${kind}`)
    const { args, env: more } = measuring()
    const first = await run([...projects(MEASURED), ...args], more)
    const others = await run(projects(KINDS.filter((kind) => !MEASURED.includes(kind))))
    const isEnough = await reportCoverage()
    return first !== 0 ? first : others !== 0 ? others : isEnough ? 0 : 1
  },
  isHeavy ? [heavy] : [],
)

/** The files that paths choose among the kinds that run; all of them without a path. Ends the process when a path chooses none. */
function filesOf(paths) {
  const all = testFiles()
  const running = all.filter((file) => kinds.includes(kindOf(file)))
  if (paths.length === 0) return running
  const chosen = paths.flatMap((path) => {
    const found = matching(running, path)
    if (found.length > 0) return found
    const [other] = matching(all, path)
    const script = size === "short" ? "test:faults" : "test"
    console.error(
      other === undefined ? `no test file matches ${path}` : `${other} is not run here: npm run ${script} -- ${other}`,
    )
    process.exit(1)
  })
  return [...new Set(chosen)]
}
