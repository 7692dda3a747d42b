/**
 * `npm test`: installs everything, builds, and runs the tests; `--faults=ci` and `--faults=long` run the fault tests in
 * their larger sizes, and those of the real agents at length. Other arguments go to vitest, for example a part of a file's name.
 */
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { runToEnd } from "./child.mjs"
import { prepare } from "./prepare.mjs"

const ROOT = fileURLToPath(new URL("..", import.meta.url))

/** Kinds of tests in a plain `npm test`, in the order they run. */
const KINDS = ["unit", "contract", "system", "browser", "faults"]

const args = process.argv.slice(2)
const size = args.find((arg) => arg.startsWith("--faults="))?.slice("--faults=".length) ?? "short"
const rest = args.filter((arg) => !arg.startsWith("--faults="))
const kinds = size === "short" ? KINDS : ["faults", "agents"]
const chosen = rest.some((arg) => arg.startsWith("--project")) ? [] : kinds.map((kind) => `--project=${kind}`)
/** Only for Linux: elsewhere the tests that need them say so. */
const heavy = { folder: join(ROOT, "tests/heavy"), title: "the browser and the agents for tests" }
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
  process.platform === "linux" ? [heavy] : [],
)
