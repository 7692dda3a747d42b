/**
 * How many files the shell that started this hub may open (docs/protocol/rules.md, R-26).
 *
 * Node raises its own soft limit to the hard one as it starts, and everything that it starts inherits that. What it was before no system call
 * tells, but the processes above do: the nearest one that is no Node, and no shell that a Node started for a script (as npm does).
 */
import { readFileSync, readlinkSync } from "node:fs"
import { basename } from "node:path"
import { processEntry } from "@holdfast/adapter/process/processes"

/** Soft limit that a login and a service have by default on Linux, for where nothing above tells. */
export const LOGIN_FILES = 1024

/** A process above, as far as it matters. */
export interface AboveProcess {
  readonly parent: number
  /** Name of its program; empty where it is another user's. */
  readonly program: string
  readonly firstArgument: string
  readonly soft: number
  readonly hard: number
}

/** Looks at a process; `undefined` where there is none, or the platform does not tell. */
export type LookAbove = (pid: number) => AboveProcess | undefined

const NODE = /^(node|nodejs|bun|electron)/
const SHELL = /^(sh|bash|dash|zsh|ksh|busybox)$/

/** The soft limit of open files that children of this process are to have; `undefined` where the platform does not tell. */
export function openFilesBefore(pid: number = process.pid, look: LookAbove = lookAbove): number | undefined {
  const own = look(pid)
  if (own === undefined) return undefined
  for (let at = own.parent; ;) {
    const above = look(at)
    if (above === undefined) return Math.min(LOGIN_FILES, own.hard)
    // Who started us is gone, or is the service manager, which gives its services less than it has itself.
    if (at <= 1) return Math.min(above.soft < above.hard ? above.soft : LOGIN_FILES, own.hard)
    if (!NODE.test(above.program) && !isForScript(above, look)) return Math.min(above.soft, own.hard)
    at = above.parent
  }
}

const isForScript = ({ program, firstArgument, parent }: AboveProcess, look: LookAbove): boolean =>
  SHELL.test(program) && firstArgument === "-c" && NODE.test(look(parent)?.program ?? "")

function lookAbove(pid: number): AboveProcess | undefined {
  const entry = processEntry(pid)
  const limits = read(`/proc/${pid}/limits`)
  const [, soft, hard] = /^Max open files +(\d+|unlimited) +(\d+|unlimited)/m.exec(limits ?? "") ?? []
  if (entry === undefined || soft === undefined || hard === undefined) return undefined
  const [, firstArgument = ""] = (read(`/proc/${pid}/cmdline`) ?? "").split("\0")
  return { parent: entry.parent, program: programOf(pid), firstArgument, soft: amount(soft), hard: amount(hard) }
}

const amount = (text: string): number => (text === "unlimited" ? Number.MAX_SAFE_INTEGER : Number(text))

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1")
  } catch {
    // It has ended, or is hidden from this user.
    return undefined
  }
}

function programOf(pid: number): string {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`))
  } catch {
    // Another user's.
    return ""
  }
}
