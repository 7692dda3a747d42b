/**
 * What `npm run pack:check` runs: packs `holdfast` and the packages beside it, installs each in an empty folder as a user would, and
 * uses it there. `publint` and `attw` look at each tarball.
 *
 * Its size is that of everything npm puts there, without the optional packages (Node itself and prebuilt terminals).
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { layOut, layOutPublished } from "./lay-out.mjs"
import { newNode } from "./node24.mjs"
import { EXAMPLES } from "./pack-examples.mjs"
import { entriesOf, PUBLISHED, publishedManifest } from "./published.mjs"
import { useApp } from "./use-app.mjs"
import { compile, lookAt, npm, runNode, Checks } from "./use-package.mjs"
import { serving, useHub } from "./use-hub.mjs"

const ROOT = fileURLToPath(new URL("..", import.meta.url))
const MOST_BYTES = 15_000_000
const CONSUMER = readFileSync(join(ROOT, "packages/client/test/consumer.txt"), "utf8")
const INSTALL = ["install", "--prefer-offline", "--no-audit", "--no-fund"]
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`

/** Uses the library as far as that goes without a hub. */
const PROGRAM = `import { Connection, makeApi, wsSocket } from "holdfast/client"
import { WebSocket } from "ws"
const connection = new Connection({ open: wsSocket(WebSocket, "ws://127.0.0.1:1", "token"), name: "check" })
const tags = await Promise.all(
  [connection.online(500), makeApi({ origin: "http://127.0.0.1:1", fetch }).live()].map((call) => call.then(() => "", ({ tag }) => tag)),
)
connection.close()
if (String(tags) !== "TimedOut,Unreachable") throw new Error(String(tags))
console.log("Node " + process.versions.node)
`

const checks = new Checks()

/** Bytes below a folder, without what `skip` names. */
function bytesIn(folder, skip) {
  let sum = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (skip(path)) continue
    if (entry.isDirectory()) sum += bytesIn(path, skip)
    else if (entry.isFile()) sum += statSync(path).size
  }
  return sum
}

/** What the files of a folder are like, without what Node keeps of compiled code. */
function stateOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes(".compiled"))
    .map((entry) => {
      const { size, mtimeMs } = statSync(join(entry.parentPath, entry.name))
      return `${join(entry.parentPath, entry.name)} ${size} ${mtimeMs}`
    })
    .sort()
}

/** What a build would need, which no user of the package gets. */
const BUILDERS = ["vite", "rolldown", "esbuild", "typescript"]

/** Throws unless an installed `holdfast` has served as it came: nothing was built, and there is nothing to build with. */
function servedAsItCame(modules, before, { startedIn }) {
  const { scripts } = JSON.parse(readFileSync(join(modules, "holdfast/package.json"), "utf8"))
  if (scripts !== undefined) throw new Error(`it brings scripts: ${Object.keys(scripts)}`)
  const builders = BUILDERS.filter((name) => existsSync(join(modules, name)))
  if (builders.length > 0) throw new Error(`it installs ${builders}`)
  const after = stateOf(join(modules, "holdfast"))
  const changed = after.filter((file) => !before.includes(file))
  if (changed.length > 0 || after.length !== before.length) throw new Error(`files have changed: ${changed.slice(0, 5)}`)
  return `${before.length} files, as they were; the hub was there after ${Math.round(startedIn)} ms`
}

/** An empty folder of a user. */
function emptyFolder(path, manifest = { private: true, type: "module" }) {
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, "package.json"), `${JSON.stringify(manifest)}\n`)
  return path
}

/** Packs a folder; gives its tarball, and says how large it is. */
function packed(folder, place) {
  const [{ filename, size, unpackedSize, entryCount }] = JSON.parse(npm(folder, ["pack", "--json", "--pack-destination", place]))
  console.log(`${filename}: ${megabytes(size)} packed, ${megabytes(unpackedSize)} unpacked, ${entryCount} files`)
  return join(place, filename)
}

/** Compiles the consumer of the client library under the name that it is imported by; each line marked `wrong` must fail. */
function consume(home, name) {
  const source = CONSUMER.replaceAll('"holdfast/client"', JSON.stringify(name))
  writeFileSync(join(home, "consumer.ts"), source)
  const { lines, said } = compile(home, "consumer.ts", ["--lib", "es2024,dom", "--skipLibCheck", "false"])
  const wrong = source.split("\n").flatMap((line, index) => (line.includes("// wrong") ? [`consumer.ts:${index + 1}`] : []))
  if (String(lines) !== String(wrong)) throw new Error(`errors at ${lines}\n${said}`)
  return `${lines.length} mistakes found`
}

