/**
 * The built app as it lies in a folder, by the list that its build wrote beside it (`scripts/build-app.mjs`).
 *
 * Only what is on the list is ever read, so no path leads out of the folder. The list is read again when it has changed: a
 * build that arrives while the hub runs is served from then on, and hashed files of the one before stay on the list for a day.
 */
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"

/** A file on the list. */
export interface AppFile {
  /** Of its content. */
  readonly hash: string
  /** Bytes of it as it is and, where there are such files beside it, compressed. */
  readonly size: number
  readonly br?: number
  readonly gzip?: number
}

/** Name of the list in the folder. */
export const LIST = "files.json"

/** The page that every address of the app is answered with. */
export const PAGE = "index.html"

/** Files of a folder. */
export class AppFiles {
  readonly #folder: string | undefined
  #files: ReadonlyMap<string, AppFile> = new Map()
  #changed = -1
  readonly #unreadable: (cause: unknown) => void
  #problem = ""

  /** `unreadable` is told once why the list cannot be read; the files of before stay. */
  constructor(folder: string | undefined, unreadable: (cause: unknown) => void) {
    this.#folder = folder
    this.#unreadable = unreadable
  }

  /** The file of a name, such as `assets/main-x1.js`; `undefined` when there is none. */
  get(name: string): AppFile | undefined {
    return this.#files.get(name)
  }

  /** Reads the list again if it has changed; without one there are no files. Never throws: a list may be there by half. */
  refresh(): void {
    if (this.#folder === undefined) return
    const list = join(this.#folder, LIST)
    try {
      const changed = statSync(list, { throwIfNoEntry: false })?.mtimeMs ?? 0
      if (changed === this.#changed) return
      this.#files = changed === 0 ? new Map() : readList(list)
      this.#changed = changed
      this.#problem = ""
    } catch (cause) {
      if (String(cause) === this.#problem) return
      this.#problem = String(cause)
      this.#unreadable(cause)
    }
  }

  /** Where a file lies, as it is or compressed. */
  pathOf(name: string, encoding: "br" | "gzip" | undefined): string {
    return join(this.#folder ?? "", encoding === undefined ? name : `${name}.${encoding === "br" ? "br" : "gz"}`)
  }
}

function readList(path: string): ReadonlyMap<string, AppFile> {
  const { files } = JSON.parse(readFileSync(path, "utf8")) as { readonly files: Readonly<Record<string, AppFile>> }
  return new Map(Object.entries(files))
}
