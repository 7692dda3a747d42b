/**
 * `npm run bench`: every row, or those of `--only`, as a table and as JSON.
 *
 * A goal that is missed is no failure. The exit code is 1 when something of ours or a limit could not be measured, or when
 * a figure fell below the baseline that `--baseline` names and did so again when its row was measured once more; it is 2 when
 * the arguments are wrong or there is no such baseline. `--write-baseline` measures everything `--runs` times and writes what that amounts to.
 */
import { appendFileSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { parseArgs } from "node:util"
import {
  type Baseline,
  type BaselineEntry,
  compareWith,
  entriesOf,
  NoBaseline,
  readBaseline,
  sentences,
  writeBaseline,
} from "./baseline.ts"
import { measureRow } from "./harness.ts"
import { MAIN } from "./ours/hub.ts"
import { machine, REPORT_VERSION, writeReport } from "./report.ts"
import type { Row } from "./row.ts"
import { ROWS } from "./rows.ts"
import { count, notes, table } from "./table.ts"
import { lines, type Line, type Outcome } from "./verdict.ts"

const USAGE = `usage: bench [--short] [--rounds N] [--only ROW[,ROW…]] [--json FILE] [--list]
       [--baseline FILE | --write-baseline FILE [--runs N]] [--failures FILE]`

interface Arguments {
  readonly short: boolean
  readonly rounds: number
  readonly rows: ReadonlyArray<Row>
  readonly list: boolean
  readonly json: string | undefined
  readonly baseline: string | undefined
  readonly writeBaseline: string | undefined
  readonly runs: number
  /** Where what failed is appended to, a line each. */
  readonly failures: string | undefined
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
        baseline: { type: "string" },
        "write-baseline": { type: "string" },
        runs: { type: "string", default: "3" },
        failures: { type: "string" },
      },
    })
    const [rounds, runs] = [Number(values.rounds), Number(values.runs)]
    if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) return `--rounds takes 1 to 100, not ${values.rounds}`
    if (!Number.isInteger(runs) || runs < 1 || runs > 20) return `--runs takes 1 to 20, not ${values.runs}`
    const names = values.only?.flatMap((text) => text.split(","))
    const unknown = names?.find((name) => !ROWS.some((row) => row.id === name))
    if (unknown !== undefined) return `there is no row ${unknown}; rows are ${ROWS.map((row) => row.id).join(", ")}`
    const rows = names === undefined ? ROWS : ROWS.filter((row) => names.includes(row.id))
    const { short, list, json, baseline, failures } = values
    return { short, rounds, rows, list, json, baseline, writeBaseline: values["write-baseline"], runs, failures }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const say = process.stderr.isTTY
  ? (text: string): boolean => process.stderr.write(`\r\x1b[2K${text.slice(0, 100)}`)
  : (): boolean => true

/** What was measured: the lines of the table, and what became of each contestant. */
interface Measurements {
  readonly lines: ReadonlyArray<Line>
  readonly outcomes: Readonly<Record<string, ReadonlyArray<Outcome>>>
}

