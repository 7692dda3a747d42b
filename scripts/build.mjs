/**
 * `npm run build`: bundles the command line, the programs it starts and the app into apps/cli/dist.
 *
 * Programs that are running keep working while a new build arrives: chunks carry a hash of their content and older ones
 * stay for a day, entries are replaced by rename. `--if-needed` builds only what has a newer source than the last build.
 */
import { existsSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { buildApp, isAppNeeded } from "./build-app.mjs"
import { bundle, isChunk } from "./bundle.mjs"
import { isAnyNewer, place, removeStale, sourcesIn } from "./built-files.mjs"
import { runToEnd } from "./child.mjs"
import { bundleEntries, bundleWhole } from "./library.mjs"
import { libraryOf } from "./published.mjs"

/** Programs and threads that are started by file name: each becomes `dist/<out>.js`. */
export const ENTRIES = [
  { in: "apps/cli/src/main.ts", out: "main" },
  { in: "apps/cli/src/runner-main.ts", out: "runner-main" },
  { in: "packages/store/src/sqlite/writer-thread.ts", out: "sqlite-writer" },
  { in: "packages/runner/src/emulator/emulator-thread.ts", out: "emulator-thread" },
  { in: "packages/files/src/files-thread.ts", out: "files-thread" },
  { in: "packages/agents/src/thread/agents-thread.ts", out: "agents-thread" },
  { in: "packages/agents/src/scripted/scripted-main.ts", out: "scripted-agent" },
]

/** What other programs import from the published package; it also runs in a browser. `client.js` is all of its first entry, `client/` has its entries. */
const LIBRARY = "@holdfast/client"

/** Loaded from node_modules at start: native code, or modules that load a file of theirs. */
export const EXTERNAL = ["@lydell/node-pty", "@xterm/headless", "@xterm/addon-unicode11"]

const ROOT = fileURLToPath(new URL("..", import.meta.url))
const DIST = join(ROOT, "apps/cli/dist")
const STAMP = join(DIST, "build.json")

/** Whether a source of the programs, or the lock file, changed after the last build. */
function isProgramsNeeded() {
  if (!existsSync(STAMP) || ENTRIES.some(({ out }) => !existsSync(join(DIST, `${out}.js`)))) return true
  const scripts = ["build.mjs", "built-files.mjs", "bundle.mjs", "library.mjs", "published.mjs"].map((name) =>
    join(ROOT, "scripts", name),
  )
  const inputs = [join(ROOT, "package-lock.json"), ...scripts]
  for (const room of ["packages", "apps/cli/src"]) inputs.push(...sourcesIn(join(ROOT, room)))
  return isAnyNewer(inputs, statSync(STAMP).mtimeMs)
}

/** Whether something has to be built. */
export function isBuildNeeded() {
  return isProgramsNeeded() || isAppNeeded()
}

/** Only what `ws` does as a client needs TLS, and loading it takes 6 MB of every hub's memory: it is loaded on first use. */
const ON_USE = "\0on-use:"
const TLS_ON_USE = {
  name: "tls on use",
  resolveId: {
    filter: { id: /^(https|tls)$/ },
    handler: (name, importer) => (/[\\/]node_modules[\\/]ws[\\/]/.test(importer ?? "") ? ON_USE + name : undefined),
  },
  load: {
    filter: { id: new RegExp(`^${ON_USE}`) },
    handler: (id) => {
      const module = JSON.stringify(`node:${id.slice(ON_USE.length)}`)
      return {
        code: `module.exports = new Proxy({}, { get: (_, name) => process.getBuiltinModule(${module})[name] })`,
        moduleType: "js",
      }
    },
  },
}

/** Bundles the programs without writing them, as `bundle` does. Names and statements stay, as errors, traces and coverage show them. */
export function bundlePrograms({ sourcemap = false } = {}) {
  return bundle({
    input: Object.fromEntries(ENTRIES.map((entry) => [entry.out, join(ROOT, entry.in)])),
    outdir: DIST,
    splitting: true,
    platform: "node",
    target: "node24",
    external: EXTERNAL,
    plugins: [TLS_ON_USE],
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    comments: false,
    sourcemap,
  })
}

/** Builds the programs and the app, with `onlyNeeded` what changed; resolves with the files' count and bytes, rejects with what the bundler says. */
export async function build({ onlyNeeded = false } = {}) {
  const started = Date.now()
  const built = []
  if (!onlyNeeded || isProgramsNeeded()) built.push(await buildPrograms())
  if (!onlyNeeded || isAppNeeded()) built.push(await buildApp())
  const sum = (field) => built.reduce((total, part) => total + part[field], 0)
  return { files: sum("files"), bytes: sum("bytes"), milliseconds: Date.now() - started }
}

async function buildPrograms() {
  const started = Date.now()
  const programs = await bundlePrograms()
  const library = libraryOf(LIBRARY)
  const [entries, page] = await Promise.all([
    bundleEntries(library, join(DIST, "client")),
    bundleWhole(library, ["index"], join(DIST, "client.js"), { minify: false }),
  ])
  const files = [...programs, ...entries, ...page]
  mkdirSync(join(DIST, "client"), { recursive: true })
  const chunksFirst = [...files].sort((a, b) => Number(isChunk(b.path)) - Number(isChunk(a.path)))
  for (const { path, contents } of chunksFirst) place(path, contents)
  rmSync(join(DIST, ".compiled"), { recursive: true, force: true })
  const current = new Set(files.map((file) => file.path))
  for (const folder of [DIST, join(DIST, "client")]) removeStale(folder, (path) => isChunk(path) && !current.has(path))
  const bytes = files.reduce((sum, file) => sum + file.contents.length, 0)
  writeFileSync(STAMP, `${JSON.stringify({ files: files.map((file) => relative(DIST, file.path)).sort(), bytes })}\n`)
  const began = new Date(started)
  utimesSync(STAMP, began, began)
  return { files: files.length, bytes }
}

/** Builds, and says how it went; resolves with the exit code. */
async function tellBuild() {
  try {
    const { files, bytes, milliseconds } = await build({ onlyNeeded: process.argv.includes("--if-needed") })
    console.log(`Built ${files} files, ${(bytes / 1e6).toFixed(1)} MB, in ${(milliseconds / 1000).toFixed(1)} s`)
    return 0
  } catch (error) {
    for (const { text, message, location } of error.errors ?? []) {
      console.error(location ? `${location.file}:${location.line}: ${text}` : (text ?? message))
    }
    console.error(error.errors ? "build: failed" : `build: ${error.stack ?? error}`)
    return 1
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.includes("--if-needed") && !isBuildNeeded()) process.exit(0)
  // What bundles the app needs a newer Node than the one that npm may have started this with.
  const { prepare, RIGHT_HERE } = await import("./prepare.mjs")
  if (process.argv.includes(RIGHT_HERE)) process.exitCode = await tellBuild()
  else
    await prepare({ lean: true, title: "what building needs", build: false }, (node, env) =>
      runToEnd(node, [...process.argv.slice(1), RIGHT_HERE], { env }),
    )
}
