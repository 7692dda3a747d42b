/**
 * Finds and signals every process that a child started.
 *
 * On Linux a process belongs to a child when it carries the child's marker in its environment, is in the child's
 * session, or descends from one that does, so that `setsid` alone does not hide it. Elsewhere the child's process group is what is known.
 */
import { readdirSync, readFileSync } from "node:fs"

/** One process as the kernel shows it. `start` tells it from a later one with the same pid. */
export interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  readonly session: number
  readonly start: string
  readonly zombie: boolean
}

const linux = process.platform === "linux"

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1")
  } catch (error) {
    // The process ended meanwhile, or is another user's: either way it is not one of ours.
    void error
    return undefined
  }
}

/** The kernel's entry of a process, or `undefined` when there is none (or the platform does not tell). */
export function processEntry(pid: number): ProcessEntry | undefined {
  const stat = linux ? readText(`/proc/${pid}/stat`) : undefined
  if (stat === undefined) return undefined
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return {
    pid,
    parent: Number(fields[1]),
    session: Number(fields[3]),
    start: fields[19] ?? "",
    zombie: fields[0] === "Z" || fields[0] === "X",
  }
}

/** Process group in the foreground of the terminal whose session a process leads; 0 when there is none or it is not known. */
export function foregroundGroup(pid: number): number {
  const stat = linux ? readText(`/proc/${pid}/stat`) : undefined
  const group = stat === undefined ? 0 : Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[5])
  return group > 0 ? group : 0
}

function allProcesses(): ReadonlyArray<ProcessEntry> {
  const entries: Array<ProcessEntry> = []
  for (const name of readdirSync("/proc")) {
    const pid = Number(name)
    const entry = Number.isInteger(pid) ? processEntry(pid) : undefined
    if (entry !== undefined && !entry.zombie) entries.push(entry)
  }
  return entries
}

function carries(pid: number, markerPrefix: string): boolean {
  const environment = readText(`/proc/${pid}/environ`)
  return environment !== undefined && `\0${environment}`.includes(`\0${markerPrefix}`)
}

/**
 * The living processes of a child: those with the marker (`NAME=value`, or a prefix of it), those of the session that `leader` leads, and the
 * descendants of both. Linux only; elsewhere empty.
 */
export function processesOf(marker: string, leader: number | undefined): ReadonlyArray<ProcessEntry> {
  if (!linux) return []
  const all = allProcesses()
  const found = new Map<number, ProcessEntry>()
  for (const entry of all) {
    if (entry.pid === process.pid) continue
    if ((leader !== undefined && entry.session === leader) || carries(entry.pid, marker)) found.set(entry.pid, entry)
  }
  for (let grew = true; grew; ) {
    grew = false
    for (const entry of all) {
      if (!found.has(entry.pid) && found.has(entry.parent)) {
        found.set(entry.pid, entry)
        grew = true
      }
    }
  }
  return Array.from(found.values())
}

/** Sends a signal; false when the process or group is gone. Rethrows what else goes wrong. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined
    if (code === "ESRCH" || code === "EPERM") return false
    throw error
  }
}

/** How often the end of processes is looked for, in milliseconds: the kernel tells a process nothing of its grandchildren. */
const LOOK_MILLIS = 25
/** How long SIGKILL may take, in milliseconds, before the processes are given up as stuck in the kernel. */
const KILL_MILLIS = 5000

/**
 * Ends every process that `find` gives: SIGHUP, SIGTERM and SIGCONT once, SIGKILL after `grace` milliseconds; resolves
 * with what is still there, which is nothing unless the kernel holds it.
 */
export async function endProcesses(
  find: () => ReadonlyArray<ProcessEntry>,
  graceMillis: number,
): Promise<ReadonlyArray<ProcessEntry>> {
  const started = performance.now()
  const told = new Set<string>()
  for (;;) {
    const left = find()
    if (left.length === 0) return left
    const waited = performance.now() - started
    for (const { pid, start } of left) {
      if (waited >= graceMillis) signalProcess(pid, "SIGKILL")
      else if (!told.has(`${pid}/${start}`)) {
        told.add(`${pid}/${start}`)
        signalProcess(pid, "SIGHUP")
        signalProcess(pid, "SIGTERM")
        signalProcess(pid, "SIGCONT")
      }
    }
    if (waited > graceMillis + KILL_MILLIS) return left
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLIS))
  }
}
