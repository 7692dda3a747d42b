/**
 * `npm test`: installs everything, builds, and runs the tests; `--faults=ci` and `--faults=long` run the fault tests in
 * their larger sizes. Other arguments go to vitest, for example a part of a file's name.
 */
import { existsSync } from "node:fs"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { runToEnd } from "./child.mjs"
import { install, InstallFailed } from "./install.mjs"
import { startProgress } from "./progress.mjs"

const ROOT = fileURLToPath(new URL("..", import.meta.url))
const HEAVY = join(ROOT, "tests/heavy")

/** Kinds of tests in a plain `npm test`, in the order they run. */
const KINDS = ["unit", "contract", "system", "browser", "faults"]

/** The Node that npm installed, or this one where it is new enough. */
function newNode() {
  const installed = join(ROOT, `node_modules/node-${process.platform}-${process.arch}/bin/node`)
  if (existsSync(installed)) return installed
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath
  throw new InstallFailed(`Node 24 or newer is needed on ${process.platform}-${process.arch}; this is Node ${process.versions.node}.`)
}

async function main() {
  const args = process.argv.slice(2)
  const size = args.find((arg) => arg.startsWith("--faults="))?.slice("--faults=".length) ?? "short"
  const rest = args.filter((arg) => !arg.startsWith("--faults="))
  const kinds = size === "short" ? KINDS : ["faults"]
  await install(ROOT, { lean: false, title: "everything for tests" })
  if (kinds.includes("browser")) await install(HEAVY, { lean: false, title: "the browser for tests" })
  const { build } = await import("./build.mjs")
  const progress = startProgress("Building")
  const { files } = await build()
  progress.done(`Built ${files} files`)
  const node = newNode()
  const chosen = rest.some((arg) => arg.startsWith("--project")) ? [] : kinds.map((kind) => `--project=${kind}`)
  return runToEnd(node, [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", "--passWithNoTests", ...chosen, ...rest], {
    cwd: ROOT,
    env: {
      ...process.env,
      HOLDFAST_FAULTS: size,
      PATH: [join(node, ".."), join(ROOT, "node_modules/.bin"), process.env["PATH"]].join(delimiter),
    },
  })
}

try {
  process.exitCode = await main()
} catch (error) {
  const expected = error instanceof InstallFailed || Array.isArray(error.errors)
  console.error(expected ? `\n${error.message}` : error)
  process.exitCode = 1
}
