/**
 * `npm run bench`: every row, or those of `--only`, as a table and as JSON.
 *
 * Figures are not a gate: the exit code is 0 unless something of ours or a limit could not be measured (1) or the
 * arguments are wrong (2).
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { parseArgs } from "node:util"
import { measureRow } from "./harness.ts"
import { MAIN } from "./ours/hub.ts"
import { machine, REPORT_VERSION, writeReport } from "./report.ts"
import type { Row } from "./row.ts"
import { ROWS } from "./rows.ts"
import { count, notes, table } from "./table.ts"
import { lines, type Line, type Outcome } from "./verdict.ts"

const USAGE = `usage: bench [--short] [--rounds N] [--only ROW[,ROW…]] [--json FILE] [--list]`

interface Arguments {
  readonly short: boolean
  readonly rounds: number
  readonly rows: ReadonlyArray<Row>
  readonly json?: string
  readonly list: boolean
}

function readArguments(args: ReadonlyArray<string>): Arguments | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        short: { type: "boolean", default: false },
        rounds: { type: "string", default: "3" },
        only: { type: "string", multiple: true },
        json: { type: "string" },
        list: { type: "boolean", default: false },
      },
    })
    const rounds = Number(values.rounds)
    if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) return `--rounds takes 1 to 100, not ${values.rounds}`
    const names = values.only?.flatMap((text) => text.split(","))
    const unknown = names?.find((name) => !ROWS.some((row) => row.id === name))
    if (unknown !== undefined) return `there is no row ${unknown}; rows are ${ROWS.map((row) => row.id).join(", ")}`
    const rows = names === undefined ? ROWS : ROWS.filter((row) => names.includes(row.id))
    return { short: values.short, rounds, rows, list: values.list, ...(values.json === undefined ? {} : { json: values.json }) }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const say = process.stderr.isTTY
  ? (text: string): boolean => process.stderr.write(`\r\x1b[2K${text.slice(0, 100)}`)
  : (): boolean => true

async function run(options: Arguments): Promise<number> {
  const started = new Date()
  const directory = mkdtempSync(join(tmpdir(), "holdfast-bench-"))
  const clean = (): void => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  // Also when a signal or a fault ends the bench.
  process.once("exit", clean)
  const all: Array<Line> = []
  const outcomes: Record<string, ReadonlyArray<Outcome>> = {}
  try {
    for (const row of options.rows) {
      const began = performance.now()
      const outcome = await measureRow(row, {
        short: options.short,
        rounds: options.rounds,
        directory,
        patience: options.short ? 60_000 : 600_000,
        progress: say,
      })
      outcomes[row.id] = outcome
      all.push(...lines(row, outcome))
      say("")
      console.error(`${row.id}: ${((performance.now() - began) / 1000).toFixed(1)} s`)
    }
  } finally {
    clean()
  }
  const form = options.short ? "short" : "full"
  console.log(
    `\nHoldfast bench, ${form} form, ${options.rounds} rounds interleaved, medians; ${machine().cores} × ${machine().cpu}, Node ${process.version}`,
  )
  console.log(`program under test: ${relative(process.cwd(), MAIN)}\n`)
  console.log(table(all))
  console.log("")
  for (const note of notes(all)) console.log(note)
  const { reached, target, missed, unknown } = count(all)
  const seconds = Math.round((Date.now() - started.getTime()) / 1000)
  console.log(
    `${reached} figures reached (${target} of them their target), ${missed} missed, ${unknown} not measured, in ${seconds} s`,
  )
  if (options.json !== undefined) {
    writeReport(options.json, {
      version: REPORT_VERSION,
      started: started.toISOString(),
      form,
      rounds: options.rounds,
      machine: machine(),
      lines: all,
      outcomes,
    })
  }
  const broken = Object.values(outcomes)
    .flat()
    .some((one) => one.role !== "peer" && (one.failed ?? one.missing) !== undefined)
  return broken ? 1 : 0
}

const options = readArguments(process.argv.slice(2))
if (typeof options === "string") {
  console.error(`${options}\n${USAGE}`)
  process.exit(2)
} else if (options.list) {
  for (const row of options.rows) console.log(`${row.id.padEnd(22)} ${row.title}`)
} else {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130))
  process.exit(await run(options))
}
