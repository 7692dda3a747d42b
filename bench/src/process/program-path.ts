/**
 * Programs of the system that peers need.
 */
import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import { Missing } from "../row.ts"

/** The path of a program. Throws `Missing` with the package that has it. */
export function programPath(name: string, debian: string): string {
  for (const directory of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(directory, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      continue
    }
  }
  throw new Missing(`${name} is not installed (Debian package ${debian})`)
}
