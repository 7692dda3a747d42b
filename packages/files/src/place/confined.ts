/**
 * Paths that stay where they may be (docs/protocol/rules.md, FS-2): compared after links were followed, by whole components.
 *
 * What changes between the look and the use is looked at again by those who open something.
 */
import { realpath } from "node:fs/promises"
import { isAbsolute, resolve, sep } from "node:path"
import { codeOf, isAbsent, pathRefused } from "./refused.ts"

/** Whether a path is a directory or below it; both are absolute and without links. */
export function isWithin(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep)
}

/** A path without links; refused where nothing is there, or it may not be read. */
export async function real(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (cause) {
    if (isAbsent(cause)) throw pathRefused(path, "does not exist; choose another")
    if (codeOf(cause) === "EACCES") throw pathRefused(path, "cannot be read by the user who runs the hub")
    throw cause
  }
}

/** The real paths of directories that exist. */
export async function realAll(paths: ReadonlyArray<string>): Promise<ReadonlyArray<string>> {
  const found = await Promise.all(paths.map((path) => realpath(path).catch(() => undefined)))
  return found.filter((path) => path !== undefined)
}

/** A path in one of the directories and in none that is guarded, without links. */
export async function confined(path: string, within: ReadonlyArray<string>, guarded: ReadonlyArray<string>): Promise<string> {
  const found = await real(path)
  if (!within.some((directory) => isWithin(directory, found)))
    throw pathRefused(path, `is outside of ${within.slice(0, 5).join(", ")}, beyond which nothing is shown`)
  if (guarded.some((directory) => isWithin(directory, found))) throw pathRefused(path, "belongs to the hub and is not shown")
  return found
}

/** A path as it was given, from a directory where it is not absolute. */
export function from(directory: string, path: string): string {
  return isAbsolute(path) ? path : resolve(directory, path)
}
