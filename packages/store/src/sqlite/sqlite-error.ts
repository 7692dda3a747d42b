/** Errors of SQLite, sorted into what a caller can do about them (result codes: sqlite.org/rescode.html). */
import { statfsSync } from "node:fs"
import { dirname } from "node:path"

/** What kind of failure a SQLite error is. */
export type FailureKind = "full" | "damaged" | "unreadable" | "locked" | "failed"

/** A failure with its kind and a message for people. */
export interface Failure {
  readonly kind: FailureKind
  readonly message: string
}

const BUSY = 5
const LOCKED = 6
const PERM = 3
const READONLY = 8
const IOERR = 10
const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
const AUTH = 23
const NOTADB = 26
const IOERR_READS = new Set([IOERR | (1 << 8), IOERR | (2 << 8), IOERR | (33 << 8)])

const UNREADABLE = new Set(["EACCES", "EPERM", "ENOTDIR", "EISDIR", "EROFS", "EEXIST", "ENOENT", "ELOOP", "ENAMETOOLONG"])

/** Space below which a failed write is taken for a full disk. */
const NEARLY_FULL_BYTES = 512 * 1024

function errcode(cause: unknown): number | undefined {
  if (typeof cause !== "object" || cause === null || !("errcode" in cause)) return undefined
  return typeof cause.errcode === "number" ? cause.errcode : undefined
}

/** Whether reading failed because of what is stored: a damaged page, or a column that holds another type. */
export function isDamage(cause: unknown): boolean {
  const code = errcode(cause)
  if (code === undefined) return cause instanceof TypeError
  return (code & 0xff) === CORRUPT || IOERR_READS.has(code)
}

/** Whether something failed because it would have had to write. */
export function isReadOnly(cause: unknown): boolean {
  return ((errcode(cause) ?? 0) & 0xff) === READONLY
}

/** Whether something that failed may have been a sync: any failure of input or output but a read. A full disk fails before. */
export function mayBeSync(cause: unknown): boolean {
  const code = errcode(cause)
  return code !== undefined && (code & 0xff) === IOERR && !IOERR_READS.has(code)
}

function systemCode(cause: unknown): string | undefined {
  if (typeof cause !== "object" || cause === null || !("code" in cause)) return undefined
  return typeof cause.code === "string" ? cause.code : undefined
}

function diskIsFull(path: string): boolean {
  try {
    const space = statfsSync(dirname(path))
    return space.bavail * space.bsize < NEARLY_FULL_BYTES
  } catch {
    return false
  }
}

/** Sorts whatever was thrown while working on the database at `path`. */
export function classify(cause: unknown, path: string): Failure {
  const message = cause instanceof Error ? cause.message : String(cause)
  const code = errcode(cause)
  if (code === undefined) {
    const system = systemCode(cause)
    if (system === "ENOSPC" || system === "EDQUOT") return { kind: "full", message }
    return { kind: system !== undefined && UNREADABLE.has(system) ? "unreadable" : "failed", message }
  }
  const primary = code & 0xff
  if (primary === FULL) return { kind: "full", message: `the disk is full (${message})` }
  if (primary === CORRUPT || primary === NOTADB || IOERR_READS.has(code)) return { kind: "damaged", message }
  if (primary === BUSY || primary === LOCKED) return { kind: "locked", message }
  if ((primary === IOERR || primary === CANTOPEN) && diskIsFull(path))
    return { kind: "full", message: `the disk is full (${message})` }
  if (primary === CANTOPEN || primary === PERM || primary === READONLY || primary === AUTH) return { kind: "unreadable", message }
  return { kind: "failed", message: `${message} (SQLite code ${code})` }
}
