/** Places in a directory that agents read, and words for what lies there: names alone, of bounded length. */
import { readdir } from "node:fs/promises"
import { headOf } from "@holdfast/protocol/text-cut"

const NAMES_MAX = 8
const NAME_MAX = 60

/** How a file or directory is described; undefined when there is nothing in it. */
type Describe = (path: string) => Promise<string | undefined>

/** A place that agents look at. `path` is relative; `runs` says that what lies there may run programs. */
export interface Place {
  readonly path: string
  readonly runs: boolean
  readonly describe: Describe
}

/** A place whose content may run programs. */
export function runs(path: string, describe: Describe): Place {
  return { path, runs: true, describe }
}

/** A file that an agent reads, and no more. */
export function memory(path: string): Place {
  return { path, runs: false, describe: () => Promise.resolve("memory") }
}

/** A folder of settings. */
export function settingsFolder(path: string): Place {
  return runs(path, (folder) => entryWords("settings", folder))
}

/** A file of settings, of which nothing is read. */
export function settingsFile(path: string): Place {
  return runs(path, () => Promise.resolve("settings"))
}

/** A text of at most this many characters. */
export function cut(text: string, most: number): string {
  return (text.length > most ? `${headOf(text, most - 1)}…` : text).toWellFormed()
}

/** The first few names, and how many more there are. */
export function few(names: ReadonlyArray<string>): string {
  return (
    names
      .slice(0, NAMES_MAX)
      .map((name) => cut(name, NAME_MAX))
      .join(", ") + (names.length > NAMES_MAX ? `, … ${names.length - NAMES_MAX} more` : "")
  )
}

/** The names in a folder; undefined for an empty one. */
export async function entryWords(what: string, path: string): Promise<string | undefined> {
  const names = await readdir(path).catch(() => ["?"])
  return names.length === 0 ? undefined : `${what}: ${few(names.sort())}`
}

/** The names in an object; none for anything else. */
export function keysOf(value: unknown): ReadonlyArray<string> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : []
}
