/**
 * A disk that is cut from its power: replays a record and writes down what would be left.
 *
 * The entry of a file in its directory, and its removal, last once the directory was synced after it; before, at random.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { basename, dirname, join, relative } from "node:path"
import { CachedFile, type Chance } from "./CachedFile.ts"
import type { DiskOperation } from "./disk-record.ts"

type Entry = CachedFile | "directory" | undefined

const WRITE_BACK = 0.02

/** Replays operations, one after the other. */
export class PowerCut {
  /** Lines that the process wrote to the file `acks` so far. */
  told = ""
  readonly #root: string
  readonly #chance: Chance
  readonly #now = new Map<string, Entry>()
  readonly #lasting = new Map<string, Entry>()

  constructor(root: string, chance: Chance) {
    this.#root = root
    this.#chance = chance
    this.#now.set(root, "directory")
    this.#lasting.set(root, "directory")
  }

  /** Takes the next operation. */
  replay({ kind, failed, path, offset, data }: DiskOperation): void {
    if (basename(path) === "acks") {
      if (kind === "write") this.told += data.toString("utf8")
      return
    }
    const entry = this.#now.get(path)
    if (kind === "sync") return this.#sync(path, entry, failed)
    if (failed) return
    switch (kind) {
      case "mkdir":
        this.#now.set(path, "directory")
        return
      case "create":
        this.#now.set(path, new CachedFile())
        return
      case "unlink":
        this.#now.set(path, undefined)
        return
      case "truncate":
        return this.#file(path, entry).truncate(offset)
      case "write":
        this.#file(path, entry).write(offset, data)
        if (this.#chance.random() < WRITE_BACK) this.#file(path, entry).writeBack(this.#chance.random)
    }
  }

  #file(path: string, entry: Entry): CachedFile {
    if (entry instanceof CachedFile) return entry
    throw new Error(`${path} was written and never made`)
  }

  #sync(path: string, entry: Entry, failed: boolean): void {
    if (entry instanceof CachedFile) return failed ? entry.failed(this.#chance) : entry.synced()
    if (failed) return
    for (const [at, one] of this.#now) if (dirname(at) === path) this.#lasting.set(at, one)
  }

  /** Writes what is left when the power is cut now into a directory. */
  cut(into: string): void {
    const { random } = this.#chance
    const paths = [...this.#now.keys()].sort()
    const gone: Array<string> = []
    for (const path of paths) {
      const [now, lasting] = [this.#now.get(path), this.#lasting.get(path)]
      const entry = now === lasting || random() < 0.5 ? lasting : now
      if (gone.some((above) => path.startsWith(`${above}/`))) continue
      const target = join(into, relative(this.#root, path))
      if (entry === undefined) gone.push(path)
      else if (entry === "directory") mkdirSync(target, { recursive: true, mode: 0o700 })
      else writeFileSync(target, entry.afterCut(random), { mode: 0o600 })
    }
  }
}
