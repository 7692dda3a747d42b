/**
 * What the file of an outbox consists of: its name, and a line for each append, with all changes that were made together.
 *
 * A line counts once its line end is there. So an append that was written only in part counts as not made, whichever part.
 */
import type { Change } from "../OutboxStore.ts"

/** A change, who made it, and of which item: how many with the same id were removed before it. */
export interface Entry extends Change {
  readonly life?: number | undefined
  readonly by?: string | undefined
}

/** Ends a line that was torn: so all who read it agree that it does not count, though only its line end was missing. */
export const TORN = " torn\n"

/** Bytes of the first line. Names of files differ, while a file system may use the number of one that was removed again. */
export const HEAD_BYTES = 35

/** The first line of a file of this name, 32 characters. */
export function headOf(name: string): string {
  return `${JSON.stringify(name)}\n`
}

/** The line of changes that are made together. */
export function lineOf(entries: ReadonlyArray<Entry>): string {
  const brief = ({ item, gone, life, by }: Entry): object =>
    gone === true ? { gone, item: { id: item.id, version: item.version }, life, by } : { item, life, by }
  return `${JSON.stringify(entries.map(brief))}\n`
}

/** The changes of a line; none of one that was torn, and of a first line. */
export function entriesOf(line: string): ReadonlyArray<Entry> {
  try {
    const value: unknown = JSON.parse(line)
    return Array.isArray(value) && value.every(isEntry) ? value : []
  } catch {
    return []
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null || !("item" in value)) return false
  const item = value.item as Readonly<Record<string, unknown>> | null
  const names = "gone" in value ? [item?.["id"]] : [item?.["id"], item?.["session"], item?.["operation"], item?.["status"]]
  return names.every((name) => typeof name === "string") && typeof item?.["version"] === "number"
}
