/**
 * An outbox's items in a file of Node: a line for the changes that are made together, appended and never changed (C-58).
 *
 * Processes that share the file write one at a time, by a lock beside it. Nothing depends on the lock: each line says which
 * state of its item it is made from, the first of two wins, and who appended behind another's line learns it from the size of
 * the file. A file that is replaced is kept until everything in it is in the new one.
 */
import { makeClientId } from "../../client-id.ts"
import type { OutboxItem } from "../item.ts"
import { applyChanges } from "../OutboxStore.ts"
import type { Change, OutboxStore } from "../OutboxStore.ts"
import type { FileLock } from "./FileLock.ts"
import { entriesOf, HEAD_BYTES, headOf, lineOf, TORN } from "./lines.ts"
import type { Entry } from "./lines.ts"
import { codeOf, ifThere } from "./node.ts"
import type { FileState, NodeFile, NodeFiles } from "./node.ts"

/** The file is written again from the start when it has this many changes, and five times as many as items. */
const CHANGES_MOST = 1000

/** Milliseconds between two attempts to get the lock. */
const TRY_EVERY = 5

/** Times in a row that the file may be another one when it was read. */
const REFRESHES_MOST = 20

/** Milliseconds between two looks whether another process changed the file. */
const LOOK_EVERY = 200

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
  readonly #lock: Pick<FileLock, "take" | "release">
  readonly #path: string
  readonly #changesMost: number
  readonly #items = new Map<string, OutboxItem>()
  /** How many items of an id were removed, and who made the last change of one. */
  readonly #lives = new Map<string, number>()
  readonly #makers = new Map<string, string>()
  readonly #own = makeClientId()
  /** The file as it was last read or written; `undefined` when there is none. */
  #seen: FileState | undefined
  #head = ""
  /** Bytes up to the last line end, and changes in them. */
  #offset = 0
  #changes = 0
  /** The file does not end with a line end. */
  #isTorn = false
  /** What is known of the file is right: otherwise all of it is read again. */
  #isRead = false
  #waiting: Array<Write> = []
  #isBusy = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #isClosed = false

  constructor(files: NodeFiles, lock: Pick<FileLock, "take" | "release">, path: string, changesMost = CHANGES_MOST) {
    this.#files = files
    this.#lock = lock
    this.#path = path
    this.#changesMost = changesMost
  }

  async read(ids?: ReadonlyArray<string>): Promise<ReadonlyArray<OutboxItem>> {
    // What is being written is not stored yet.
    if (this.#isBusy || !(await this.#isCurrent())) await this.write([], 0, false)
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
    const [state, seen] = [await ifThere(this.#files.stat(this.#path)), this.#seen]
    return this.#isRead && state?.ino === seen?.ino && state?.size === seen?.size && state?.mtimeMs === seen?.mtimeMs
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
    while (!(await this.#lock.take())) await pause(TRY_EVERY)
    return f().finally(() => this.#lock.release())
  }

  async #make(writes: ReadonlyArray<Write>): Promise<ReadonlyArray<ReadonlyArray<boolean>>> {
    for (let isFirst = true; ; isFirst = false) {
      await this.#refresh()
      const entries: Array<Entry> = []
      const answers = writes.map(({ changes, most }) =>
        changes.map((change) => {
          const [isMade = false] = applyChanges(this.#items, [change], most)
          if (isMade) entries.push(this.#entry(change))
          // What was written into a file that was moved aside meanwhile may have been taken over.
          return isMade || (!isFirst && this.#stands(change))
        }),
      )
      if (entries.length === 0) return answers
      const durable = writes.some((one) => one.durable)
      const outcome = await this.#append(lineOf(entries), entries.length, durable)
      if (outcome === "replaced") continue
      if (outcome === "alone") {
        const isLong = this.#changes > this.#changesMost && this.#changes > 5 * this.#items.size
        // The changes are stored, whatever comes of this; what was moved aside is read by the next call, which fails if it must.
        if (isLong) await this.#rewrite().catch(() => undefined)
        return answers
      }
      // What another process wrote at the same time may have come before this.
      await this.#refresh()
      return writes.map(({ changes }, at) => changes.map((change, of) => answers[at]?.[of] === true && this.#stands(change)))
    }
  }

  #entry(change: Change): Entry {
    const { id } = change.item
    const life = this.#lives.get(id)
    if (change.gone === true) this.#lives.set(id, (life ?? 0) + 1)
    this.#makers.set(id, this.#own)
    return { ...change, life, by: this.#own }
  }

  /** What is there now is what this one made. */
  #stands({ item: { id, version }, gone }: Change): boolean {
    const state = gone === true ? undefined : version
    return this.#items.get(id)?.version === state && this.#makers.get(id) === this.#own
  }

  /** Takes in what others have appended; all of it when the file is another one. */
  async #refresh(): Promise<void> {
    for (let attempt = 0; attempt < REFRESHES_MOST; attempt++) {
      if (await this.#isRefreshed()) return
      await pause(Math.random() * attempt * TRY_EVERY)
    }
    throw new Error(`several processes replace ${this.#path} at once`)
  }

  async #isRefreshed(): Promise<boolean> {
    const file = await ifThere(this.#files.open(this.#path, "r"))
    try {
      const state = await file?.stat()
      const head = file === undefined ? "" : text(await readFrom(file, 0, HEAD_BYTES))
      const isSame = this.#isRead && state?.ino === this.#seen?.ino && head === this.#head
      if (!isSame || (state?.size ?? 0) < this.#offset) {
        this.#forget()
        for (const known of [this.#items, this.#lives, this.#makers]) known.clear()
        const left = await this.#left()
        for (const path of left) await this.#takeLeft(path)
        if (left.length > 0) return await this.#rewrite()
        this.#head = head
      }
      this.#seen = state
      if (file !== undefined && state !== undefined) {
        const bytes = await readFrom(file, this.#offset, state.size)
        const whole = this.#take(bytes)
        this.#isTorn = whole < bytes.length
        this.#offset += whole
      }
      this.#isRead = true
      return true
    } finally {
      await file?.close()
    }
  }

  /** Nothing is known of the file. */
  #forget(): void {
    this.#seen = undefined
    this.#head = ""
    this.#offset = this.#changes = 0
    this.#isTorn = this.#isRead = false
  }

  async #takeLeft(path: string): Promise<void> {
    const file = await ifThere(this.#files.open(path, "r"))
    if (file === undefined) return
    const { size } = await file.stat()
    this.#take(await readFrom(file, 0, size).finally(() => file.close()))
  }

  /** Takes in lines; gives the bytes of those that are whole. */
  #take(bytes: Uint8Array): number {
    const end = bytes.lastIndexOf(10) + 1
    for (const line of text(bytes.subarray(0, end)).split("\n")) for (const entry of entriesOf(line)) this.#takeEntry(entry)
    return end
  }

  #takeEntry({ item, gone, life = 0, by = "" }: Entry): void {
    this.#changes += 1
    const { id, version } = item
    const lived = this.#lives.get(id) ?? 0
    if (life < lived || (life === lived && (this.#items.get(id)?.version ?? 0) >= version)) return
    this.#makers.set(id, by)
    if (gone === true) this.#items.delete(id)
    else this.#items.set(id, item)
    if (gone === true || life > 0) this.#lives.set(id, gone === true ? life + 1 : life)
  }

  /**
   * Appends a line to the file that was read. `shared`: another process has written since it was read. `replaced`: the file was moved
   * aside; the line need not count.
   */
  async #append(line: string, changes: number, durable: boolean): Promise<"alone" | "shared" | "replaced"> {
    const [seen, size] = [this.#seen, this.#seen?.size ?? 0]
    const { O_APPEND, O_WRONLY } = this.#files.constants
    const file = await ifThere(this.#files.open(this.#path, seen === undefined ? "a" : O_APPEND | O_WRONLY, 0o600))
    // Until it is known what became of it.
    this.#isRead = false
    if (file === undefined) return "replaced"
    if (size === 0) this.#head = headOf(makeClientId())
    const bytes = new TextEncoder().encode(`${this.#isTorn ? TORN : ""}${size === 0 ? this.#head : ""}${line}`)
    let state: FileState
    try {
      await file.writeFile(bytes)
      if (durable) await file.datasync()
      state = await file.stat()
    } catch (cause) {
      // Who is told that nothing was stored may add it again. What cannot be cut off was torn, and does not count either.
      await takeBack(file, size, bytes.length).catch(() => undefined)
      throw cause
    } finally {
      await file.close()
    }
    const now = await ifThere(this.#files.stat(this.#path))
    if (now?.ino !== state.ino || (seen !== undefined && seen.ino !== state.ino)) return "replaced"
    if (seen === undefined && durable) await this.#syncFolder()
    if (state.size !== size + bytes.length) return "shared"
    this.#seen = state
    this.#offset = state.size
    this.#isTorn = false
    this.#changes += changes
    this.#isRead = true
    return "alone"
  }

  /** Moves the file aside, writes what is in it into a new one, and removes what was moved aside now or before; false when another did so too. */
  async #rewrite(): Promise<boolean> {
    const before = await ifThere(this.#files.stat(this.#path))
    if (before?.size !== 0) await ifThere(this.#files.rename(this.#path, `${this.#path}.${makeClientId()}.old`))
    const left = await this.#left()
    for (const path of left) await this.#takeLeft(path)
    this.#forget()
    const entries = [...this.#items].map(([id, item]) => ({ item, life: this.#lives.get(id), by: this.#makers.get(id) }))
    if ((await this.#append(lineOf(entries), entries.length, true)) !== "alone") return false
    for (const known of [this.#lives, this.#makers]) for (const id of known.keys()) if (!this.#items.has(id)) known.delete(id)
    for (const path of left) await ifThere(this.#files.unlink(path))
    return true
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

/** Cuts off what an append wrote that failed, unless another process has written behind it. */
async function takeBack(file: NodeFile, size: number, length: number): Promise<void> {
  const now = await file.stat()
  if (now.size > size && now.size <= size + length) await file.truncate(size)
}

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds))

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** The bytes of a file from one offset up to another, or to its end. */
async function readFrom(file: NodeFile, from: number, to: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, to - from))
  let length = 0
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, from + length)
    if (bytesRead === 0) return bytes.subarray(0, length)
    length += bytesRead
  }
  return bytes
}
