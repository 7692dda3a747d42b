/** A disk that can be filled: a file system in memory, where the machine allows one to be mounted. */
import { spawnSync } from "node:child_process"
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A directory on a disk of its own. */
export interface SmallDisk {
  readonly path: string
  /** Leaves no byte free. */
  readonly fill: () => void
  readonly free: () => void
  readonly remove: () => void
}

/** Makes one of so many megabytes; `undefined` where that is not allowed. */
export function smallDisk(megabytes: number): SmallDisk | undefined {
  const path = mkdtempSync(join(tmpdir(), "holdfast-small-"))
  if (spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "none", path]).status !== 0) {
    rmSync(path, { recursive: true })
    return undefined
  }
  const ballast = join(path, "ballast")
  return {
    path,
    fill: () => {
      const file = openSync(ballast, "w")
      try {
        for (const block = new Uint8Array(4096); ;) writeSync(file, block)
      } catch (error) {
        if ((error as { readonly code?: string }).code !== "ENOSPC") throw error
      } finally {
        closeSync(file)
      }
    },
    free: () => rmSync(ballast, { force: true }),
    remove: () => {
      spawnSync("umount", [path])
      rmSync(path, { recursive: true, force: true })
    },
  }
}
