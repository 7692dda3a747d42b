/**
 * The files of a session's directory, for agents that read and write through their client (docs/protocol/rules.md, A-49).
 *
 * Outside of the directory that was opened at the start nothing is read or written, also not through links. A file with
 * several names may be one outside: it is never written through, a new one takes the place of its name here; and it is read
 * only when others than its owner may read it, too, which holds for what package managers link and not for secrets.
 */
import { RequestError } from "@agentclientprotocol/sdk"
import { randomUUID } from "node:crypto"
import { constants } from "node:fs"
import { type FileHandle, rename, rm } from "node:fs/promises"
import { isAbsolute, join, resolve } from "node:path"
import { headOf } from "@holdfast/protocol/text-cut"
import { AdapterRefused } from "@holdfast/adapter/adapter"
import { OpenedRoot, Outside } from "./OpenedRoot.ts"
import { at, numberOf, textOf } from "./read-json.ts"

/** Longest file that is read or written, in bytes. */
const FILE_MAX = 16 * 1024 * 1024
/** Reads and writes at one moment, and how many wait for theirs. */
const AT_ONCE = 2
const WAITING_MAX = 256

const { O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_WRONLY } = constants

const refuse = (why: string): RequestError => RequestError.invalidParams(undefined, why)

/** Reads and writes text files below a root. */
export class SessionFiles {
  readonly #root: OpenedRoot
  readonly #waiting: Array<() => void> = []
  #active = 0
  #closed = false

  /** Paths are absolute; `guarded` are directories of the hub's own, never entered. Throws `AdapterRefused` when the root cannot be opened. */
  constructor(root: string, guarded: ReadonlyArray<string>) {
    try {
      this.#root = new OpenedRoot(root, guarded)
    } catch (error) {
      throw new AdapterRefused("Unprocessable", `the directory ${root} cannot be opened: ${codeOf(error)}`)
    }
  }

  /** `fs/read_text_file`: rejects with `RequestError`. */
  read(params: unknown): Promise<{ readonly content: string }> {
    return this.#inTurn(params, async (path) => {
      const file = await this.#root.open(await this.#root.names(path), O_RDONLY)
      try {
        const found = await file.stat()
        if (!found.isFile()) throw refuse(`${path} is not a file`)
        if (found.size > FILE_MAX) throw refuse(`${path} has more than ${FILE_MAX} bytes`)
        if (found.nlink > 1 && (found.mode & 0o077) === 0) {
          throw refuse(`${path} has several names and is its owner's alone: it may be a secret from elsewhere`)
        }
        const content = await textIn(file, found.size)
        return { content: linesOf(content, numberOf(at(params, "line")), numberOf(at(params, "limit"))) }
      } finally {
        await file.close()
      }
    })
  }

  /** `fs/write_text_file`: directories on the way are made; rejects with `RequestError`. */
  write(params: unknown): Promise<Record<string, never>> {
    const content = at(params, "content")
    if (typeof content !== "string") return Promise.reject(refuse("content is not text"))
    if (content.length > FILE_MAX) return Promise.reject(refuse(`the content has more than ${FILE_MAX} characters`))
    return this.#inTurn(params, async (path) => {
      const names = await this.#root.names(path)
      const file = await this.#root.open(names, O_WRONLY | O_CREAT, true)
      try {
        const found = await file.stat()
        const { nlink, mode } = found
        if (!found.isFile()) throw refuse(`${path} is not a file`)
        if (nlink > 1) await this.#replace(names, content, mode)
        else {
          await file.truncate()
          await file.writeFile(content)
        }
      } finally {
        await file.close()
      }
      return {}
    })
  }

  /** A directory of a session: its own, or one below it; rejects with `RequestError`. */
  directory(path: unknown): Promise<string> {
    return this.#inTurn({ path: path ?? this.#root.path }, async (given) => {
      const names = await this.#root.names(given)
      await (await this.#root.open(names, O_RDONLY | O_DIRECTORY)).close()
      return join(this.#root.path, ...names)
    })
  }

  /** Nothing more is read or written; what is under way comes to its end. */
  close(): void {
    this.#closed = true
    if (this.#active === 0) this.#root.close()
  }

  /** A new file in place of one of several names. */
  #replace(names: ReadonlyArray<string>, content: string, mode: number): Promise<void> {
    const name = names.at(-1) ?? ""
    const draft = `.${headOf(name, 60)}.${randomUUID().slice(0, 8)}`
    return this.#root.within(names, async (directory) => {
      const file = await this.#root.open([...names.slice(0, -1), draft], O_WRONLY | O_CREAT | O_EXCL)
      try {
        await file.writeFile(content)
        await file.chmod(mode & 0o777)
        await rename(join(directory, draft), join(directory, name))
      } catch (error) {
        await rm(join(directory, draft), { force: true })
        throw error
      } finally {
        await file.close()
      }
    })
  }

  async #inTurn<T>(params: unknown, act: (path: string) => Promise<T>): Promise<T> {
    const given = textOf(at(params, "path"))
    if (given === undefined || given.includes("\0")) throw refuse("path is missing")
    if (!isAbsolute(given)) throw refuse(`${given} is not an absolute path`)
    if (this.#closed) throw refuse("the agent is ending")
    if (this.#active >= AT_ONCE) {
      if (this.#waiting.length >= WAITING_MAX)
        throw refuse(`more than ${WAITING_MAX} files are asked for at once; ask again later`)
      await new Promise<void>((go) => this.#waiting.push(go))
    } else this.#active++
    try {
      return await act(resolve(given))
    } catch (error) {
      throw failureOf(error, given)
    } finally {
      const next = this.#waiting.shift()
      if (next !== undefined) next()
      else if (--this.#active === 0 && this.#closed) this.#root.close()
    }
  }
}

/** The text of a file that had a size; it may be another by now. */
async function textIn(file: FileHandle, size: number): Promise<string> {
  const bytes = Buffer.allocUnsafe(size)
  let filled = 0
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.toString("utf8", 0, filled)
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : String(error)

function failureOf(error: unknown, path: string): RequestError {
  if (error instanceof RequestError) return error
  if (error instanceof Outside) return refuse(error.message)
  const code = codeOf(error)
  if (code === "ENOENT") return RequestError.resourceNotFound(path)
  const why = code === "ELOOP" || code === "ENOTDIR" ? `${code}; something on its way was replaced or is a link` : code
  return refuse(`${path} cannot be used: ${why}`)
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
