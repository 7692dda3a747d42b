/**
 * Gives children the soft limit of open files that the user's shell has, and keeps the raised one of this process.
 *
 * A child takes the limits of the process as it is forked, so the limit is lowered around the start, which is one synchronous call. In that
 * time other threads can open files below the lowered limit alone: where this process has nearly as many open, it is not lowered, and the
 * child's own limit is set right after its start instead. Linux with koffi; elsewhere children have this process's limit.
 */
import { closeSync, openSync } from "node:fs"
import { loadLibc, type Libc } from "./libc.ts"

const RLIMIT_NOFILE = 7
/** Descriptors that a start and other threads may take at once. */
const SPARE = 128

/** What children are to have, and what this process has otherwise. */
export interface OpenFiles {
  readonly children: number
  readonly own: number
}

interface Limits {
  readonly libc: Libc
  readonly own: Buffer
  readonly children: Buffer
  readonly files: OpenFiles
}

let limits: Limits | undefined

/**
 * Says what children that this thread starts have from now on; `undefined`: what this process has. `own` is told to threads, for which the
 * limit may just be lowered when they look.
 */
export function giveOpenFiles(children: number | undefined, own?: number): void {
  limits = children === undefined || process.platform !== "linux" ? undefined : look(children, own)
}

/** What children of this thread are given, for another thread. */
export function givenOpenFiles(): OpenFiles | undefined {
  return limits?.files
}

/** Starts a process with the limit; `start` must be synchronous, and gives its pid by `pidOf`. */
export function withOpenFiles<A>(start: () => A, pidOf: (started: A) => number | undefined): A {
  if (limits === undefined) return start()
  const { libc, own, children, files } = limits
  const isLowered = lowestFree() + SPARE < files.children && set(libc, 0, children)
  let started: A
  try {
    started = start()
  } finally {
    if (isLowered) set(libc, 0, own)
  }
  const pid = pidOf(started)
  // Also where it was lowered: another thread's start may just have raised it again.
  if (pid !== undefined && pid > 0) set(libc, pid, children)
  return started
}

/** Whether it was set; a process that has ended meanwhile needs none. */
const set = (libc: Libc, pid: number, to: Buffer): boolean => libc.prlimit(pid, RLIMIT_NOFILE, to, null) === 0

function lowestFree(): number {
  const fd = openSync("/dev/null", "r")
  closeSync(fd)
  return fd
}

function look(children: number, own: number | undefined): Limits | undefined {
  let libc: Libc
  try {
    libc = loadLibc()
  } catch {
    // Without koffi there is nothing to set it with; the runner's log says that it is missing.
    return undefined
  }
  const now = Buffer.alloc(16)
  if (libc.prlimit(0, RLIMIT_NOFILE, null, now) !== 0) return undefined
  const hard = now.readBigUInt64LE(8)
  const limit = (soft: bigint): Buffer => {
    const made = Buffer.from(now)
    made.writeBigUInt64LE(soft < hard ? soft : hard, 0)
    return made
  }
  const raised = own === undefined ? now.readBigUInt64LE(0) : BigInt(own)
  const files = { children, own: Number(raised) }
  return raised <= BigInt(children) ? undefined : { libc, own: limit(raised), children: limit(BigInt(children)), files }
}
