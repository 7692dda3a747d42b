/**
 * The files of a session's directory, for agents that read and write through their client. Outside of it nothing is read or
 * written, also not through links.
 */
import { RequestError } from "@agentclientprotocol/sdk"
import { constants } from "node:fs"
import { mkdir, open, realpath } from "node:fs/promises"
import { basename, dirname, isAbsolute, join, resolve, sep } from "node:path"
import { at, numberOf, textOf } from "./read-json.ts"

/** Longest file that is read or written, in bytes. */
const FILE_MAX = 16 * 1024 * 1024

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : String(error)

const refuse = (why: string): RequestError => RequestError.invalidParams(undefined, why)

/** Reads and writes text files below `root`. */
export class SessionFiles {
  readonly #root: string

  /** `root` is absolute. */
  constructor(root: string) {
    this.#root = root
  }

  /** `fs/read_text_file`: rejects with `RequestError`. */
  async read(params: unknown): Promise<{ readonly content: string }> {
    const path = await this.#inside(params, false)
    // Not blocking: a pipe of that name has no one at its other end.
    const file = await this.#do(path, () => open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK))
    try {
      const found = await file.stat()
      if (!found.isFile()) throw refuse(`${path} is not a file`)
      if (found.size > FILE_MAX) throw refuse(`${path} has more than ${FILE_MAX} bytes`)
      const content = await file.readFile("utf8")
      return { content: linesOf(content, numberOf(at(params, "line")), numberOf(at(params, "limit"))) }
    } finally {
      await file.close()
    }
  }

  /** `fs/write_text_file`: directories on the way are made; rejects with `RequestError`. */
  async write(params: unknown): Promise<Record<string, never>> {
    const content = at(params, "content")
    if (typeof content !== "string") throw refuse("content is no text")
    if (content.length > FILE_MAX) throw refuse(`the content has more than ${FILE_MAX} characters`)
    const path = await this.#inside(params, true)
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW | constants.O_NONBLOCK
    const file = await this.#do(path, () => open(path, flags, 0o666))
    try {
      await file.writeFile(content)
    } finally {
      await file.close()
    }
    return {}
  }

  /** A directory of a session: its own, or one below it; rejects with `RequestError`. */
  async directory(path: unknown): Promise<string> {
    return path === undefined || path === null ? this.#root : this.#inside({ path }, false)
  }

  /** The real path that is meant. `make`: its directories may be missing, and are made. */
  async #inside(params: unknown, make: boolean): Promise<string> {
    const given = textOf(at(params, "path"))
    if (given === undefined || given.includes("\0")) throw refuse("path is missing")
    if (!isAbsolute(given)) throw refuse(`${given} is not an absolute path`)
    const root = await realpath(this.#root)
    const path = await this.#real(resolve(given))
    if (path !== root && !path.startsWith(root.endsWith(sep) ? root : root + sep)) {
      throw refuse(`${given} is outside of the session's directory ${this.#root}`)
    }
    if (make) await this.#do(path, () => mkdir(dirname(path), { recursive: true }))
    return path
  }

  /** A path with all links resolved, also when its end does not exist. */
  async #real(path: string): Promise<string> {
    const missing: Array<string> = []
    for (let known = path; ; known = dirname(known)) {
      try {
        return join(await realpath(known), ...missing)
      } catch (error) {
        const code = codeOf(error)
        if (code !== "ENOENT" || dirname(known) === known) throw refuse(`${path} cannot be used: ${code}`)
        missing.unshift(basename(known))
      }
    }
  }

  async #do<T>(path: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (error) {
      const code = codeOf(error)
      if (code === "ENOENT") throw RequestError.resourceNotFound(path)
      throw refuse(`${path} cannot be used: ${code}`)
    }
  }
}

/** Lines from `line` on (the first is 1), at most `limit`. */
function linesOf(content: string, line: number | undefined, limit: number | undefined): string {
  if (line === undefined && limit === undefined) return content
  const from = Math.max(0, (line ?? 1) - 1)
  return content
    .split("\n")
    .slice(from, limit === undefined ? undefined : from + limit)
    .join("\n")
}
