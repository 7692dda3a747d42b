/**
 * An outbox's items in a file of Node: one line for each state of an item, appended and never changed (C-58).
 *
 * A line counts once its line end is there, so one that was torn by a kill is passed over. Processes that share the file
 * write one at a time, by a lock beside it. Even if two ever wrote at once nothing would be lost: the file is only appended to,
 * each line says which state of its item it is, and a file that is replaced is kept until everything in it is in the new one.
 */
import { makeClientId } from "../../client-id.ts"
import type { OutboxItem } from "../item.ts"
import { applyChanges } from "../OutboxStore.ts"
import type { Change, OutboxStore } from "../OutboxStore.ts"
import type { FileLock } from "./FileLock.ts"
import { codeOf, ifThere } from "./node.ts"
import type { FileState, NodeFile, NodeFiles } from "./node.ts"

/** The file is written again from the start when it has this many lines, and five times as many as items. */
const LINES_MOST = 1000

/** Milliseconds between two attempts to get the lock. */
const TRY_EVERY = 5

/** Milliseconds between two looks whether another process changed the file. */
const LOOK_EVERY = 200

/** Ends a line that was torn: so all who read it agree that it does not count, though only its line end was missing. */
const TORN = " torn\n"

interface Write {
  readonly changes: ReadonlyArray<Change>
  readonly most: number
  readonly durable: boolean
  readonly made: (made: ReadonlyArray<boolean>) => void
  readonly failed: (cause: unknown) => void
}

/** The file with its items. */
export class FileStore implements OutboxStore {
  readonly kind = "file"
  readonly #files: NodeFiles
  readonly #lock: FileLock
  readonly #path: string
  readonly #items = new Map<string, OutboxItem>()
  readonly #gone = new Set<string>()
  /** How far the file was read: which file, none as yet, bytes, lines. */
  #ino: number | undefined = -1
  #offset = 0
  #lines = 0
  /** Its size when it was last read or written. */
  #seen: number | undefined
  /** The file does not end with a line end. */
  #isTorn = false
  #waiting: Array<Write> = []
  #isBusy = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #isClosed = false

  constructor(files: NodeFiles, lock: FileLock, path: string) {
    this.#files = files
    this.#lock = lock
    this.#path = path
  }

