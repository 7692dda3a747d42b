/**
 * `npm run pack:check`: packs `holdfast`, installs it in an empty folder as a user would, and uses it there.
 *
 * Its size is that of everything npm puts there, without the optional packages (Node itself and prebuilt terminals).
 */
import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { build } from "./build.mjs"
import { count } from "./counts.mjs"
import { install, npmCommand } from "./install.mjs"
import { layOut } from "./pack.mjs"

const ROOT = fileURLToPath(new URL("..", import.meta.url))
const MOST_BYTES = 15_000_000

const CONSUMER = `import { browserSocket, Connection, type Attachment } from "holdfast/client"
export const connect = (origin: string): Connection | undefined => (origin === "" ? undefined : Reflect.construct(Connection, []))
export const cursorOf = (attachment: Attachment): typeof attachment => attachment
export const open: (...args: never) => unknown = browserSocket
// @ts-expect-error the types are real: there is no such export
import { Nothing } from "holdfast/client"
`

let failed = 0
async function check(name, body) {
  try {
    const detail = await body()
    console.log(`ok    ${name}${detail === undefined ? "" : `: ${detail}`}`)
    count({ passed: 1 })
  } catch (error) {
    failed++
    count({ failed: 1 })
    console.log(`FAILED ${name}: ${error.message}\n${error.stderr ?? ""}${error.stdout ?? ""}`)
  }
}

function npm(folder, args) {
  const [program, ...first] = npmCommand()
  return execFileSync(program, [...first, ...args, "--loglevel=error"], {
    cwd: folder,
    encoding: "utf8",
    env: ownEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  })
}

/** The environment of a user: nothing of ours, and not this clone's programs first in PATH. */
function ownEnvironment(more = {}) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|HOLDFAST_|NODE_OPTIONS$|INIT_CWD$)/i.test(name))
  const path = (process.env["PATH"] ?? "").split(":").filter((place) => !place.startsWith(ROOT))
  return { ...Object.fromEntries(kept), PATH: path.join(":"), ...more }
}

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

async function serveAndList(home, bin) {
  const data = join(home, "data")
  const environment = ownEnvironment({
    HOLDFAST_DATA: data,
    HOLDFAST_PORT: "0",
    HOLDFAST_OPEN: "0",
    HOLDFAST_TOKEN: crypto.randomUUID(),
    HOLDFAST_CONFIG: join(home, "none.json"),
  })
  const server = spawn(process.execPath, [bin, "serve"], { cwd: home, env: environment, stdio: ["ignore", "pipe", "pipe"] })
  let output = ""
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (text) => (output += text))
  const ended = once(server, "exit")
  const holdfast = (...args) =>
    execFileSync(process.execPath, [bin, ...args], { cwd: home, env: hub(), encoding: "utf8", timeout: 20_000 })
  const hub = () => ({ ...environment, HOLDFAST_PORT: String(JSON.parse(readFileSync(join(data, "hub.json"), "utf8")).port) })
  try {
    for (const end = Date.now() + 15_000; !existsSync(join(data, "hub.json")); await wait(50)) {
      if (server.exitCode !== null || Date.now() > end) throw new Error(`serve did not come up: ${output.slice(-2000)}`)
    }
    holdfast("new", "terminal", "--json", "--", "printf", "packed")
    const listed = JSON.parse(holdfast("ls", "--json"))
    const sessions = Array.isArray(listed) ? listed : listed.sessions
    if (sessions?.length !== 1) throw new Error(`ls --json shows ${JSON.stringify(listed).slice(0, 500)}`)
    holdfast("runner", "stop")
    return "one session listed"
  } finally {
    if (server.exitCode === null) server.kill("SIGTERM")
    const late = setTimeout(() => server.kill("SIGKILL"), 15_000)
    await ended
    clearTimeout(late)
  }
}

await install(ROOT, { lean: false, title: "everything" })
await build()
execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-b", "packages/client"], {
  cwd: ROOT,
  stdio: "inherit",
})
const place = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-pack-")))
try {
  const types = layOut(join(place, "package"))
  const [packed] = JSON.parse(npm(join(place, "package"), ["pack", "--json", "--pack-destination", place]))
  const home = join(place, "home")
  const modules = join(home, "node_modules")
  const bin = join(modules, "holdfast/bin/holdfast.mjs")
  mkdirSync(home)
  writeFileSync(join(home, "package.json"), '{"private":true,"type":"module"}\n')
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`
  console.log(
    `${packed.filename}: ${megabytes(packed.size)} packed, ${megabytes(packed.unpackedSize)} unpacked, ${packed.entryCount} files, ${types} of them types`,
  )
  await check(
    "installs in an empty folder",
    () => void npm(home, ["install", "--prefer-offline", "--no-audit", "--no-fund", join(place, packed.filename)]),
  )
  await check("holds no link to the workspace", () => {
    if (existsSync(join(modules, "@holdfast"))) throw new Error("@holdfast/* was installed")
  })
  await check("is small", () => {
    const optional = (path) => /node-(linux|darwin|win32)-|node-pty-(linux|darwin|win32)/.test(path)
    const bytes = bytesIn(modules, optional)
    if (bytes > MOST_BYTES) throw new Error(`${megabytes(bytes)} installed, more than ${megabytes(MOST_BYTES)}`)
    return `${megabytes(bytes)} without optional packages`
  })
  await check("npx holdfast --version", () => {
    const said = npm(home, ["exec", "--offline", "--", "holdfast", "--version"]).trim()
    const { version } = JSON.parse(readFileSync(join(modules, "holdfast/package.json"), "utf8"))
    if (!said.includes(version)) throw new Error(`it says ${said}, not ${version}`)
    return said
  })
  await check("serves, opens a terminal and lists it", () => serveAndList(home, bin))
  await check("types of holdfast/client", () => {
    symlinkSync(join(ROOT, "node_modules/effect"), join(modules, "effect"))
    writeFileSync(join(home, "consumer.ts"), CONSUMER)
    const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--lib", "es2024,dom", "--types", ""]
    execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), ...flags, "consumer.ts"], {
      cwd: home,
      encoding: "utf8",
    })
  })
  await check("holdfast/client loads", () => {
    const program = 'import("holdfast/client").then((client) => console.log(Object.keys(client).join(" ")))'
    return execFileSync(process.execPath, ["-e", program], { cwd: home, encoding: "utf8" }).trim()
  })
} finally {
  rmSync(place, { recursive: true, force: true })
}
process.exitCode = failed === 0 ? 0 : 1
