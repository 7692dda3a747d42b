/**
 * A Git directory of our own over a repository's objects and a copy of its index (docs/protocol/rules.md, FS-21; decision 66).
 *
 * Everything that looks at files runs in it: the repository's configuration, hooks, filters and attributes of drivers have no
 * meaning there, and nothing is written into the repository. Objects that are made lie in the shadow and go with it.
 */
import { copyFile, mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { codeOf, FilesRefused, isAbsent } from "../place/refused.ts"
import type { Repository } from "./repository.ts"
import { git, gitOut, type HowToRun, type Ran } from "./run-git.ts"

/** Files of more than this are compared as binary, in bytes. */
export const BIG_FILE = 8 * 1024 * 1024

/** How names of shadows begin. */
export const SHADOW = "shadow-"

/** Milliseconds after which nothing uses a shadow any more: Git takes a minute at most. */
const LEFT_AFTER = 600_000

/** A shadow of a repository. */
export class Shadow {
  readonly path: string
  readonly repository: Repository

  private constructor(path: string, repository: Repository) {
    this.path = path
    this.repository = repository
  }

  /** Makes one in a directory; `more` are further directories of objects. */
  static async make(parent: string, repository: Repository, more: ReadonlyArray<string> = []): Promise<Shadow> {
    await makeRoom(parent)
    const path = await mkdtemp(join(parent, SHADOW))
    const shadow = new Shadow(path, repository)
    try {
      await shadow.#fill(more)
      return shadow
    } catch (cause) {
      await shadow.remove()
      throw cause
    }
  }

  /** One that only lists what is below a directory, which is in no repository. */
  static async empty(parent: string, top: string): Promise<Shadow> {
    return Shadow.make(parent, { top, gitDir: "", commonDir: "", settings: new Map() })
  }

  /** Runs Git in it. */
  git(args: ReadonlyArray<string>, how: Partial<HowToRun> = {}): Promise<Ran> {
    return git(args, this.#how(how))
  }

  /** Runs Git in it and expects that it succeeds. */
  gitOut(args: ReadonlyArray<string>, how: Partial<HowToRun> = {}): Promise<Buffer> {
    return gitOut(args, this.#how(how))
  }

  /** Takes it away. */
  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }

  #how(how: Partial<HowToRun>): HowToRun {
    const { top } = this.repository
    const env = {
      GIT_DIR: this.path,
      GIT_WORK_TREE: top,
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      ...how.env,
    }
    return { cwd: top, ...how, env }
  }

  async #fill(more: ReadonlyArray<string>): Promise<void> {
    const { gitDir, commonDir, head } = this.repository
    await mkdir(join(this.path, "objects", "info"), { recursive: true })
    await mkdir(join(this.path, "refs"))
    await writeFile(join(this.path, "HEAD"), head === undefined ? "ref: refs/heads/none\n" : `${head}\n`)
    await writeFile(join(this.path, "config"), this.#config())
    if (gitDir === "") return
    const objects = [join(commonDir, "objects"), ...more]
    await writeFile(join(this.path, "objects", "info", "alternates"), objects.map((each) => `${quoted(each)}\n`).join(""))
    await symlink(join(commonDir, "info"), join(this.path, "info"), "junction")
    await this.#copyIndex(gitDir)
  }

  /** The index with its time rounded down: what was written after it is compared by content, never taken for unchanged. */
  async #copyIndex(gitDir: string): Promise<void> {
    const index = join(gitDir, "index")
    try {
      const { mtimeMs } = await stat(index)
      await copyFile(index, join(this.path, "index"))
      const second = Math.floor(mtimeMs / 1000)
      await utimes(join(this.path, "index"), second, second)
    } catch (cause) {
      if (!isAbsent(cause)) throw cause
    }
    for (const name of await readdir(gitDir)) {
      if (name.startsWith("sharedindex.")) await symlink(join(gitDir, name), join(this.path, name), "file")
    }
  }

  #config(): string {
    const { settings } = this.repository
    const format = settings.get("extensions.objectformat")
    const lines = [
      `[core]\n\trepositoryformatversion = ${format === undefined ? 0 : 1}\n\tbare = false\n\tbigFileThreshold = ${BIG_FILE}\n`,
      ...(format === undefined ? [] : [`[extensions]\n\tobjectFormat = ${quoted(format)}\n`]),
    ]
    for (const [name, value] of settings) {
      const [section, key] = name.split(".")
      if (section !== "extensions") lines.push(`[${section}]\n\t${key} = ${quoted(value)}\n`)
    }
    return lines.join("")
  }
}

/** Makes the directory of shadows, and removes what a kill left there. */
async function makeRoom(parent: string): Promise<void> {
  try {
    // What it is in belongs to the session: one that was purged meanwhile is not made again.
    await mkdir(parent, { mode: 0o700 })
    return
  } catch (cause) {
    if (isAbsent(cause)) throw new FilesRefused("Unavailable", "the session's own directory is gone; try again")
    if (codeOf(cause) !== "EEXIST") throw cause
  }
  const now = Date.now()
  for (const name of await readdir(parent)) {
    if (!name.startsWith(SHADOW)) continue
    const path = join(parent, name)
    // One that is younger may be in use.
    const since = (await stat(path).catch(() => undefined))?.mtimeMs ?? now
    if (now - since > LEFT_AFTER) await rm(path, { recursive: true, force: true })
  }
}

/** Text as configuration and lists of alternates have it. */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`
}