  async read(ids?: ReadonlyArray<string>): Promise<ReadonlyArray<OutboxItem>> {
    if (!(await this.#isCurrent())) await this.write([], 0, false)
    return ids === undefined ? [...this.#items.values()] : ids.flatMap((id) => this.#items.get(id) ?? [])
  }

  /** Calls made while one is under way share the lock, the append and the sync of the next. */
  write(changes: ReadonlyArray<Change>, most: number, durable: boolean): Promise<ReadonlyArray<boolean>> {
    return new Promise((made, failed) => {
      this.#waiting.push({ changes, most, durable, made, failed })
      if (!this.#isBusy) void this.#work()
    })
  }

  /** Calls `changed` when another process has changed the file; does not keep this one running. */
  watch(changed: () => void): void {
    const look = (): void => {
      if (this.#isClosed) return
      this.#timer = setTimeout(() => {
        const told = (isCurrent: boolean): void => (isCurrent ? undefined : changed())
        void this.#isCurrent().then(told, changed).finally(look)
      }, LOOK_EVERY)
      ;(this.#timer as { readonly unref?: () => void }).unref?.()
    }
    look()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  async #isCurrent(): Promise<boolean> {
    const state = await ifThere(this.#files.stat(this.#path))
    return this.#ino === state?.ino && this.#seen === state?.size
  }

  async #work(): Promise<void> {
    this.#isBusy = true
    while (this.#waiting.length > 0) {
      const writes = this.#waiting.splice(0)
      try {
        const answers = await this.#locked(() => this.#make(writes))
        for (const [index, { made }] of writes.entries()) made(answers[index] ?? [])
      } catch (cause) {
        for (const { failed } of writes) failed(cause)
      }
    }
    this.#isBusy = false
  }

  async #locked<A>(f: () => Promise<A>): Promise<A> {
    while (!(await this.#lock.take())) await new Promise<void>((done) => setTimeout(done, TRY_EVERY))
    return f().finally(() => this.#lock.release())
  }

  async #make(writes: ReadonlyArray<Write>): Promise<ReadonlyArray<ReadonlyArray<boolean>>> {
    await this.#refresh()
    const lines: Array<string> = []
    const before = new Map(this.#items)
    const answers = writes.map(({ changes, most }) => {
      const made = applyChanges(this.#items, changes, most)
      lines.push(...changes.filter((_, index) => made[index]).map(lineOf))
      return made
    })
    try {
      await this.#append(
        lines,
        writes.some(({ durable }) => durable),
      )
    } catch (cause) {
      this.#items.clear()
      for (const [id, item] of before) this.#items.set(id, item)
      throw cause
    }
    if (this.#lines > LINES_MOST && this.#lines > 5 * this.#items.size) await this.#rewrite()
    return answers
  }

  /** Takes in what others have appended; all of it when the file is another one. */
  async #refresh(): Promise<void> {
    const state = await ifThere(this.#files.stat(this.#path))
    if (state === undefined || state.ino !== this.#ino || state.size < this.#offset) {
      this.#items.clear()
      this.#gone.clear()
      this.#offset = this.#lines = 0
      this.#ino = state?.ino
      this.#seen = undefined
      const left = await this.#left()
      for (const path of left) await this.#take(path, 0)
      if (left.length > 0) return this.#rewrite()
    }
    if (state !== undefined) this.#offset = await this.#take(this.#path, this.#offset)
  }

  /** Takes in the lines of a file from an offset on; gives the offset after the last one that is whole. */
  async #take(path: string, offset: number): Promise<number> {
    const file = await ifThere(this.#files.open(path, "r"))
    if (file === undefined) return offset
    const bytes = await readFrom(file, offset).finally(() => file.close())
    const end = bytes.lastIndexOf(10) + 1
    for (const line of new TextDecoder().decode(bytes.subarray(0, end)).split("\n")) if (line !== "") this.#line(line)
    this.#isTorn = end < bytes.length
    this.#seen = offset + bytes.length
    return offset + end
  }

  #line(line: string): void {
    this.#lines += 1
    const change = parse(line)
    if (change === undefined || this.#gone.has(change.item.id)) return
    const { item, gone } = change
    if ((this.#items.get(item.id)?.version ?? 0) >= item.version) return
    if (gone === true) {
      this.#items.delete(item.id)
      this.#gone.add(item.id)
    } else this.#items.set(item.id, item)
  }

  /** Appends lines to the file of the path; to the next one if it was replaced meanwhile. */
  async #append(lines: ReadonlyArray<string>, durable: boolean): Promise<void> {
    if (lines.length === 0) return
    for (;;) {
      const isNew = this.#ino === undefined
      const text = `${this.#isTorn ? TORN : ""}${lines.join("\n")}\n`
      const file = await this.#files.open(this.#path, "a", 0o600)
      let state: FileState
      try {
        // If this is written only in part, what follows must not be read together with it.
        this.#isTorn = true
        await file.writeFile(text)
        if (durable) await file.datasync()
        state = await file.stat()
      } finally {
        await file.close()
      }
      this.#isTorn = false
      if ((await ifThere(this.#files.stat(this.#path)))?.ino !== state.ino) {
        this.#ino = undefined
        continue
      }
      if (isNew && durable) await this.#syncFolder()
      this.#ino = state.ino
      this.#offset = this.#seen = state.size
      this.#lines += lines.length
      return
    }
  }

  /** Moves the file aside, writes what is in it into a new one, and removes what was moved aside now or before. */
  async #rewrite(): Promise<void> {
    await ifThere(this.#files.rename(this.#path, `${this.#path}.${makeClientId()}.old`))
    const left = await this.#left()
    for (const path of left) await this.#take(path, 0)
    this.#ino = undefined
    this.#seen = undefined
    this.#offset = this.#lines = 0
    this.#isTorn = false
    await this.#append(
      [...this.#items.values()].map((item) => lineOf({ item })),
      true,
    )
    for (const path of left) await ifThere(this.#files.unlink(path))
  }

  /** Files that were moved aside and not yet removed. */
  async #left(): Promise<ReadonlyArray<string>> {
    const [folder, name] = split(this.#path)
    const names = await this.#files.readdir(folder)
    return names.filter((one) => one.startsWith(`${name}.`) && one.endsWith(".old")).map((one) => `${folder}/${one}`)
  }

  async #syncFolder(): Promise<void> {
    try {
      const folder = await this.#files.open(split(this.#path)[0], "r")
      await folder.sync().finally(() => folder.close())
    } catch (cause) {
      // Windows syncs folders by itself and lets no program do it.
      if (!["EPERM", "EISDIR", "EACCES"].includes(codeOf(cause) ?? "")) throw cause
    }
  }
}

/** Folder and name of a file. */
export function split(path: string): readonly [folder: string, name: string] {
  const cut = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"))
  return [cut < 0 ? "." : path.slice(0, cut) || "/", path.slice(cut + 1)]
}

const lineOf = ({ item, gone }: Change): string =>
  JSON.stringify(gone === true ? { gone, item: { id: item.id, version: item.version } } : { item })

/** A line's change; `undefined` for one that was torn. */
function parse(line: string): Change | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== "object" || value === null || !("item" in value)) return undefined
    const { item } = value
    const isItem = typeof item === "object" && item !== null && "id" in item && "version" in item
    return isItem ? (value as Change) : undefined
  } catch {
    return undefined
  }
}

async function readFrom(file: NodeFile, offset: number): Promise<Uint8Array> {
  const { size } = await file.stat()
  const bytes = new Uint8Array(Math.max(0, size - offset))
  let length = 0
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, offset + length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return bytes.subarray(0, length)
}
