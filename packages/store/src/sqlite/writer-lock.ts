/**
 * The lock that lets one process at a time write a store (docs/protocol/rules.md, S-21).
 *
 * It is an exclusive transaction on a small database file beside the store: the operating system ends it with its
 * process, however that ends. The owner's pid stands in a text file, only for others to read.
 */
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { classify } from "./sqlite-error.ts"

/** Another process has the store open for writing. */
export class StoreLocked extends Error {
  readonly _tag = "StoreLocked"
}

const lockPath = (path: string): string => `${path}.lock`
const pidPath = (path: string): string => `${path}.pid`

/** Makes a file that only its owner can read; one that is there stays as it is. */
export function touchPrivate(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600))
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) throw cause
  }
}

function ownerOf(path: string): string {
  try {
    const pid = readFileSync(pidPath(path), "utf8").trim()
    return /^\d+$/.test(pid) ? `process ${pid}` : "another process"
  } catch {
    return "another process"
  }
}

/** Takes the lock at once, or throws `StoreLocked` with its owner; gives what releases it. */
export function takeWriterLock(path: string): () => void {
  touchPrivate(lockPath(path))
  const db = new DatabaseSync(lockPath(path), { timeout: 0 })
  try {
    db.exec("BEGIN EXCLUSIVE")
  } catch (cause) {
    db.close()
    if (classify(cause, path).kind !== "locked") throw cause
    throw new StoreLocked(`${ownerOf(path)} has the store ${path} open; stop it, or use another data directory`)
  }
  writeFileSync(pidPath(path), `${process.pid}\n`, { mode: 0o600 })
  return () => {
    rmSync(pidPath(path), { force: true })
    db.close()
  }
}
