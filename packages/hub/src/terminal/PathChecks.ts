/**
 * Looks whether directories and programs are there, off the event loop.
 *
 * Callers that ask for the same path at the same time share one look: many sessions made at once have one directory and
 * one shell. Nothing is remembered beyond that.
 */
import { constants } from "node:fs"
import { access, stat } from "node:fs/promises"

/** Looks under way, by path. */
type Looks = Map<string, Promise<boolean>>

const directories: Looks = new Map()
const programs: Looks = new Map()

/** Whether a path is a directory that may be entered. */
export const isDirectory = (path: string): Promise<boolean> =>
  shared(directories, path, () => access(`${path}/.`, constants.X_OK))

/** Whether a path is a file that may be executed. */
export const isProgram = (path: string): Promise<boolean> =>
  shared(programs, path, () =>
    Promise.all([access(path, constants.X_OK), stat(path)]).then(([, found]) =>
      found.isFile() ? undefined : Promise.reject(new Error("not a file")),
    ),
  )

/** True when `look` resolves: whatever makes it fail means that the path cannot be used. */
function shared(looks: Looks, path: string, look: () => Promise<void>): Promise<boolean> {
  const known = looks.get(path)
  if (known !== undefined) return known
  const found = look().then(
    () => true,
    () => false,
  )
  looks.set(path, found)
  void found.finally(() => looks.delete(path))
  return found
}
