/** Where a socket that only its user may open can be: at the path that is wanted, or at a shorter private one. */
import { createHash } from "node:crypto"
import { mkdirSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Longest socket path, in bytes, that every platform takes (sun_path has 104 on macOS). */
const SOCKET_PATH_MAX = 100

/** `wanted`, or where that is too long a path in a directory of mode 0700 of the user's own, made when missing. Throws when that directory is open to others. */
export function privateSocketPath(wanted: string): string {
  if (Buffer.byteLength(wanted) <= SOCKET_PATH_MAX) return wanted
  const owner = process.getuid?.() ?? 0
  const name = createHash("sha256").update(wanted).digest("hex").slice(0, 16)
  const base = process.env["XDG_RUNTIME_DIR"]
  const place = base !== undefined && Buffer.byteLength(base) < 50 ? join(base, "holdfast") : join(tmpdir(), `holdfast-${owner}`)
  mkdirSync(place, { recursive: true, mode: 0o700 })
  const { uid, mode } = statSync(place)
  if (uid !== owner || (mode & 0o077) !== 0)
    throw new Error(`${place} must belong to you alone (mode 0700) to hold a socket of Holdfast's`)
  return join(place, name)
}
