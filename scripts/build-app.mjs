/**
 * Builds the app (`apps/web`) with Vite into apps/cli/dist/web, from where the hub serves it, and beside it the player that goes into
 * exported files.
 *
 * `files.json` there is the list of what the hub serves: of each file a hash, its size, and the sizes of its compressed forms beside
 * it. It is written last, so it never names what is not there. Hashed files of earlier builds stay on it for a day, for pages
 * that were loaded before.
 */
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs"
import { join, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import zlib from "node:zlib"
import { bundlePlayer } from "./build-player.mjs"
import { DAY, isAnyNewer, place, sourcesIn } from "./built-files.mjs"

const ROOT = fileURLToPath(new URL("..", import.meta.url))
const APP = join(ROOT, "apps/web")
const WORKER = join(APP, "src/service-worker/service-worker.ts")
const DIST = join(ROOT, "apps/cli/dist/web")
const LIST = join(DIST, "files.json")
const PLAYER = "player.html"

/** What the app is made of besides its own files. */
const LIBRARIES = ["protocol", "core", "client", "react"].map((name) => join(ROOT, "packages", name))

/** Whether a source of the app, or the lock file, changed after the last build. */
export function isAppNeeded() {
  if (!existsSync(LIST) || !existsSync(join(DIST, "..", PLAYER))) return true
  const scripts = ["build-app.mjs", "build-player.mjs", "built-files.mjs"].map((name) => join(ROOT, "scripts", name))
  const inputs = [join(ROOT, "package-lock.json"), ...scripts, ...sourcesIn(APP, /./)]
  for (const folder of LIBRARIES) inputs.push(...sourcesIn(folder))
  return isAnyNewer(inputs, statSync(LIST).mtimeMs)
}

const OPTIONS = { root: APP, base: "./", logLevel: "error", mode: "production" }

/** Scripts, styles and the page. Nothing is inlined: the policy of the page allows no data in fonts and scripts. */
async function bundleApp() {
  const { build } = await import("vite")
  const options = { write: false, assetsDir: "assets", assetsInlineLimit: 0, modulePreload: { polyfill: false } }
  const { output } = await build({
    ...OPTIONS,
    configFile: join(APP, "vite.config.ts"),
    build: { ...options, reportCompressedSize: false },
  })
  return output
}

/** The service worker: one file without imports, as browsers load it as a classic script. It knows the files of its build. */
async function bundleWorker(known) {
  const { build } = await import("vite")
  const rollupOptions = { input: WORKER, output: { format: "iife", entryFileNames: "service-worker.js" } }
  const define = { BUILD: JSON.stringify(known) }
  const { output } = await build({
    ...OPTIONS,
    configFile: false,
    publicDir: false,
    define,
    build: { write: false, rollupOptions },
  })
  return output[0].code
}

/** Files that are copied as they are: icons, the manifest. */
function publicFiles() {
  const folder = join(APP, "public")
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [relative(folder, path).split(sep).join("/"), readFileSync(path)]
    })
}

/** Grammars and letters of other scripts are many and seldom used: the service worker keeps them once they were. */
const isSeldom = ({ fileName, moduleIds = [] }) =>
  (/\.woff2$/.test(fileName) && !/-latin-/.test(fileName)) ||
  (moduleIds.length > 0 && moduleIds.every((id) => id.includes("/@shikijs/langs/"))) ||
  fileName.endsWith(".map")

const hashOf = (bytes) => createHash("sha256").update(bytes).digest("base64url").slice(0, 16)

/** The text that the hub writes the path of a proxy into. */
const BASE = '<base href="/">'

/** Everything that is served, by its name. */
async function allFiles() {
  const output = await bundleApp()
  const files = new Map(publicFiles())
  for (const { fileName, type, ...file } of output) {
    // What describes the build is not served.
    if (!fileName.startsWith(".")) files.set(fileName, Buffer.from(type === "chunk" ? file.code : file.source))
  }
  if (files.get("index.html")?.includes(BASE) !== true) throw new Error(`apps/web/index.html comes without ${BASE}`)
  const hashes = [...files].map(([name, bytes]) => `${name} ${hashOf(bytes)}`).sort()
  const seldom = new Set(output.filter(isSeldom).map(({ fileName }) => fileName))
  const kept = [...files.keys()].filter((name) => !seldom.has(name)).sort()
  if (existsSync(WORKER)) {
    const worker = await bundleWorker({ version: hashOf(hashes.join("\n")), files: kept })
    files.set("service-worker.js", Buffer.from(worker))
  }
  return files
}

const COMPRESSED = /\.(css|html|js|json|svg|txt|webmanifest)$/
const WAYS = [
  {
    field: "br",
    ending: "br",
    run: (bytes) => promisify(zlib.brotliCompress)(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 9 } }),
  },
  { field: "gzip", ending: "gz", run: (bytes) => promisify(zlib.gzip)(bytes, { level: 9 }) },
]

/** Places a file with its compressed forms where they are smaller; gives its entry of the list. */
async function placeFile(name, bytes, before) {
  const hash = hashOf(bytes)
  const path = join(DIST, name)
  if (before?.hash === hash && before.left === undefined && existsSync(path)) return before
  const entry = { hash, size: bytes.length }
  for (const { field, ending, run } of WAYS) {
    const small = COMPRESSED.test(name) ? await run(bytes) : bytes
    if (small.length >= bytes.length * 0.95) continue
    place(`${path}.${ending}`, small)
    entry[field] = small.length
  }
  place(path, bytes)
  return entry
}

function readList() {
  try {
    return JSON.parse(readFileSync(LIST, "utf8")).files
  } catch {
    // There is none, or it was cut off: everything is written again.
    return {}
  }
}

/** Builds the app; resolves with the count and bytes of its files. Rejects with what Vite says. */
export async function buildApp() {
  const started = Date.now()
  const [files, player] = await Promise.all([allFiles(), bundlePlayer()])
  place(join(DIST, "..", PLAYER), player)
  const before = readList()
  const list = {}
  // The page last: it leads to the others.
  const names = [...files.keys()].sort((a, b) => Number(a === "index.html") - Number(b === "index.html"))
  for (const name of names) list[name] = await placeFile(name, files.get(name), before[name])
  for (const [name, entry] of Object.entries(before)) {
    if (files.has(name)) continue
    const left = entry.left ?? started
    if (name.startsWith("assets/") && started - left < DAY) list[name] = { ...entry, left }
    else for (const ending of ["", ".br", ".gz"]) rmSync(join(DIST, name + ending), { force: true })
  }
  place(LIST, `${JSON.stringify({ files: list })}\n`)
  const began = new Date(started)
  utimesSync(LIST, began, began)
  const bytes = [...files.values()].reduce((sum, content) => sum + content.length, 0)
  return { files: files.size + 1, bytes: bytes + player.length, milliseconds: Date.now() - started }
}

/** The files of the last build that are published, relative to apps/cli/dist, and the list of them alone. */
export function publishedApp() {
  const files = Object.fromEntries(Object.entries(readList()).filter(([, { left }]) => left === undefined))
  if (files["index.html"] === undefined) throw new Error("the app was not built; run `npm run build` first")
  const paths = Object.entries(files).flatMap(([name, entry]) => [
    `web/${name}`,
    ...WAYS.flatMap(({ field, ending }) => (entry[field] === undefined ? [] : [`web/${name}.${ending}`])),
  ])
  return { paths: [PLAYER, ...paths], list: { path: "web/files.json", text: `${JSON.stringify({ files })}\n` } }
}
