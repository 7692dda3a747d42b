/** What a directory brings for the agents of several sessions. */
import type { BroughtFile } from "@holdfast/protocol/agent/trust"

/** Agents read different files of one directory, and not the same of one file: all that any of them would run or read, each once. */
export function broughtTogether(one: ReadonlyArray<BroughtFile>, other: ReadonlyArray<BroughtFile>): ReadonlyArray<BroughtFile> {
  const more = other.filter(
    ({ path, what, runs }) => !one.some((known) => known.path === path && known.what === what && known.runs === runs),
  )
  return more.length === 0 ? one : [...one, ...more]
}
