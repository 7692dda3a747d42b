/**
 * Checks how large the client library is for a page that loads it: whole entries, minified, as gzip makes them, without what
 * is loaded when it is needed. Every figure is printed, so that growth is seen before it fails.
 */
import { gzipSync } from "node:zlib"
import { bundleLoaded } from "./library.mjs"
import { libraryOf } from "./published.mjs"
import { conclude } from "./source-files.mjs"

/** What may be how large, in bytes after gzip; entries that there are not count nothing. */
const LIMITS = [
  { library: "@holdfast/client", what: "core", entries: ["index"], most: 14_600 },
  { library: "@holdfast/client", what: "with outbox and caches", entries: ["index", "outbox", "cache"], most: 22_600 },
  { library: "@holdfast/react", what: "hooks and components", entries: ["index"], most: 6_000 },
]

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} KB`

const problems = []
const sizes = []
for (const { library: name, what, entries, most } of LIMITS) {
  const { contents, modules } = await bundleLoaded(libraryOf(name), entries)
  const size = gzipSync(contents, { level: 9 }).length
  sizes.push(`${name} ${what} ${kilobytes(size)} of ${kilobytes(most)}`)
  if (size <= most) continue
  const largest = modules.sort(([, a], [, b]) => b - a)
  const shown = largest.slice(0, 12).map(([path, bytes]) => `  ${bytes} ${path}`)
  problems.push(`${name} ${what} is ${kilobytes(size)}, more than ${kilobytes(most)}; its largest modules:\n${shown.join("\n")}`)
}
conclude("sizes", problems, sizes.join("; "))
