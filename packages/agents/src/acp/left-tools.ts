/**
 * Ends what an interrupted tool left running: some agents (codex) answer an interrupt at once and leave the tool's process alive.
 *
 * Only processes that began during the turn are meant, so that an agent's own servers stay. On Linux; elsewhere they stay until the
 * agent ends.
 */
import { readFileSync } from "node:fs"
import type { AgentEnvironment } from "@holdfast/adapter/process/process-group"
import { MARKER } from "@holdfast/adapter/process/environment"
import { endProcesses } from "@holdfast/adapter/process/processes"

/** The kernel counts the starts of processes in ticks of 10 ms since the machine began. */
const TICKS_PER_SECOND = 100
const GRACE_MILLIS = 500

/** The kernel's clock, in ticks; undefined where it has none. */
export function ticks(): number | undefined {
  if (process.platform !== "linux") return undefined
  return Math.floor(Number.parseFloat(readFileSync("/proc/uptime", "latin1")) * TICKS_PER_SECOND)
}

/** Ends the agent's processes, other than `pid`, that began between `from` and now. */
export async function endLeftTools(environment: AgentEnvironment, pid: number, from: number | undefined): Promise<void> {
  const marker = environment[MARKER]
  const to = ticks()
  if (from === undefined || to === undefined || marker === undefined) return
  const only = (entry: { readonly pid: number; readonly start: string }): boolean => {
    const start = Number(entry.start)
    return entry.pid !== pid && start >= from && start <= to
  }
  await endProcesses({ marked: (found) => found === marker, leader: () => undefined, only }, GRACE_MILLIS)
}
