/**
 * What is left of processes: for tests that say that nothing is.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs"

/** Runs `read` and gives `undefined` when the process or file is gone. */
function ifThere<A>(read: () => A): A | undefined {
  try {
    return read()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === "ENOENT" || code === "ESRCH" || code === "EACCES") return undefined
    throw error
  }
}

/** Ids of all processes now (Linux). */
export function processIds(): ReadonlyArray<number> {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

/** Ids of the processes whose environment holds `text`, zombies left out (Linux). */
export function processesWith(text: string): ReadonlyArray<number> {
  return processIds().filter((pid) => ifThere(() => readFileSync(`/proc/${pid}/environ`, "latin1").includes(text)) === true)
}

/** True while a process runs and is not a zombie. */
export function isAlive(pid: number): boolean {
  const stat = ifThere(() => readFileSync(`/proc/${pid}/stat`, "latin1"))
  return stat !== undefined && !stat.slice(stat.lastIndexOf(")")).startsWith(") Z")
}

/** Ids of the zombies among the children of a process. */
export function zombiesOf(parent: number): ReadonlyArray<number> {
  return processIds().filter((pid) => {
    const stat = ifThere(() => readFileSync(`/proc/${pid}/stat`, "latin1"))
    if (stat === undefined) return false
    const [state, ppid] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    return state === "Z" && Number(ppid) === parent
  })
}

/** Open descriptors of a process, by what they point at (Linux). */
export function descriptorsOf(pid: number): ReadonlyArray<string> {
  return (ifThere(() => readdirSync(`/proc/${pid}/fd`)) ?? []).flatMap((fd) => {
    const target = ifThere(() => readlinkSync(`/proc/${pid}/fd/${fd}`))
    return target === undefined ? [] : [target]
  })
}

/** Resident memory of a process in bytes, 0 when it is gone (Linux). */
export function residentBytes(pid: number): number {
  const status = ifThere(() => readFileSync(`/proc/${pid}/status`, "latin1")) ?? ""
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024
}

/**
 * The least memory of a process, in bytes, in the later half of the time that `during` takes, with what that gives: what
 * only waits for a collection is left out.
 */
export async function leastResident<A>(pid: number, during: Promise<A>): Promise<{ readonly result: A; readonly bytes: number }> {
  const samples: Array<number> = []
  const timer = setInterval(() => samples.push(residentBytes(pid)), 100)
  try {
    const result = await during
    return { result, bytes: Math.min(...samples.slice(Math.floor(samples.length / 2))) }
  } finally {
    clearInterval(timer)
  }
}
