/** Where a socket that only its user may open can be: at the path that is wanted, or at a shorter private one (docs/protocol/rules.md, R-25). */
import { createHash } from "node:crypto"
import { lstatSync, mkdirSync, mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Longest socket path, in bytes, that every platform takes (sun_path has 104 on macOS). */
const SOCKET_PATH_MAX = 100

/** Characters of a socket's name in a shared place. */
const NAME_LENGTH = 16

/** Names that are tried below a temporary directory before one is made at random. */
const NAMES_MAX = 8

/**
 * `wanted`, or where that is too long a path in a directory of mode 0700 of the user's own, made when missing. A place that another user
 * has taken, that is open to others or that is no directory is passed over. Throws when there is no place at all.
 */
export function privateSocketPath(
  wanted: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  if (Buffer.byteLength(wanted) <= SOCKET_PATH_MAX) return wanted
  const name = createHash("sha256").update(wanted).digest("hex").slice(0, 16)
  const owner = process.getuid?.() ?? 0
  const temporary = [...new Set([environment["TMPDIR"] ?? tmpdir(), "/tmp"])].filter((base) => base.startsWith("/"))
  const runtime = environment["XDG_RUNTIME_DIR"] ?? ""
  if (runtime.startsWith("/") && isOwn(join(runtime, "holdfast"), owner)) return join(runtime, "holdfast", name)
  for (const base of temporary) {
    const place = privatePlace(join(base, `holdfast-${owner}`), owner)
    if (place !== undefined) return join(place, name)
  }
  throw new Error(
    `there is no place for Holdfast's socket: the data directory's path is too long, and no directory can be created in ${temporary.join(" or ")}; choose a data directory with a shorter path`,
  )
}

/** A directory of this user's by this name, or by one like it when that is taken; `undefined` where none can be made. */
function privatePlace(wanted: string, owner: number): string | undefined {
  for (let at = 0; at < NAMES_MAX; at++) {
    const place = at === 0 ? wanted : `${wanted}-${at}`
    if (isOwn(place, owner)) return place
  }
  return fits(`${wanted}-XXXXXX`) ? makeAnew(`${wanted}-`) : undefined
}

const fits = (place: string): boolean => Buffer.byteLength(place) + 1 + NAME_LENGTH <= SOCKET_PATH_MAX

/** Makes the directory unless it is there; whether it is one, itself and no link, of this user alone, and short enough. */
function isOwn(place: string, owner: number): boolean {
  if (!fits(place)) return false
  try {
    mkdirSync(place, { mode: 0o700 })
  } catch {
    // Whatever it was, what is there now tells.
  }
  const found = lstatSync(place, { throwIfNoEntry: false })
  return found?.isDirectory() === true && found.uid === owner && (found.mode & 0o077) === 0
}

function makeAnew(prefix: string): string | undefined {
  try {
    return mkdtempSync(prefix)
  } catch {
    // Not writable: the next place is tried, and the last error names them all.
    return undefined
  }
}
