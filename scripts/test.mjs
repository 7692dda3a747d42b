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
const heavy = { folder: join(ROOT, "tests/heavy"), title: "the browser and the agents for tests" }

await prepare(
  { lean: false, title: "everything for tests" },
  (node, env) =>
    runToEnd(node, [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", "--passWithNoTests", ...chosen, ...rest], {
      cwd: ROOT,
      env: { ...env, HOLDFAST_FAULTS: size },
    }),
  [heavy],
)
