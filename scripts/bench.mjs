/**
 * `npm run bench`: installs everything, builds, and measures; arguments go to bench/src/main.ts. A whole short run is compared
 * with the committed baseline, where there is one. Rows of the app need a browser, which tests/heavy has.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { runToEnd } from "./child.mjs"
import { prepare } from "./prepare.mjs"

const ROOT = fileURLToPath(new URL("..", import.meta.url))

const BASELINE = "bench/baseline.json"

/** The arguments that compare a run with the baseline. */
function comparing(given) {
  if (given.length !== 1 || given[0] !== "--short") return []
  if (existsSync(join(ROOT, BASELINE))) return ["--baseline", BASELINE]
  console.log(
    `There is no ${BASELINE}: this run is compared with nothing. \`npm run bench:baseline\` on a free machine makes one.`,
  )
  return []
}

/** Where continuous integration collects what failed. */
const failures = process.env["HOLDFAST_FAILURES"]
const telling = failures === undefined || failures === "" ? [] : ["--failures", failures]

const heavy = { folder: join(ROOT, "tests/heavy"), title: "the browser for the bench" }

const given = process.argv.slice(2)
const isHeavy = !given.includes("--list") && (!given.includes("--only") || given.some((word) => /\bapp-/.test(word)))
await prepare(
  { lean: false, title: "everything for the bench" },
  (node, env) => runToEnd(node, [join(ROOT, "bench/src/main.ts"), ...given, ...comparing(given), ...telling], { cwd: ROOT, env }),
  isHeavy ? [heavy] : [],
)
