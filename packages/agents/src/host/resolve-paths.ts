/**
 * Paths as rules compare them: absolute, with every link followed and the spelling that the file system keeps
 * (docs/protocol/rules.md, P-10).
 *
 * A path that means two places, by its text and by the links in it (`link/../file`), is not literal: agents differ in how
 * they read it. What does not exist yet is compared by its text below the deepest directory that does.
 */
import { lstatSync, realpathSync } from "node:fs"
import { basename, dirname, isAbsolute, join, normalize, sep } from "node:path"
import type { ParsedSubject } from "@holdfast/protocol/agent/permission-rule"

type Files = Extract<ParsedSubject, { readonly type: "files" }>

const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u
/** A home directory for a shell, or an address such as `file:///etc`: agents read these otherwise. */
const NO_PATH = /^(?:~|[a-z][a-z0-9+.-]+:)/i
const PATH_MAX = 4096
const PATHS_MAX = 64

const slashed = (path: string): string => (sep === "/" ? path : path.replaceAll(sep, "/"))

/** The real place of a path without `..` that may not exist. */
function realPlace(path: string): string {
  const rest: Array<string> = []
  for (let at = path; ; at = dirname(at)) {
    try {
      return join(realpathSync.native(at), ...rest)
    } catch (error) {
      // Only what is certainly not there may be made: a link to nothing is there, and leads elsewhere.
      const absent = error instanceof Error && "code" in error && error.code === "ENOENT"
      if (!absent || dirname(at) === at || lstatSync(at, { throwIfNoEntry: false }) !== undefined) throw error
      rest.unshift(basename(at))
    }
  }
}

/** The same read as the system does, component by component. */
function walked(path: string): string {
  let place = path.startsWith("/") ? "/" : ""
  for (const part of path.split(sep === "/" ? "/" : /[\\/]/)) {
    if (part === "" || part === ".") continue
    place = part === ".." ? dirname(realPlace(place)) : place === "" ? part : join(place, part)
  }
  return realPlace(place)
}

function resolved(path: string, cwd: string): string | undefined {
  if (path === "" || path.length > PATH_MAX || NO_PATH.test(path) || HIDDEN.test(path)) return undefined
  const absolute = isAbsolute(path) ? path : `${cwd}${sep}${path}`
  try {
    const place = realPlace(normalize(absolute))
    return /(?:^|[\\/])\.\.(?:[\\/]|$)/.test(absolute) && walked(absolute) !== place ? undefined : slashed(place)
  } catch {
    // A directory that cannot be read, a loop of links: nothing is known of it.
    return undefined
  }
}

/** The files and directories that a request names, relative to `cwd`. */
export function resolvePaths(paths: ReadonlyArray<string>, cwd: string): Files {
  const found = new Set<string>()
  let literal = paths.length > 0 && paths.length <= PATHS_MAX
  for (const path of paths.slice(0, PATHS_MAX)) {
    const place = resolved(path, cwd)
    literal &&= place !== undefined
    found.add(place ?? slashed(isAbsolute(path) ? path : join(cwd, path)))
  }
  return { type: "files", paths: [...found], literal }
}
