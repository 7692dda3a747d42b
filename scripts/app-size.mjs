/**
 * Checks how much script a browser loads before the app can be used, and with each part that it loads later: after gzip, with all
 * that a part imports at once and the parts before it have not brought.
 */
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { build } from "vite"
import { conclude, ROOT } from "./source-files.mjs"

/** What may be how large, in bytes after gzip; a part that there is not counts nothing. `after`: what is loaded before it. */
const LIMITS = [
  { what: "before a pane", module: "index.html", most: 200_000 },
  { what: "chat", module: "src/panes/chat/ChatPane.tsx", most: 40_000 },
  { what: "dock", module: "src/dock/Dock.tsx", most: 35_000 },
  { what: "terminal", module: "src/panes/terminal/TerminalPane.tsx", most: 155_000 },
  { what: "what opens over the page", module: "src/ui/open-over.ts", most: 35_000 },
  { what: "palette", module: "src/commands/Palette.tsx", most: 5_000, after: "src/ui/open-over.ts" },
]

const APP = join(ROOT, "apps/web")

const { output } = await build({
  root: APP,
  configFile: join(APP, "vite.config.ts"),
  logLevel: "error",
  build: { write: false },
})
const chunks = new Map(output.filter(({ type }) => type === "chunk").map((chunk) => [chunk.fileName, chunk]))

/** A chunk with all that it imports at once. */
function closureOf(fileName, found = new Set()) {
  if (found.has(fileName)) return found
  found.add(fileName)
  for (const other of chunks.get(fileName)?.imports ?? []) closureOf(other, found)
  return found
}

const entryOf = (module) => [...chunks.values()].find(({ facadeModuleId }) => facadeModuleId === join(APP, module))?.fileName

/** Schemas are for the server: one constant from a file that has some brings all of Effect. */
const foreign = [...chunks.values()].flatMap(({ fileName, moduleIds }) =>
  moduleIds.some((id) => id.includes("/node_modules/effect/"))
    ? [
        `${fileName} brings Effect into the page, by one of: ${moduleIds.filter((id) => id.includes("/packages/protocol/")).join(", ")}`,
      ]
    : [],
)

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} KB`
const first = closureOf(entryOf("index.html"))
const problems = foreign
const sizes = []
for (const { what, module, most, after } of LIMITS) {
  const entry = entryOf(module)
  const here = after === undefined ? first : closureOf(entryOf(after), new Set(first))
  const files = entry === undefined ? [] : [...closureOf(entry)].filter((file) => module === "index.html" || !here.has(file))
  const parts = files.map((file) => [file, gzipSync(chunks.get(file).code, { level: 9 }).length])
  const size = parts.reduce((sum, [, bytes]) => sum + bytes, 0)
  sizes.push(`${what} ${kilobytes(size)} of ${kilobytes(most)}`)
  if (size > most)
    problems.push(
      `the app ${what} is ${kilobytes(size)}, more than ${kilobytes(most)}:\n${parts.map(([file, bytes]) => `  ${bytes} ${file}`).join("\n")}`,
    )
}
conclude("app size", problems, sizes.join("; "))
