/** Reads files that others wrote: plain ones of a bounded size, so that a pipe or a huge file in their place holds nothing up. */
import { readFile, stat } from "node:fs/promises"

const BYTES_MAX = 1024 * 1024

/** The text of a plain file of at most 1 MiB; undefined for anything else, also where there is nothing. */
export async function smallFile(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path)
    return found.isFile() && found.size <= BYTES_MAX ? (await readFile(path, "utf8")).toWellFormed() : undefined
  } catch {
    // Mostly it is not there.
    return undefined
  }
}

/** The JSON of such a file; undefined where it is none. */
export async function smallJson(path: string): Promise<unknown> {
  const text = await smallFile(path)
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