/** Measures rows one after the other. */
async function measure(rows: ReadonlyArray<Row>, options: Arguments, directory: string): Promise<Measurements> {
  const all: Array<Line> = []
  const outcomes: Record<string, ReadonlyArray<Outcome>> = {}
  for (const row of rows) {
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
  return { lines: all, outcomes }
}

/** What of ours or of a limit could not be measured, and why. */
const broken = ({ outcomes }: Measurements): ReadonlyArray<string> =>
  Object.entries(outcomes).flatMap(([row, all]) =>
    all.flatMap(({ role, name, failed, missing }) => {
      const reason = failed ?? missing
      return role === "peer" || reason === undefined ? [] : [`FAILED ${row}: ${name} could not be measured: ${reason}`]
    }),
  )

function tell({ failures }: Arguments, lines: ReadonlyArray<string>): void {
  if (failures !== undefined && lines.length > 0) appendFileSync(failures, `${lines.join("\n")}\n`)
}

function print(options: Arguments, { lines: all }: Measurements, seconds: number): void {
  const form = options.short ? "short" : "full"
  console.log(
    `\nHoldfast bench, ${form} form, ${options.rounds} rounds interleaved, medians; ${machine().cores} × ${machine().cpu}, Node ${process.version}`,
  )
  console.log(`program under test: ${relative(process.cwd(), MAIN)}\n`)
  console.log(table(all))
  console.log("")
  for (const note of notes(all)) console.log(note)
  const { reached, target, missed, unknown } = count(all)
  console.log(
    `${reached} figures reached (${target} of them their target), ${missed} missed, ${unknown} not measured, in ${seconds} s`,
  )
}

/** Compares with the baseline; rows that fell are measured once more, and fall when they do so again. Resolves with whether all held. */
async function holds(options: Arguments, baseline: Baseline, measured: Measurements, directory: string): Promise<boolean> {
  const isWanted = ({ row }: BaselineEntry): boolean => options.rows.some(({ id }) => id === row)
  const entries = baseline.entries.filter(isWanted)
  console.log(`\nbeside the baseline of ${baseline.made.slice(0, 10)}, ${baseline.runs} runs on ${baseline.machine.cpu}:`)
  if (baseline.machine.cpu !== machine().cpu)
    console.log("it is from another machine: where figures fall without a reason, make one here with `npm run bench:baseline`")
  const first = compareWith(entries, measured.lines)
  const fallen = options.rows.filter(({ id }) => first.falls.some(({ entry }) => entry.row === id))
  if (fallen.length > 0) console.log(`measuring once more: ${fallen.map(({ id }) => id).join(", ")}`)
  const again = fallen.length === 0 ? [] : (await measure(fallen, options, directory)).lines
  const lasting = measured.lines.map(
    (line) => again.find(({ row, figure }) => row === line.row && figure === line.figure) ?? line,
  )
  const second = compareWith(entries, lasting)
  const falls = second.falls.filter(({ entry }) => first.falls.some((fall) => fall.entry === entry))
  const held = second.held + second.falls.length - falls.length
  const said = sentences({ ...second, falls, held })
  for (const text of said) console.log(text)
  tell(options, said.slice(0, falls.length))
  return falls.length === 0
}

async function run(options: Arguments): Promise<number> {
  const started = new Date()
  // Without it nothing could fall: that is to be known before all is measured.
  const baseline = options.baseline === undefined ? undefined : readBaseline(options.baseline)
  const directory = mkdtempSync(join(tmpdir(), "holdfast-bench-"))
  // Also when a signal or a fault ends the bench.
  process.once("exit", () => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }))
  const runs: Array<Measurements> = []
  const wanted = options.writeBaseline === undefined ? 1 : options.runs
  while (runs.length < wanted) {
    const measured = await measure(options.rows, options, directory)
    runs.push(measured)
    print(options, measured, Math.round((Date.now() - started.getTime()) / 1000))
  }
  const [measured] = runs
  if (measured === undefined) return 1
  if (options.json !== undefined) {
    writeReport(options.json, {
      version: REPORT_VERSION,
      started: started.toISOString(),
      form: options.short ? "short" : "full",
      rounds: options.rounds,
      machine: machine(),
      ...measured,
    })
  }
  const failed = runs.flatMap(broken)
  tell(options, failed)
  if (failed.length > 0) return 1
  if (options.writeBaseline !== undefined) {
    const entries = entriesOf(runs.map((one) => one.lines))
    writeBaseline(options.writeBaseline, { made: started.toISOString(), runs: runs.length, machine: machine(), entries })
    console.log(`${entries.length} figures of ${runs.length} runs are the baseline now: ${options.writeBaseline}`)
  }
  return baseline === undefined || (await holds(options, baseline, measured, directory)) ? 0 : 1
}

const options = readArguments(process.argv.slice(2))
if (typeof options === "string") {
  console.error(`${options}\n${USAGE}`)
  process.exit(2)
} else if (options.list) {
  for (const row of options.rows) console.log(`${row.id.padEnd(22)} ${row.title}`)
} else {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130))
  process.exit(
    await run(options).catch((error: unknown) => {
      if (!(error instanceof NoBaseline)) throw error
      console.error(error.message)
      return 2
    }),
  )
}
