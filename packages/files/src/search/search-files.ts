/** Finds files of a session's directory by what was typed (docs/protocol/rules.md, FS-4 to FS-7). */
import { lstat } from "node:fs/promises"
import { join } from "node:path"
import type { AskOf } from "@holdfast/link/file-messages"
import type { FoundFile, FoundFiles } from "@holdfast/protocol/files"
import { FilesRefused } from "../place/refused.ts"
import type { FileList, FileLists } from "./FileLists.ts"
import { needleOf, placesIn, rankInto, type Ranked } from "./rank.ts"

/** Paths that are looked through before others get their turn. */
const RUN = 10_000
/** Searches that are under way or wait for a list; more are refused. */
const FINDING_MAX = 200
/** Found beyond what is wanted, as some may be gone. */
const SPARE = 20

/** Searches that are under way, by the field that is typed into. */
export class Searches {
  readonly #lists: FileLists
  readonly #latest = new Map<string, object>()
  #finding = 0

  constructor(lists: FileLists) {
    this.#lists = lists
  }

  /** Carries out a search; one of the same field ends the one before. */
  async find(ask: AskOf<"search">): Promise<FoundFiles> {
    if (this.#finding >= FINDING_MAX) throw new FilesRefused("Busy", "too much is searched for; try again")
    const mine = {}
    const field = ask.field === undefined ? undefined : `${ask.kept}\n${ask.field}`
    if (field !== undefined) this.#latest.set(field, mine)
    const isOver = (): boolean => field !== undefined && this.#latest.get(field) !== mine
    this.#finding++
    try {
      const list = await this.#lists.of(ask)
      const about = { root: list.root, total: list.paths.length, partial: list.partial }
      const best = await rank(list, needleOf(ask.query), ask.limit + SPARE, isOver)
      if (best === undefined) return { ...about, files: [], superseded: true }
      return { ...about, files: await existing(list, best, needleOf(ask.query), ask.limit) }
    } finally {
      this.#finding--
      if (field !== undefined && this.#latest.get(field) === mine) this.#latest.delete(field)
    }
  }
}

/** The best matches; `undefined` once a later search has come. */
async function rank(
  list: FileList,
  needle: string,
  most: number,
  isOver: () => boolean,
): Promise<ReadonlyArray<Ranked> | undefined> {
  const best: Array<Ranked> = []
  if (needle === "") return nearest(list, most)
  for (let first = 0; first < list.paths.length; first += RUN) {
    if (first > 0) await new Promise((resolve) => setImmediate(resolve))
    if (isOver()) return undefined
    rankInto(best, list, needle, [first, Math.min(first + RUN, list.paths.length)], most)
  }
  return isOver() ? undefined : best
}

/** Without anything typed: the files at the top. */
function nearest(list: FileList, most: number): ReadonlyArray<Ranked> {
  const found: Array<Ranked> = []
  for (let depth = 0; depth < 3 && found.length < most; depth++) {
    for (let index = 0; index < list.paths.length && found.length < most; index++) {
      if (list.paths[index]!.split("/", depth + 2).length === depth + 1) found.push({ index, score: -depth })
    }
  }
  return found
}

/** Those that are there: Git lists files that were deleted, too. */
async function existing(
  list: FileList,
  best: ReadonlyArray<Ranked>,
  needle: string,
  limit: number,
): Promise<ReadonlyArray<FoundFile>> {
  const found = await Promise.all(
    best.map(async ({ index }) => {
      const path = list.paths[index]!
      const isThere = await lstat(join(list.root, path)).then(
        () => true,
        () => false,
      )
      return isThere ? { path, at: placesIn(path, list.lower[index]!, needle) ?? [] } : undefined
    }),
  )
  return found.filter((file) => file !== undefined).slice(0, limit)
}
