/**
 * Installs packages when node_modules differs from the lock file: the lean set that running needs, or everything.
 *
 * npm writes `node_modules/.package-lock.json` last and removes it first, so that it vouches for what is there. A lean
 * install never takes away the packages of a full one, and a full one adds to a lean one.
 */
import { spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { startProgress } from "./progress.mjs"

function packagesIn(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages ?? {}
  } catch {
    // Missing or half written: nothing is installed.
    return undefined
  }
}

const fits = (field, mine) => {
  const list = [field ?? []].flat()
  if (list.length === 0) return true
  if (list.includes(`!${mine}`)) return false
  return list.some((entry) => entry === mine) || list.every((entry) => entry.startsWith("!"))
}

const isForHere = (entry) => fits(entry.os, process.platform) && fits(entry.cpu, process.arch)

const isNode = (path) => path === `node_modules/node-${process.platform}-${process.arch}`

/** Places in node_modules that the lock file asks for: without development packages when `lean`. */
function wanted(folder, lean) {
  const locked = packagesIn(join(folder, "package-lock.json"))
  if (locked === undefined) throw new Error(`${join(folder, "package-lock.json")} is missing or damaged; restore it with git`)
  return Object.entries(locked).filter(([path, entry]) => {
    if (!path.startsWith("node_modules/") && !path.includes("/node_modules/")) return false
    if (lean && entry.dev === true) return false
    // An optional package may be absent, other than the Node that runs us.
    if (entry.optional === true || entry.devOptional === true) return isNode(path) && isForHere(entry)
    return isForHere(entry)
  })
}

/** Whether node_modules in `folder` holds what the lock file asks for. */
export function isInstalled(folder, { lean }) {
  const present = packagesIn(join(folder, "node_modules/.package-lock.json"))
  if (present === undefined) return false
  return wanted(folder, lean).every(([path, entry]) => {
    const there = present[path]
    const same = there !== undefined && there.version === entry.version && there.integrity === entry.integrity
    return same && existsSync(join(folder, path))
  })
}

/** Whether node_modules in `folder` came from a full install. */
const isFull = (folder) => existsSync(join(folder, "node_modules/typescript"))

/** Command and first arguments that start npm: the one that runs this script, if it does. */
export function npmCommand() {
  const cli = process.env["npm_execpath"]
  if (cli !== undefined && /npm-cli\.js$/.test(cli)) return [process.execPath, cli]
  const beside = join(dirname(process.execPath), "../lib/node_modules/npm/bin/npm-cli.js")
  if (existsSync(beside)) return [process.execPath, beside]
  return [process.platform === "win32" ? "npm.cmd" : "npm"]
}

/** Runs npm in `folder` quietly; resolves with its exit code and what it printed. */
export function runNpm(folder, args) {
  const [program, ...first] = npmCommand()
  const shell = program.endsWith(".cmd")
  return new Promise((resolve) => {
    const child = spawn(program, [...first, ...args], { cwd: folder, shell, stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    const keep = (text) => {
      output = (output + text).slice(-20_000)
    }
    child.stdout.setEncoding("utf8").on("data", keep)
    child.stderr.setEncoding("utf8").on("data", keep)
    child.on("error", (error) => resolve({ code: 127, output: `could not start npm: ${error.message}` }))
    child.on("close", (code) => resolve({ code: code ?? 1, output }))
  })
}

/** npm failed; `message` holds what it said and what to do. */
export class InstallFailed extends Error {}

/** Installs when needed, with one line of progress. Fails with `InstallFailed`. */
export async function install(folder, { lean, title }) {
  if (isInstalled(folder, { lean })) return
  const alone = lean && !isFull(folder)
  const places = wanted(folder, alone).map(([path]) => join(folder, path))
  const fraction = () => places.filter((path) => existsSync(path)).length / places.length
  const progress = startProgress(`Installing ${title}`, fraction)
  const flags = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]
  // `ci` begins by removing everything, also what a server that `npm start` left running is made of.
  const command = !alone && isInstalled(folder, { lean: true }) ? ["install", "--no-save"] : ["ci"]
  const { code, output } = await runNpm(folder, [...command, ...flags, ...(alone ? ["--omit=dev"] : ["--include=dev"])])
  if (code === 0 && isInstalled(folder, { lean: alone })) return progress.done(`Installed ${title}`)
  progress.done(`Installing ${title} failed`)
  const hint = /ENOTFOUND|ECONN|ETIMEDOUT|EAI_AGAIN|network/i.test(output)
    ? "The package registry did not answer: check the network or the proxy (`npm config get registry`), then try again."
    : /EACCES|EPERM/.test(output)
      ? `npm may not write here: check who owns ${folder} and its node_modules.`
      : /ENOSPC/.test(output)
        ? "The disk is full: make room (about 300 MB), then try again."
        : "Remove node_modules and try again; if it fails the same way, the text above says why."
  const said = output.trim() || (code === 0 ? "npm said that all went well, but packages are missing" : `npm ended with ${code}`)
  throw new InstallFailed(`${said}\n\n${hint}`)
}
