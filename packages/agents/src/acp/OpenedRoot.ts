/**
 * A directory that was opened once, and what is below it (docs/protocol/rules.md, A-49).
 *
 * On Linux every step to a file is made from the descriptor of the directory before it and follows no link, so that nothing
 * that is swapped on the way leads out. Elsewhere what was opened is compared with where its path leads afterwards. The hub's
 * own directories are never entered.
 */
import { closeSync, constants, fstatSync, openSync, realpathSync, type Stats, statSync } from "node:fs"
import { type FileHandle, mkdir, open, realpath, stat } from "node:fs/promises"
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path"
import { goneText } from "../host/gone-directory.ts"

/** A step that leads out, or to something that was replaced. */
export class Outside extends Error {
  readonly _tag = "Outside"
}

type Identity = Pick<Stats, "dev" | "ino">

const same = (one: Identity, other: Identity): boolean => one.dev === other.dev && one.ino === other.ino

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants

/** Not blocking: a pipe of that name has no one at its other end. */
const SAFE = O_NOFOLLOW | O_NONBLOCK

const isBelow = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep)

/** The directory. */
export class OpenedRoot {
  /** As it is called, without links. */
  readonly path: string
  readonly #guarded: ReadonlyArray<string>
  readonly #identity: Identity
  readonly #descriptor: number | undefined
  #closed = false

  /** `guarded`: the hub's own directories. Throws when `path` cannot be opened. */
  constructor(path: string, guarded: ReadonlyArray<string>) {
    this.path = realpathSync(path)
    this.#guarded = guarded.map(realPathOf)
    this.#descriptor = process.platform === "linux" ? openSync(this.path, O_RDONLY | O_DIRECTORY) : undefined
    this.#identity = this.#descriptor === undefined ? statSync(this.path) : fstatSync(this.#descriptor)
  }

  /** Closes it once; nothing may be under way. */
  close(): void {
    // The number of a descriptor that was closed is soon another's.
    if (this.#descriptor !== undefined && !this.#closed) closeSync(this.#descriptor)
    this.#closed = true
  }

  /** Throws `Outside` when another directory is where the root was. */
  async check(): Promise<void> {
    const there = await stat(this.path).catch(() => undefined)
    if (there === undefined) throw new Outside(goneText(this.path))
    if (!same(there, this.#identity)) {
      throw new Outside(`the session's directory ${this.path} was replaced or removed; restart the agent to work in the new one`)
    }
  }

  /** The names below the root on a path, links resolved, also of what is not there yet. Throws `Outside`, or what resolving failed with. */
  async names(path: string): Promise<ReadonlyArray<string>> {
    const real = await resolved(path)
    if (!isBelow(real, this.path)) throw new Outside(`${path} is outside of the session's directory ${this.path}`)
    if (this.#guarded.some((own) => isBelow(real, own))) throw new Outside(`${path} belongs to Holdfast itself`)
    const names = relative(this.path, real)
    return names === "" ? [] : names.split(sep)
  }

  /** Opens what is at the names; with `make` its directories are made. The last name is opened with `flags`. */
  async open(names: ReadonlyArray<string>, flags: number, make = false): Promise<FileHandle> {
    await this.check()
    return this.#descriptor === undefined ? this.#openAndCompare(names, flags, make) : this.#walk(names, flags, make)
  }

  /** Does something with a path that leads to the directory above a name, whatever is swapped meanwhile. */
  async within<T>(names: ReadonlyArray<string>, act: (directory: string) => Promise<T>): Promise<T> {
    const above = await this.open(names.slice(0, -1), O_RDONLY | O_DIRECTORY)
    try {
      return await act(this.#descriptor === undefined ? join(this.path, ...names.slice(0, -1)) : `/proc/self/fd/${above.fd}`)
    } finally {
      await above.close()
    }
  }

  async #walk(names: ReadonlyArray<string>, flags: number, make: boolean): Promise<FileHandle> {
    let held: FileHandle | undefined
    try {
      for (const [i, name] of names.slice(0, -1).entries()) {
        const path = `/proc/self/fd/${held?.fd ?? this.#descriptor}/${name}`
        if (make) await mkdir(path).catch(unlessThere)
        const next = await open(path, O_RDONLY | O_DIRECTORY | SAFE)
        await held?.close()
        held = next
        await this.#refuseData(next, names.slice(0, i + 1))
      }
      const last = names.at(-1)
      const from = `/proc/self/fd/${held?.fd ?? this.#descriptor}`
      const file = await open(last === undefined ? `${from}/.` : `${from}/${last}`, flags | SAFE, 0o666)
      return await this.#kept(file, names)
    } finally {
      await held?.close()
    }
  }

  async #openAndCompare(names: ReadonlyArray<string>, flags: number, make: boolean): Promise<FileHandle> {
    const path = join(this.path, ...names)
    if (make) await mkdir(dirname(path), { recursive: true })
    const file = await open(path, flags | SAFE, 0o666)
    try {
      await this.check()
      if ((await realpath(path)) !== path || !same(await stat(path), await file.stat())) {
        throw new Outside(`${path} was replaced while it was opened`)
      }
    } catch (error) {
      await file.close()
      throw error
    }
    return this.#kept(file, names)
  }

  async #kept(file: FileHandle, names: ReadonlyArray<string>): Promise<FileHandle> {
    try {
      await this.#refuseData(file, names)
      return file
    } catch (error) {
      await file.close()
      throw error
    }
  }

  async #refuseData(directory: FileHandle, names: ReadonlyArray<string>): Promise<void> {
    for (const guarded of this.#guarded) {
      const own = await stat(guarded).catch(() => undefined)
      if (own !== undefined && same(own, await directory.stat())) {
        throw new Outside(`${join(this.path, ...names)} belongs to Holdfast itself`)
      }
    }
  }
}

function unlessThere(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error
}

/** A path with all links resolved, as it is when nothing is there. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return path
    throw error
  }
}

/** A path with all links resolved, also when its end does not exist. */
async function resolved(path: string): Promise<string> {
  if (!isAbsolute(path)) throw new Outside(`${path} is not an absolute path`)
  const missing: Array<string> = []
  for (let known = path; ; known = dirname(known)) {
    try {
      return join(await realpath(known), ...missing)
    } catch (error) {
      const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT"
      if (!isMissing || dirname(known) === known) throw error
      missing.unshift(basename(known))
    }
  }
}
