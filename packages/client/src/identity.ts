/**
 * The id of this client, kept over reloads and restarts where that is possible (docs/protocol/rules.md, C-30).
 *
 * It is shown to others and is no secret: what a client may do its credential says. Inputs are numbered per connection, which has
 * an id of its own, so several tabs and programs may have the same one at once.
 */
import { makeClientId } from "./client-id.ts"
import { reasonOf } from "./errors.ts"
import { nodeModule, nodeProcess, stateFolder } from "./platform.ts"

/** An id, and what keeps it. `problem` says why it is not kept. */
export interface ClientIdentity {
  readonly id: string
  readonly kept: "storage" | "file" | "memory"
  readonly problem?: string
}

/** The part of `localStorage` that is used. */
export interface IdStorage {
  readonly getItem: (name: string) => string | null
  readonly setItem: (name: string, value: string) => void
}

/** Where the id is kept, in place of the platform's own place. */
export interface IdentityPlace {
  readonly storage?: IdStorage
  /** Path of a file, in Node. */
  readonly file?: string
}

/** Where a browser keeps the id. */
const ID_ITEM = "holdfast-client"

const ID = /^[\w-]{8,64}$/

interface Files {
  readonly readFileSync: (path: string, encoding: "utf8") => string
  readonly writeFileSync: (path: string, data: string, options: { readonly mode: number; readonly flag?: string }) => void
  readonly mkdirSync: (path: string, options: { readonly recursive: true; readonly mode: number }) => unknown
}

/** The kept id, made at first: in `localStorage`, in Node in a file of the user's state directory, or in memory where neither works. */
export function clientIdentity(place: IdentityPlace = {}): ClientIdentity {
  try {
    if (place.storage === undefined && (place.file !== undefined || nodeProcess() !== undefined)) return inFile(place.file)
    return inStorage(place.storage ?? globalThis.localStorage)
  } catch (cause) {
    return { id: makeClientId(), kept: "memory", problem: reasonOf(cause) }
  }
}

function inStorage(storage: IdStorage): ClientIdentity {
  const before = storage.getItem(ID_ITEM)
  if (before !== null && ID.test(before)) return { id: before, kept: "storage" }
  storage.setItem(ID_ITEM, makeClientId())
  // Another tab may have been faster or slower: what is there now is what the next one finds.
  const id = storage.getItem(ID_ITEM)
  if (id === null) throw new Error("localStorage does not keep what it is given")
  return { id, kept: "storage" }
}

function inFile(named: string | undefined): ClientIdentity {
  const files = nodeModule<Files>("node:fs")
  if (files === undefined) throw new Error("this version of Node cannot be asked for its file system; 20.16 and newer can")
  const file = named ?? defaultFile()
  const before = readId(files, file)
  if (before !== undefined) return { id: before, kept: "file" }
  const id = makeClientId()
  files.mkdirSync(file.slice(0, Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\"))) || ".", { recursive: true, mode: 0o700 })
  try {
    files.writeFileSync(file, `${id}\n`, { mode: 0o600, flag: "wx" })
  } catch (cause) {
    // Another program was faster, or what is there is no id.
    const other = readId(files, file)
    if (other !== undefined) return { id: other, kept: "file" }
    if ((cause as { readonly code?: unknown }).code !== "EEXIST") throw cause
    files.writeFileSync(file, `${id}\n`, { mode: 0o600 })
  }
  return { id, kept: "file" }
}

function readId(files: Files, file: string): string | undefined {
  try {
    const text = files.readFileSync(file, "utf8").trim()
    return ID.test(text) ? text : undefined
  } catch (cause) {
    if ((cause as { readonly code?: unknown }).code === "ENOENT") return undefined
    throw cause
  }
}

function defaultFile(): string {
  const home = nodeModule<{ readonly homedir: () => string }>("node:os")?.homedir() ?? ""
  return `${stateFolder(home)}/client-id`
}
