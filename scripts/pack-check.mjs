/**
 * `npm run pack:check`: packs `holdfast`, installs it in an empty folder as a user would, and uses it there.
 *
 * Its size is that of everything npm puts there, without the optional packages (Node itself and prebuilt terminals).
 */
import { execFileSync, spawn, spawnSync } from "node:child_process"
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
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { build } from "./build.mjs"
import { count, tellFailure } from "./counts.mjs"
import { install, npmCommand } from "./install.mjs"
import { layOut } from "./pack.mjs"

const ROOT = fileURLToPath(new URL("..", import.meta.url))
const MOST_BYTES = 15_000_000

const CONSUMER = readFileSync(join(ROOT, "packages/client/test/consumer.txt"), "utf8")

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

let failed = 0
async function check(name, body) {
  try {
    const detail = await body()
    console.log(`ok    ${name}${detail === undefined ? "" : `: ${detail}`}`)
    count({ passed: 1 })
  } catch (error) {
    failed++
    count({ failed: 1 })
    tellFailure(`FAILED pack:check ${name}`, error.message)
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
    // Agents run in a thread and a program of their own, which must be in the package too.
    const { id } = JSON.parse(holdfast("new", "agent", "scripted", "--json"))
    const answer = holdfast("send", id, "[[say packed too]]", "--wait").trim()
    if (!answer.includes("packed too")) throw new Error(`the agent answers ${JSON.stringify(answer)}`)
    holdfast("rm", id)
    holdfast("runner", "stop")
    return "one session listed, and the agent answered"
  } finally {
    if (server.exitCode === null) server.kill("SIGTERM")
    const late = setTimeout(() => server.kill("SIGKILL"), 15_000)
    await ended
    clearTimeout(late)
  }
}

await install(ROOT, { lean: false, title: "everything" })
await build()
const place = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-pack-")))
try {
  layOut(join(place, "package"))
  const [packed] = JSON.parse(npm(join(place, "package"), ["pack", "--json", "--pack-destination", place]))
  const home = join(place, "home")
  const modules = join(home, "node_modules")
  const bin = join(modules, "holdfast/bin/holdfast.mjs")
  mkdirSync(home)
  writeFileSync(join(home, "package.json"), '{"private":true,"type":"module"}\n')
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`
  console.log(
    `${packed.filename}: ${megabytes(packed.size)} packed, ${megabytes(packed.unpackedSize)} unpacked, ${packed.entryCount} files`,
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
  await check("serves, opens a terminal, lists it, and has an agent answer", () => serveAndList(home, bin))
  await check("types of holdfast/client stand alone, and report what is wrong", () => {
    writeFileSync(join(home, "consumer.ts"), CONSUMER)
    const flags = ["--noEmit", "--strict", "--skipLibCheck", "false", "--module", "nodenext", "--target", "es2024"]
    const compiled = spawnSync(
      process.execPath,
      [join(ROOT, "node_modules/typescript/bin/tsc"), ...flags, "--lib", "es2024,dom", "--types", "", "consumer.ts"],
      { cwd: home, encoding: "utf8" },
    )
    const wrong = CONSUMER.split("\n").flatMap((line, index) => (line.includes("// wrong") ? [index + 1] : []))
    const told = [...compiled.stdout.matchAll(/^(\S+?)\((\d+),\d+\): error/gm)].map(([, file, line]) => `${file}:${line}`)
    if (String(told) !== String(wrong.map((line) => `consumer.ts:${line}`)))
      throw new Error(`errors at ${told}\n${compiled.stdout}`)
    return `${told.length} mistakes found`
  })
  await check("installs beside any effect", () => {
    const beside = join(place, "beside")
    mkdirSync(beside)
    writeFileSync(join(beside, "package.json"), '{"private":true,"dependencies":{"effect":"^3"}}\n')
    npm(beside, ["install", "--dry-run", "--prefer-offline", "--no-audit", "--no-fund", join(place, packed.filename)])
  })
  await check("holdfast/client works under this Node and the machine's own", () => {
    writeFileSync(join(home, "program.mjs"), PROGRAM)
    const run = (node) => execFileSync(node, ["program.mjs"], { cwd: home, env: ownEnvironment(), encoding: "utf8" }).trim()
    return `${run(process.execPath)}, ${run("node")}`
  })
} finally {
  rmSync(place, { recursive: true, force: true })
}
process.exitCode = failed === 0 ? 0 : 1
