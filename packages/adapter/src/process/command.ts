/** Checks what a terminal is to be started with, before anything runs (T-1, T-7). */
import { accessSync, constants, statSync } from "node:fs"
import { delimiter, isAbsolute, resolve } from "node:path"
import { AdapterRefused } from "../adapter.ts"

/** T-7; the protocol's own constant lives beside schemas, which a runner does not load. */
const TERMINAL_SIZE = { minimum: 1, maximum: 1000 } as const

/** Refuses a size outside 1 to 1000 cells. */
export function checkSize(cols: number, rows: number): void {
  const { minimum, maximum } = TERMINAL_SIZE
  const good = (cells: number): boolean => Number.isInteger(cells) && cells >= minimum && cells <= maximum
  if (!good(cols) || !good(rows)) {
    throw new AdapterRefused(
      "InvalidSize",
      `${cols}×${rows} is not a size a terminal can have: use ${minimum} to ${maximum} columns and rows`,
    )
  }
}

/** Refuses a working directory that is not there or may not be entered. */
export function checkDirectory(cwd: string): void {
  const refuse = (why: string): never => {
    throw new AdapterRefused("Unprocessable", `the working directory ${JSON.stringify(cwd)} ${why}: choose one that exists`)
  }
  if (!isAbsolute(cwd)) refuse("is not an absolute path")
  const found = statSync(cwd, { throwIfNoEntry: false })
  if (found === undefined) refuse("does not exist")
  if (found?.isDirectory() !== true) refuse("is not a directory")
  if (!permits(cwd)) refuse("may not be entered")
}

function permits(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function executable(path: string): boolean {
  try {
    return statSync(path).isFile() && permits(path)
  } catch {
    // Not there or not readable: for a search along PATH both mean that the next place is tried.
    return false
  }
}

/**
 * The path of a command, found in the session's own PATH as the child would look for it; relative to `cwd` where the
 * command or the place in PATH is. Throws `AdapterRefused` when there is none.
 */
export function findCommand(command: string, cwd: string, path: string | undefined): string {
  const programs = command.includes("/")
    ? [command]
    : (path ?? "/usr/local/bin:/usr/bin:/bin").split(delimiter).map((place) => `${place === "" ? "." : place}/${command}`)
  const usable = command !== "" && !command.includes("\0")
  const found = usable ? programs.find((program) => executable(resolve(cwd, program))) : undefined
  if (found !== undefined) return found
  throw new AdapterRefused(
    "CommandNotFound",
    `${JSON.stringify(command)} ${command.includes("/") ? "is not there or not executable" : "is not in the session's PATH"}`,
  )
}
