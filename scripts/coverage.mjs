/**
 * How much of the middle of Holdfast the unit, contract and system tests run: lines, by part of the repository.
 *
 * Tests run code in two ways. Vitest measures what runs in its own processes; each process and thread that a test starts
 * writes what V8 counted, about the sources or about the build, whose source maps lead back to them. A line counts when
 * one of its statements ran in either way.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { join, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { linesOf, offsetsIn, ranAt } from "./coverage-lines.mjs"
import { count, tellFailure } from "./counts.mjs"

const ROOT = fileURLToPath(new URL("..", import.meta.url))
const FOLDER = join(ROOT, "node_modules/.cache/coverage")
const VITEST = join(FOLDER, "vitest")
const PROCESSES = join(FOLDER, "processes")

/** What is measured, and the part of its lines that tests must run. */
const PARTS = [
  { name: "operations", folder: "packages/hub/src/operations", least: 0.95 },
  { name: "core", folder: "packages/core/src", least: 0.95 },
  { name: "store", folder: "packages/store/src", least: 0.95 },
  { name: "runner", folder: "packages/runner/src", least: 0.95 },
]

/** How the paths of the build's chunks begin. */
const BUILT_CHUNKS = join(ROOT, "apps/cli/dist/chunk-")

/** Suites of contracts are tests themselves; a console of Windows is on no other system. */
const LEFT_OUT = ["**/contract/**", "**/conpty.ts"]

/** Files that are named, those with the most lines that did not run first. */
const NAMED = 15

/** Kinds of tests that count. */
export const MEASURED = ["unit", "contract", "system"]

/** Arguments for vitest, and what the environment of its tests needs beside. */
export function measuring() {
  rmSync(FOLDER, { recursive: true, force: true })
  const options = [
    "enabled",
    "provider=v8",
    "reporter=json",
    "reportOnFailure",
    `reportsDirectory=${VITEST}`,
    ...PARTS.map(({ folder }) => `include=${folder}/**/*.ts`),
    ...LEFT_OUT.map((pattern) => `exclude=${pattern}`),
  ]
  return { args: options.map((option) => `--coverage.${option}`), env: { HOLDFAST_COVERAGE_PROCESSES: PROCESSES } }
}

/** Statements that processes ran, added to those that vitest saw run. */
async function addProcesses(files) {
  const reports = existsSync(PROCESSES) ? readdirSync(PROCESSES) : []
  const { bundlePrograms } = await import("./build.mjs")
  const places = new Map()
  for (const file of files.values())
    places.set(
      file.path,
      file.statements.map(({ line, column }, at) => ({ file, at, offset: offsetIn(file, line, column) })),
    )
  for (const { path, contents, map } of await bundlePrograms({ sourcemap: true }))
    // What only passes on what others export has no map.
    places.set(path, map === undefined ? [] : offsetsIn(String(contents), map, join(path, ".."), files))
  for (const list of places.values()) list.sort((a, b) => a.offset - b.offset)
  for (const name of reports) {
    let report
    try {
      report = JSON.parse(readFileSync(join(PROCESSES, name), "utf8"))
    } catch {
      // Its process was killed while it wrote.
      continue
    }
    for (const { url, functions } of report.result) {
      const path = url.startsWith("file:") ? fileURLToPath(url) : undefined
      const list = path === undefined ? undefined : places.get(path)
      if (list === undefined && path?.startsWith(BUILT_CHUNKS))
        throw new Error(`${path} ran, and is no part of the build: its lines would be missing`)
      if (list !== undefined) ranAt(functions, list, ({ file, at }) => (file.statements[at].ran = true))
    }
  }
  return reports.length
}

/** Offset of a place in a source, whose types Node replaces by blanks. */
function offsetIn(file, line, column) {
  file.starts ??= [0, ...[...readFileSync(file.path, "utf8").matchAll(/\n/g)].map(({ index }) => index + 1)]
  return (file.starts[line - 1] ?? 0) + column
}

const percent = (part) => `${(Math.floor(part * 1000) / 10).toFixed(1)} %`

/** Prints what was covered; resolves with whether it is enough. */
export async function reportCoverage() {
  const seen = join(VITEST, "coverage-final.json")
  if (!existsSync(seen)) {
    console.log("coverage: vitest wrote no report")
    return false
  }
  const files = linesOf(JSON.parse(readFileSync(seen, "utf8")))
  const processes = await addProcesses(files)
  console.log(`\nLines that ${MEASURED.join(", ")} tests ran, here and in ${processes} processes and threads:`)
  let enough = true
  for (const { name, folder, least } of PARTS) {
    const mine = [...files.values()].filter(({ path }) => path.startsWith(join(ROOT, folder) + sep))
    const lines = mine.map((file) => ({ file, ...file.lines() }))
    const all = lines.reduce((sum, { total }) => sum + total, 0)
    const ran = lines.reduce((sum, { missed, total }) => sum + total - missed.length, 0)
    const part = all === 0 ? 1 : ran / all
    const isEnough = all > 0 && part >= least
    enough &&= isEnough
    count(isEnough ? { passed: 1 } : { failed: 1 })
    if (!isEnough) tellFailure(`FAILED coverage of ${name}: ${percent(part)}, at least ${percent(least)}`)
    console.log(
      `${isEnough ? "ok    " : "FAILED"} ${name.padEnd(12)} ${percent(part).padStart(7)} of ${all} lines (at least ${percent(least)})`,
    )
    const open = lines.filter(({ missed }) => missed.length > 0).sort((a, b) => b.missed.length - a.missed.length)
    for (const { file, missed, total } of open.slice(0, NAMED))
      console.log(`         ${relative(ROOT, file.path)}: ${missed.length} of ${total} lines did not run: ${spans(missed)}`)
    if (open.length > NAMED) console.log(`         and in ${open.length - NAMED} files more, fewer lines each`)
  }
  return enough
}

/** Lines as text: `3-5, 9`. */
function spans(lines) {
  const found = []
  for (const line of lines) {
    const last = found.at(-1)
    if (last !== undefined && last[1] === line - 1) last[1] = line
    else found.push([line, line])
  }
  return found.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(", ")
}
