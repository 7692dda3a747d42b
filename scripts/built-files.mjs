/** What builds have in common: whether a source is newer, and files that are replaced while programs use them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"

/** How long the chunks of earlier builds stay, for programs and pages that still load them, in milliseconds. */
export const DAY = 24 * 3600 * 1000

const LEFT_OUT = ["node_modules", "dist", "test"]

/** Files below a folder whose names fit, without tests, builds and packages. */
export function* sourcesIn(folder, names = /\.(ts|json|mjs)$/) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (LEFT_OUT.includes(entry.name)) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* sourcesIn(path, names)
    else if (names.test(entry.name)) yield path
  }
}

/** Whether one of the files changed after a time in epoch milliseconds. */
export function isAnyNewer(paths, time) {
  return paths.some((path) => statSync(path).mtimeMs > time)
}

/** Puts a file into its place in one step, unless it is there already; says whether it was another. */
export function place(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(contents))) return false
  mkdirSync(dirname(path), { recursive: true })
  const beside = `${path}.${process.pid}.tmp`
  writeFileSync(beside, contents)
  renameSync(beside, path)
  return true
}

/** Removes the files of a folder that `isStale` says, and what broken builds left, once they are a day old. */
export function removeStale(folder, isStale) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if ((isStale(path) || name.endsWith(".tmp")) && Date.now() - statSync(path).mtimeMs > DAY) rmSync(path, { force: true })
  }
}
