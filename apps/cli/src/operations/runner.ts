/**
 * `holdfast runner`: the processes that own the children.
 */
import type { RunnerStatus } from "@holdfast/link/messages"
import { print, printJson } from "../output.ts"
import { ask, useHub } from "../server/hub.ts"
import { bytes, span } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"

/** Prints the state of the runners. */
export async function runnerStatus(json: boolean): Promise<void> {
  const { runners } = await ask(useHub(), (api) => api.runner())
  if (json) return printJson(runners)
  const now = Date.now()
  report(runners, (runner) => describeRunner(runner, now))
}

/** Drains the runners: they take no new children and end when the last has ended; with `now` the children end too. */
export async function stopRunner(now: boolean, json: boolean): Promise<void> {
  const { runners } = await ask(useHub(), (api) => api.stopRunner(now))
  if (json) return printJson(runners)
  report(runners, (runner) => describeStop(runner, now))
  if (!now && runners.some((runner) => isStatus(runner) && running(runner) > 0)) print("--now ends the processes too")
}

function report(runners: ReadonlyArray<unknown>, line: (runner: RunnerStatus) => string): void {
  if (runners.length === 0) return print("no runner; one starts with the first terminal")
  // A hub of another version may say less.
  print(...runners.map((runner) => printable(isStatus(runner) ? line(runner) : JSON.stringify(runner))))
}

const isStatus = (value: unknown): value is RunnerStatus =>
  typeof value === "object" && value !== null && "runner" in value && "pid" in value && "children" in value && "journal" in value

const running = ({ children }: RunnerStatus): number => children.filter(({ state }) => state === "running").length

const processes = (count: number): string => (count === 1 ? "1 process" : `${count === 0 ? "no" : count} processes`)

const nameOf = ({ runner, pid }: RunnerStatus): string => `runner ${runner.slice(-8)} (pid ${pid})`

/** A runner in one line: which, how many processes, memory, age, what is not yet in the log, and what is wrong. */
export function describeRunner(status: RunnerStatus, now: number): string {
  const { rss, startedAt, draining, journal, build } = status
  const waiting = journal.memoryBytes + journal.diskBytes
  return [
    `${nameOf(status)}: ${processes(running(status))}`,
    bytes(rss),
    `up ${span(now - startedAt)}`,
    ...(build === "" ? [] : [`version ${build}`]),
    ...(waiting > 0 ? [`${bytes(waiting)} not yet in the log`] : []),
    ...(draining ? ["takes no new processes"] : []),
    ...(journal.problem === undefined ? [] : [journal.problem]),
  ].join(", ")
}

/** What becomes of a runner that was told to stop, in one line. */
export function describeStop(status: RunnerStatus, now: boolean): string {
  const count = running(status)
  if (count === 0) return `${nameOf(status)}: no processes; it is ending`
  if (now) return `${nameOf(status)}: its ${processes(count)} ended; it is ending`
  return `${nameOf(status)}: takes no new processes; ends with the last of its ${processes(count)}`
}
