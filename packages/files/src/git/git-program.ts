/** Finds Git on this machine (docs/protocol/rules.md, FS-21, FS-22): by absolute places alone, and one that is new enough. */
import { execFile } from "node:child_process"
import { access, constants } from "node:fs/promises"
import { dirname, isAbsolute, join } from "node:path"
import { headOf } from "@holdfast/protocol/text-cut"

/** There is no Git on this machine that can be used; the message says what to do. */
export class GitMissing extends Error {
  readonly _tag = "GitMissing"
}

/** The oldest version: those before it read the user's configuration even where `GIT_CONFIG_GLOBAL` names another. */
const OLDEST = [2, 32] as const

/** How long what was found counts, in milliseconds. */
const FRESH = 60_000

interface Looked {
  readonly path: string | undefined
  readonly at: number
  readonly program: Promise<string>
}

let looked: Looked | undefined

/** Git's own path; rejects with `GitMissing`. Looked for again after a minute, and in another `PATH`. */
export async function gitProgram(): Promise<string> {
  const path = process.env["PATH"]
  const now = Date.now()
  if (looked === undefined || looked.path !== path || now - looked.at > FRESH) looked = { path, at: now, program: find() }
  return looked.program
}

/** Where programs are looked for: nothing that is found from where Git is run. */
export function programPlaces(): ReadonlyArray<string> {
  const separator = process.platform === "win32" ? ";" : ":"
  return (process.env["PATH"] ?? "").split(separator).filter((place) => isAbsolute(place))
}

async function find(): Promise<string> {
  const name = process.platform === "win32" ? "git.exe" : "git"
  for (const place of programPlaces()) {
    const path = join(place, name)
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return usable(path)
  }
  throw new GitMissing("Git is not installed on the hub's machine; changes are shown with it")
}

async function usable(path: string): Promise<string> {
  const said = await new Promise<string>((resolve, reject) => {
    const how = { cwd: dirname(path), env: { PATH: process.env["PATH"], LC_ALL: "C" }, timeout: 5000, windowsHide: true }
    execFile(path, ["version"], how, (failure, out) => {
      if (failure === null) resolve(out)
      else reject(new GitMissing(`${path} on the hub's machine does not run; changes are shown with Git`))
    })
  })
  const version = /^git version ((\d+)\.(\d+)\S*)/.exec(said)
  const [, shown = headOf(said.trim(), 100), major = "0", minor = "0"] = version ?? []
  const isNew = Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1])
  if (isNew) return path
  throw new GitMissing(`Git on the hub's machine is ${shown}; changes are shown with ${OLDEST.join(".")} or a newer one`)
}
