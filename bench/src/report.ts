/**
 * The report of a run, as written to a file and read by `compare.ts`.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { arch, cpus, platform, totalmem } from "node:os"
import type { Line, Outcome } from "./verdict.ts"

/** Version of the file's form. */
export const REPORT_VERSION = 1

/** A run with its machine, its figures and every round behind them. */
export interface Report {
  readonly version: number
  readonly started: string
  readonly form: "full" | "short"
  readonly rounds: number
  readonly machine: {
    readonly platform: string
    readonly cpu: string
    readonly cores: number
    readonly memory: number
    readonly node: string
  }
  readonly lines: ReadonlyArray<Line>
  readonly outcomes: Readonly<Record<string, ReadonlyArray<Outcome>>>
}

/** A file that is not a report of this version. */
export class ReportUnreadable extends Error {
  readonly _tag = "ReportUnreadable"
}

/** The machine the run is on. */
export function machine(): Report["machine"] {
  return {
    platform: `${platform()} ${arch()}`,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memory: totalmem(),
    node: process.version,
  }
}

/** Writes a report as JSON. */
export function writeReport(path: string, report: Report): void {
  return writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`)
}

/** Reads a report. Throws `ReportUnreadable`. */
export function readReport(path: string): Report {
  let report: Report
  try {
    report = JSON.parse(readFileSync(path, "utf8")) as Report
  } catch (cause) {
    throw new ReportUnreadable(`${path} cannot be read as a report: ${String(cause)}`)
  }
  if (report.version !== REPORT_VERSION || !Array.isArray(report.lines)) {
    throw new ReportUnreadable(`${path} is not a report of version ${REPORT_VERSION}`)
  }
  return report
}