async function checkHoldfast(place) {
  const folder = join(place, "holdfast")
  await layOut(folder)
  const tarball = packed(folder, place)
  const home = emptyFolder(join(place, "home"))
  const modules = join(home, "node_modules")
  await checks.check("publint and attw find nothing wrong with holdfast", () => lookAt(folder, tarball))
  await checks.check("installs in an empty folder", () => void npm(home, [...INSTALL, tarball]))
  await checks.check("holds no link to the workspace", () => {
    if (existsSync(join(modules, "@holdfast"))) throw new Error("@holdfast/* was installed")
  })
  await checks.check("is small", () => {
    const optional = (path) => /node-(linux|darwin|win32)-|node-pty-(linux|darwin|win32)/.test(path)
    const bytes = bytesIn(modules, optional)
    if (bytes > MOST_BYTES) throw new Error(`${megabytes(bytes)} installed, more than ${megabytes(MOST_BYTES)}`)
    return `${megabytes(bytes)} without optional packages`
  })
  await checks.check("npx holdfast --version", () => {
    const said = npm(home, ["exec", "--offline", "--", "holdfast", "--version"]).trim()
    const { version } = JSON.parse(readFileSync(join(modules, "holdfast/package.json"), "utf8"))
    if (!said.includes(version)) throw new Error(`it says ${said}, not ${version}`)
    return said
  })
  await checks.check("types of holdfast/client stand alone, and report what is wrong", () => consume(home, "holdfast/client"))
  await checks.check("installs beside any effect", () => {
    const beside = emptyFolder(join(place, "beside"), { private: true, dependencies: { effect: "^3" } })
    npm(beside, [...INSTALL, "--dry-run", tarball])
  })
  await checks.check("holdfast/client works under this Node and the machine's own", () => {
    writeFileSync(join(home, "program.mjs"), PROGRAM)
    return [process.execPath, "node"].map((node) => runNode(node, home, "program.mjs")).join(", ")
  })
  await checks.check("has the description of the API", () => {
    const { openapi, paths } = JSON.parse(readFileSync(join(modules, "holdfast/openapi.json"), "utf8"))
    if (Object.keys(paths).length < 30) throw new Error(`${Object.keys(paths).length} paths`)
    return `OpenAPI ${openapi}, ${Object.keys(paths).length} paths`
  })
  return { home, modules, bin: join(modules, "holdfast/bin/holdfast.mjs") }
}

/** Installs a package with those of ours that it needs, and runs its example there against the hub. */
async function checkPublished(place, { one, tarball, tarballs }, hub) {
  const { name, dependencies = {} } = publishedManifest(one)
  const example = EXAMPLES[name]
  if (example === undefined) throw new Error(`${name} has no example in scripts/pack-examples.mjs`)
  const home = emptyFolder(join(place, "with", name))
  const needed = new Set([name, ...Object.keys(dependencies).filter((other) => tarballs.has(other))])
  for (const other of needed) {
    const manifest = publishedManifest(PUBLISHED.find((candidate) => publishedManifest(candidate).name === other))
    for (const more of Object.keys(manifest.dependencies ?? {})) if (tarballs.has(more)) needed.add(more)
  }
  await checks.check(`publint and attw find nothing wrong with ${name}`, () => lookAt(join(place, name), tarball))
  await checks.check(`${name} installs in an empty folder`, () => {
    npm(home, [...INSTALL, ...[...needed].map((other) => tarballs.get(other)), ...(example.beside ?? [])])
    const there = readdirSync(join(home, "node_modules")).filter((entry) => !entry.startsWith("."))
    const alone = one.form === "library" && Object.keys(dependencies).length === 0 && example.beside === undefined
    if (alone && String(there) !== "@holdfast") throw new Error(`it brings ${there}`)
    return megabytes(bytesIn(join(home, "node_modules"), () => false))
  })
  await checks.check(`${name} works there`, () => {
    writeFileSync(join(home, "example.mjs"), example.program)
    const { said } = compile(home, "example.mjs", [
      "--checkJs",
      "--allowJs",
      "--lib",
      "es2024,esnext.disposable,dom",
      "--skipLibCheck",
    ])
    if (said !== "") throw new Error(said)
    return runNode(newNode(), home, "example.mjs", hub)
  })
  if (one.page !== undefined) await checks.check(`types of ${name} stand alone`, () => consume(home, name))
  const others = one.form === "library" ? entriesOf(one).filter(({ ofSchemas }) => !ofSchemas) : []
  if (others.length === 0 || one.page === undefined) return
  await checks.check(`entries of ${name} load, and their types agree`, () => {
    const imports = others.map(({ path }, at) => `import * as e${at} from "${name}${path.slice(1)}"\n`).join("")
    const counts = others.map((_, at) => `Object.keys(e${at}).length`).join(" + ")
    writeFileSync(join(home, "entries.mjs"), `${imports}console.log((${counts}) + " exports")\n`)
    const flags = ["--checkJs", "--allowJs", "--lib", "es2024,dom", "--skipLibCheck", "false"]
    const { lines, said } = compile(home, "entries.mjs", flags)
    if (lines.length > 0) throw new Error(said)
    return `${others.length} entries, ${runNode(process.execPath, home, "entries.mjs")}`
  })
}

const place = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-pack-")))
try {
  const { home, modules, bin } = await checkHoldfast(place)
  const tarballs = new Map()
  const all = []
  for (const one of PUBLISHED) {
    const { name } = publishedManifest(one)
    await layOutPublished(one, join(place, name))
    tarballs.set(name, packed(join(place, name), place))
    all.push({ one, tarball: tarballs.get(name), tarballs })
  }
  const before = stateOf(join(modules, "holdfast"))
  await serving(home, bin, async (hub) => {
    await checks.check("serves, opens a terminal, lists it, and has an agent answer", () => useHub(hub))
    await checks.check("serves the app: page, scripts, service worker, manifest, each with its type and the policy", () =>
      useApp(hub, join(modules, "holdfast")),
    )
    await checks.check("starts without a build", () => servedAsItCame(modules, before, hub))
    for (const each of all) await checkPublished(place, each, hub.reach())
    hub.holdfast("runner", "stop")
  })
} finally {
  rmSync(place, { recursive: true, force: true })
}
process.exitCode = checks.failed === 0 ? 0 : 1
