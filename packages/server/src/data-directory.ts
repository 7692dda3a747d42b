/**
 * The data directory: made when missing, for its owner only (G-9), with a file that tells where the hub is.
 */
import { accessSync, chmodSync, constants, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { makeDirectory } from "@holdfast/store/make-directory"
import { ServeFailed, type HubState } from "./Serving.ts"

/** Makes the data directory usable, mode 0700. Throws `ServeFailed` with what to do. */
export function takeDataDirectory(data: string): void {
  try {
    makeDirectory(data)
    if (process.platform !== "win32" && (statSync(data).mode & 0o077) !== 0) chmodSync(data, 0o700)
    accessSync(data, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause)
    throw new ServeFailed("data", `the data directory ${data} cannot be used: ${REASONS[code] ?? code}`, { cause })
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "this user cannot read and write it; change its owner, or set HOLDFAST_DATA to another directory",
  EPERM: "it belongs to another user; change its owner, or set HOLDFAST_DATA to another directory",
  EEXIST: "a file has its name; remove the file, or set HOLDFAST_DATA to another directory",
  ENOTDIR: "a part of its path is a file; set HOLDFAST_DATA to another directory",
  ENOENT: "no directory can be created there; set HOLDFAST_DATA to another directory",
  EROFS: "it is on a read-only file system; set HOLDFAST_DATA to another directory",
  ENOSPC: "the disk is full; free some space",
}

const stateFile = (data: string): string => join(data, "hub.json")

/** Writes where the hub is, in one step. */
export function writeHubState(data: string, state: HubState): void {
  const next = `${stateFile(data)}.${state.pid}.new`
  writeFileSync(next, `${JSON.stringify(state)}\n`, { mode: 0o600 })
  renameSync(next, stateFile(data))
}

/** Removes what `writeHubState` wrote, unless another process has written its own since. */
export function removeHubState(data: string, pid: number): void {
  const state = readState(data)
  if (state === undefined || state.pid === pid) rmSync(stateFile(data), { force: true })
}

function readState(data: string): { readonly pid?: unknown } | undefined {
  try {
    return JSON.parse(readFileSync(stateFile(data), "utf8")) as { readonly pid?: unknown }
  } catch {
    // Missing or unreadable: nothing of another process's to protect.
    return undefined
  }
}
