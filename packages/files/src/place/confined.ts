/**
 * Paths that stay where they may be (docs/protocol/rules.md, FS-2): compared after links were followed, by whole components.
 *
 * What changes between the look and the use is looked at again by those who open something.
 */
import { readlink, realpath } from "node:fs/promises"
import { dirname, isAbsolute, join, resolve, sep } from "node:path"
import { codeOf, type FilesRefused, isAbsent, pathRefused } from "./refused.ts"

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
  const isAllowed = (found: string): boolean => within.some((directory) => isWithin(directory, found))
  const outside = (): FilesRefused =>
    pathRefused(path, `is outside of ${within.slice(0, 5).join(", ")}, beyond which nothing is shown`)
  const found = await real(path).catch(async (cause: unknown) => {
    // Outside, what is not there is refused as what is.
    throw isAllowed(await nearest(path)) ? cause : outside()
  })
  if (!isAllowed(found)) throw outside()
  if (guarded.some((directory) => isWithin(directory, found))) throw pathRefused(path, "belongs to the hub and is not shown")
  return found
}

/** Links of a path that leads nowhere which are followed. */
const LINKS_MAX = 40

/** Where a path that is not there leads: the last directory on its way that is, without links. */
async function nearest(path: string, links = 0): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const found = await realpath(at).catch(() => undefined)
    if (found !== undefined || dirname(at) === at) return found ?? at
    const link = await readlink(at).catch(() => undefined)
    if (link === undefined) continue
    // A loop leads nowhere.
    if (links === LINKS_MAX) return dirname(at)
    return nearest(isAbsolute(link) ? link : join(await nearest(dirname(at), links + 1), link), links + 1)
  }
}

/** A path as it was given, from a directory where it is not absolute. */
export function from(directory: string, path: string): string {
  return isAbsolute(path) ? path : resolve(directory, path)
}
