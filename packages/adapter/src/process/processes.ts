/**
 * Finds and signals every process that a child started.
 *
 * On Linux a process belongs to a child when it carries the child's marker in its environment, is in the child's
 * session, or descends from one that does, so that `setsid` alone does not hide it. Elsewhere the child's process group is what is known.
 */
import { readdirSync, readFileSync } from "node:fs"
import { MARKER } from "./environment.ts"

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
  } catch {
    // The process ended meanwhile, or is another user's: either way it is not one of ours.
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

/** Whether a process group has any process, whoever's it is. */
export function isGroup(group: number): boolean {
  try {
    return process.kill(-group, 0)
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
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

type Groups<Key> = Map<Key, Array<ProcessEntry>>

/** Every process at one moment, by what a choice asks for. */
interface Snapshot {
  readonly byPid: ReadonlyMap<number, ProcessEntry>
  readonly byMarker: Groups<string>
  readonly bySession: Groups<number>
  readonly byParent: Groups<number>
}

function markerOf(pid: number): string | undefined {
  const environment = readText(`/proc/${pid}/environ`)
  const pair = environment?.split("\0").find((one) => one.startsWith(`${MARKER}=`))
  return pair?.slice(MARKER.length + 1)
}

function put<Key>(groups: Groups<Key>, key: Key, entry: ProcessEntry): void {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, [entry])
  else group.push(entry)
}

function takeSnapshot(): Snapshot {
  const byPid = new Map<number, ProcessEntry>()
  const byMarker: Groups<string> = new Map()
  const bySession: Groups<number> = new Map()
  const byParent: Groups<number> = new Map()
  for (const entry of linux ? allProcesses() : []) {
    if (entry.pid === process.pid) continue
    const marker = markerOf(entry.pid)
    byPid.set(entry.pid, entry)
    if (marker !== undefined) put(byMarker, marker, entry)
    put(bySession, entry.session, entry)
    put(byParent, entry.parent, entry)
  }
  return { byPid, byMarker, bySession, byParent }
}

/** How often processes are looked at, in milliseconds, at most: the kernel tells a process nothing of its grandchildren. */
const LOOK_MILLIS = 25
/** Looking takes at most a fifth of the time. */
const LOOK_SHARE = 4

let awaited: { readonly promise: Promise<Snapshot>; readonly resolve: (snapshot: Snapshot) => void } | undefined
let nextLook = 0

/** A snapshot taken after this call; all who wait share one, so that many ends cost no more than one. */
function nextSnapshot(): Promise<Snapshot> {
  if (awaited === undefined) {
    awaited = Promise.withResolvers<Snapshot>()
    setTimeout(
      () => {
        const waiting = awaited
        awaited = undefined
        const started = performance.now()
        const snapshot = takeSnapshot()
        const now = performance.now()
        nextLook = now + Math.max(LOOK_MILLIS, LOOK_SHARE * (now - started))
        waiting?.resolve(snapshot)
      },
      Math.max(0, nextLook - performance.now()),
    )
  }
  return awaited.promise
}

/** Which processes are meant: those whose marker satisfies, those in the session of `leader`, and the descendants of both. */
export interface ProcessChoice {
  readonly marked: (marker: string) => boolean
  readonly leader: () => number | undefined
  /** Of these, only some. */
  readonly only?: (entry: ProcessEntry) => boolean
}

function chosen({ byPid, byMarker, bySession, byParent }: Snapshot, choice: ProcessChoice): ReadonlyArray<ProcessEntry> {
  const found = new Set<ProcessEntry>()
  const add = (entries: ReadonlyArray<ProcessEntry> = []): void => {
    for (const entry of entries) found.add(entry)
  }
  for (const [marker, entries] of byMarker) if (choice.marked(marker)) add(entries)
  const leader = choice.leader()
  if (leader !== undefined) {
    // Between its fork and its exec a child has neither its session nor its environment yet.
    const child = byPid.get(leader)
    if (child !== undefined) found.add(child)
    add(bySession.get(leader))
  }
  // What is added meanwhile is visited, too: the descendants of descendants.
  for (const { pid } of found) add(byParent.get(pid))
  const all = Array.from(found)
  return choice.only === undefined ? all : all.filter(choice.only)
}

/** The chosen processes as they are now. Linux only; elsewhere it finds none. */
export async function findProcesses(choice: ProcessChoice): Promise<ReadonlyArray<ProcessEntry>> {
  return chosen(await nextSnapshot(), choice)
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

/** How long SIGKILL may take, in milliseconds, before the processes are given up as stuck in the kernel. */
const KILL_MILLIS = 5000

/** What became of the processes that were to end. */
export interface EndedProcesses {
  /** How many there were. */
  readonly ended: number
  /** Those the kernel does not let go of. */
  readonly left: ReadonlyArray<ProcessEntry>
}

/** Ends the chosen processes: SIGHUP, SIGTERM and SIGCONT once, SIGKILL after `grace` milliseconds. Linux only; elsewhere it finds none. */
export async function endProcesses(choice: ProcessChoice, graceMillis: number): Promise<EndedProcesses> {
  const started = performance.now()
  const told = new Set<string>()
  // A process in the middle of an exec shows no environment, so none is believed only when seen twice.
  for (let none = 0; ;) {
    const left = chosen(await nextSnapshot(), choice)
    const waited = performance.now() - started
    none = left.length === 0 ? none + 1 : 0
    if (none === 2 || waited > graceMillis + KILL_MILLIS) return { ended: told.size, left }
    for (const { pid, start } of left) {
      const first = !told.has(`${pid}/${start}`)
      told.add(`${pid}/${start}`)
      if (waited >= graceMillis) signalProcess(pid, "SIGKILL")
      else if (first) for (const signal of ["SIGHUP", "SIGTERM", "SIGCONT"] as const) signalProcess(pid, signal)
    }
  }
}
