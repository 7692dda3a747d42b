/**
 * `npm run build`: bundles the command line and the programs it starts into apps/cli/dist.
 *
 * Programs that are running keep working while a new build arrives: chunks carry a hash of their content and older ones
 * stay for a day, entries are replaced by rename. `--if-needed` builds only when a source is newer than the last build.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
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
const EXTERNAL = ["@lydell/node-pty", "@xterm/headless", "@xterm/addon-unicode11"]

const ROOT = fileURLToPath(new URL("..", import.meta.url))
const DIST = join(ROOT, "apps/cli/dist")
const STAMP = join(DIST, "build.json")
const DAY = 24 * 3600 * 1000

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === "node_modules" || entry.name === "dist" || entry.name === "test") continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* sources(path)
    else if (/\.(ts|json|mjs)$/.test(entry.name)) yield path
  }
}

/** Whether a source, or the lock file, changed after the last build. */
export function isBuildNeeded() {
  if (!existsSync(STAMP) || ENTRIES.some(({ out }) => !existsSync(join(DIST, `${out}.js`)))) return true
  const built = statSync(STAMP).mtimeMs
  const scripts = ["build.mjs", "library.mjs", "published.mjs"].map((name) => join(ROOT, "scripts", name))
  const inputs = [join(ROOT, "package-lock.json"), ...scripts]
  for (const room of ["packages", "apps/cli/src"]) inputs.push(...sources(join(ROOT, room)))
  return inputs.some((path) => statSync(path).mtimeMs > built)
}

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  format: "esm",
  outdir: DIST,
  write: false,
  target: "es2024",
  treeShaking: true,
  minifySyntax: true,
  minifyWhitespace: true,
  minifyIdentifiers: false,
  legalComments: "none",
  sourcemap: false,
  logLevel: "silent",
}

/** CommonJS modules inside the bundle call `require`, which an ES module does not have. */
const REQUIRE =
  'import { createRequire as __holdfastRequire } from "node:module";const require = __holdfastRequire(import.meta.url);'

/** Only what `ws` does as a client needs TLS, and loading it takes 6 MB of every hub's memory: it is loaded on first use. */
const TLS_ON_USE = {
  name: "tls on use",
  setup(bundler) {
    const namespace = "on-use"
    bundler.onResolve({ filter: /^(https|tls)$/ }, ({ path, importer }) =>
      /[\\/]node_modules[\\/]ws[\\/]/.test(importer) ? { path, namespace } : undefined,
    )
    bundler.onLoad({ filter: /./, namespace }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => process.getBuiltinModule("node:${path}")[name] })`,
    }))
  },
}

const pointsOf = (entries) => entries.map((entry) => ({ in: join(ROOT, entry.in), out: entry.out }))

/**
 * Bundles the programs without writing them; resolves with esbuild's result, in which each file has its source map. The maps are
 * made even where no one needs them: the names of chunks depend on it, and coverage finds the chunks that ran by their names.
 */
export async function bundlePrograms() {
  const { build: bundle } = await import("esbuild")
  return bundle({
    ...COMMON,
    entryPoints: pointsOf(ENTRIES),
    splitting: true,
    chunkNames: "chunk-[hash]",
    platform: "node",
    target: "node24",
    external: EXTERNAL,
    banner: { js: REQUIRE },
    plugins: [TLS_ON_USE],
    metafile: true,
    sourcemap: "external",
  })
}

/** Builds everything; resolves with the files' count and bytes, rejects with esbuild's error. */
export async function build() {
  const started = Date.now()
  const programs = await bundlePrograms()
  const library = libraryOf(LIBRARY)
  const [entries, page] = await Promise.all([
    bundleEntries(library, join(DIST, "client")),
    bundleWhole(library, ["index"], join(DIST, "client.js"), { minify: false }),
  ])
  const files = [
    ...programs.outputFiles.filter(({ path }) => !path.endsWith(".map")),
    ...entries.outputFiles,
    ...page.outputFiles,
  ]
  mkdirSync(join(DIST, "client"), { recursive: true })
  const chunksFirst = [...files].sort((a, b) => Number(isChunk(b.path)) - Number(isChunk(a.path)))
  for (const file of chunksFirst) place(file)
  rmSync(join(DIST, ".compiled"), { recursive: true, force: true })
  for (const folder of [DIST, join(DIST, "client")]) removeOldChunks(folder, new Set(files.map((file) => file.path)))
  const bytes = files.reduce((sum, file) => sum + file.contents.length, 0)
  writeFileSync(STAMP, `${JSON.stringify({ files: files.map((file) => relative(DIST, file.path)).sort(), bytes })}\n`)
  const began = new Date(started)
  utimesSync(STAMP, began, began)
  return { files: files.length, bytes, milliseconds: Date.now() - started }
}

const isChunk = (path) => /[\\/]chunk-[A-Z0-9]+\.js$/.test(path)

function place(file) {
  const unchanged = existsSync(file.path) && readFileSync(file.path).equals(file.contents)
  if (unchanged) return
  mkdirSync(dirname(file.path), { recursive: true })
  const beside = `${file.path}.${process.pid}.tmp`
  writeFileSync(beside, file.contents)
  renameSync(beside, file.path)
}

function removeOldChunks(folder, current) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    const stale = (isChunk(path) && !current.has(path)) || name.endsWith(".tmp")
    if (stale && Date.now() - statSync(path).mtimeMs > DAY) rmSync(path, { force: true })
  }
}

/** Builds, and says how it went; resolves with the exit code. */
async function tellBuild() {
  try {
    const { files, bytes, milliseconds } = await build()
    console.log(`built ${files} files, ${(bytes / 1e6).toFixed(2)} MB, in ${(milliseconds / 1000).toFixed(1)} s`)
    return 0
  } catch (error) {
    for (const { text, location } of error.errors ?? []) {
      console.error(location ? `${location.file}:${location.line}: ${text}` : text)
    }
    console.error(error.errors ? "build: failed" : `build: ${error.stack ?? error}`)
    return 1
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.includes("--if-needed") && !isBuildNeeded()) process.exit(0)
  const { prepare } = await import("./prepare.mjs")
  await prepare({ lean: true, title: "what building needs", build: false }, tellBuild)
}
