/**
 * `npm run check`: everything that can be said about the sources without running them. Two steps at a time; the output
 * of a step is shown when it fails, or when its name was given.
 */
import { spawn } from "node:child_process"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { count, tellFailure } from "./counts.mjs"
import { prepare } from "./prepare.mjs"

const ROOT = fileURLToPath(new URL("..", import.meta.url))
const inModules = (path) => join(ROOT, "node_modules", path)
const ours = (name) => [join(ROOT, "scripts", name)]

const STEPS = [
  { name: "types", program: [inModules("typescript/bin/tsc"), "-b", "--pretty"] },
  { name: "format", program: [inModules("oxfmt/bin/oxfmt"), "--list-different", "."], hint: "`npm run format` puts it right" },
  { name: "lint", program: [inModules("oxlint/bin/oxlint"), "--deny-warnings"] },
  { name: "dead code", program: [inModules("knip/bin/knip.js"), "--no-progress"] },
  { name: "arrows", program: ours("arrows.mjs") },
  { name: "shares", program: ours("shares.mjs") },
  { name: "tables", program: [...ours("package-tables.mjs"), "--check"] },
  { name: "rules", program: ours("rules.mjs") },
  { name: "ids", program: ours("ids.mjs") },
  { name: "runbook", program: ours("runbook.mjs") },
  { name: "reference", program: ours("reference.mjs") },
  { name: "traces", program: ours("traces.mjs") },
  { name: "functions", program: ours("functions.mjs") },
  { name: "dialect", program: ours("dialect.mjs") },
  { name: "wording", program: ours("wording.mjs") },
  { name: "workflows", program: ours("workflows.mjs") },
  { name: "text cuts", program: ours("text-cuts.mjs") },
  { name: "sizes", program: ours("sizes.mjs"), isShown: true },
  { name: "app size", program: ours("app-size.mjs"), isShown: true },
]

/** Runs one step under `node`; resolves with whether it passed. What it says is shown when it fails, when asked, and for some always. */
function run(node, env, { name, program, hint, isShown: always = false }, isAsked) {
  const isShown = isAsked || always
  const began = Date.now()
  return new Promise((resolve) => {
    const child = spawn(node, program, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] })
    const output = []
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => output.push(data))
    child.on("close", (code) => {
      const seconds = ((Date.now() - began) / 1000).toFixed(1)
      console.log(`${code === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)`)
      const text = Buffer.concat(output).toString().trimEnd()
      if (code !== 0) {
        console.log(`${text}${hint === undefined ? "" : `\n${hint}`}\n`)
        tellFailure(`FAILED check ${name}`, text)
      } else if (isShown && text !== "") console.log(text)
      resolve(code === 0)
    })
  })
}

/** Runs the steps, two at a time; resolves with the exit code. */
async function checkAll(node, env, steps) {
  const waiting = [...steps]
  let failed = 0
  const work = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const passed = await run(node, env, step, wanted.length > 0)
      if (!passed) failed++
      count(passed ? { passed: 1 } : { failed: 1 })
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
  if (failed > 0) console.log(`${failed} step${failed === 1 ? "" : "s"} failed`)
  return failed === 0 ? 0 : 1
}

const wanted = process.argv.slice(2)
const unknown = wanted.find((name) => !STEPS.some((step) => step.name === name))
if (unknown !== undefined) {
  console.error(`there is no step ${unknown}; steps are ${STEPS.map(({ name }) => name).join(", ")}`)
  process.exit(2)
}
const chosen = STEPS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
await prepare({ lean: false, title: "everything for the checks", build: false }, (node, env) => checkAll(node, env, chosen))
