/**
 * Installs agents from npm into the data directory, in the exact version that is known; npm checks what it fetches against
 * the registry's hashes, and no script of a package is run.
 *
 * An installation is made beside and then takes its place, so that whatever happens in between there is the old one or the new one,
 * and a hub that runs finds it at once.
 */
import { spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { headOf } from "@holdfast/protocol/text-cut"
import { AdapterRefused } from "@holdfast/adapter/adapter"
import { findCommand } from "@holdfast/adapter/process/command"
import type { AgentPackage } from "../host/KnownAgent.ts"
import { agentsDirectory, KNOWN_AGENTS, knownAgent } from "./entries.ts"

/** Why an agent was not installed; the message says what to do. */
export class InstallFailed extends Error {
  readonly _tag = "InstallFailed"
  readonly reason: "unknown" | "builtIn" | "noNpm" | "network" | "diskFull" | "notOffered" | "denied" | "cancelled" | "failed"

  constructor(reason: InstallFailed["reason"], message: string) {
    super(message)
    this.reason = reason
  }
}

/** What an installation reports while it continues. */
export type InstallStep =
  | { readonly type: "begins"; readonly package: string; readonly version: string }
  /** A line of npm's own. */
  | { readonly type: "line"; readonly text: string }

/** How to install. */
export interface InstallOptions {
  readonly data: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly tell?: (step: InstallStep) => void
  /** Stops it; what was there before stays. */
  readonly signal?: AbortSignal
  /** Given up after, in milliseconds; a quarter of an hour when absent. */
  readonly timeout?: number
}

/** What was installed. */
export interface Installed {
  readonly package: string
  readonly version: string
  readonly directory: string
}

const TIMEOUT = 15 * 60_000
/** Unfinished installations are swept away after, in milliseconds. */
const DRAFT_MILLIS = 24 * 3600_000
/** Lines of npm that an error quotes. */
const QUOTED_LINES = 12
const KILL_MILLIS = 2000

const has = (error: unknown, code: string): boolean => error instanceof Error && "code" in error && error.code === code

function packageFor(name: string): AgentPackage {
  const known = knownAgent(name)
  const names = KNOWN_AGENTS.filter((one) => one.package !== undefined).map((one) => one.name)
  if (known === undefined) {
    throw new InstallFailed("unknown", `${headOf(name, 64)} cannot be installed; there are ${names.join(", ")}`)
  }
  if (known.package === undefined)
    throw new InstallFailed("builtIn", `${known.title} is part of Holdfast and needs no installation`)
  return known.package
}

/** Installs an agent, or its known version in place of another. Rejects with `InstallFailed`. */
export async function installAgent(name: string, options: InstallOptions): Promise<Installed> {
  const wanted = packageFor(name)
  const npm = npmProgram(options)
  const root = agentsDirectory(options.data)
  const draft = join(root, `.${name}.${randomUUID()}`)
  try {
    await mkdir(root, { recursive: true, mode: 0o700 })
    await sweep(root)
    await mkdir(draft, { mode: 0o700 })
    const manifest = { name: `holdfast-agent-${name}`, private: true, dependencies: { [wanted.name]: wanted.version } }
    await writeFile(join(draft, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`)
    options.tell?.({ type: "begins", package: wanted.name, version: wanted.version })
    await runNpm(npm, draft, options)
    await check(draft, wanted)
    const directory = join(root, name)
    await replace(directory, draft)
    return { package: wanted.name, version: wanted.version, directory }
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw failureOf(error)
  }
}

/** Removes an installed agent; false when there was none. Rejects with `InstallFailed`. */
export async function removeAgent(name: string, data: string): Promise<boolean> {
  packageFor(name)
  const root = agentsDirectory(data)
  const away = join(root, `.${name}.${randomUUID()}`)
  try {
    await rename(join(root, name), away)
  } catch (error) {
    if (has(error, "ENOENT")) return false
    throw failureOf(error)
  }
  await rm(away, { recursive: true, force: true })
  return true
}

function failureOf(error: unknown): InstallFailed {
  if (error instanceof InstallFailed) return error
  const message = error instanceof Error ? error.message : String(error)
  if (has(error, "ENOSPC") || has(error, "EDQUOT")) {
    return new InstallFailed("diskFull", `there is not enough disk space: ${message}; free some and try again`)
  }
  if (has(error, "EACCES") || has(error, "EROFS") || has(error, "EPERM")) {
    return new InstallFailed("denied", `the data directory cannot be written: ${message}`)
  }
  return new InstallFailed("failed", message)
}

function npmProgram({ environment, data }: InstallOptions): string {
  try {
    return findCommand(process.platform === "win32" ? "npm.cmd" : "npm", data, environment["PATH"])
  } catch (error) {
    if (!(error instanceof AdapterRefused)) throw error
    throw new InstallFailed("noNpm", "npm is not in PATH; install Node.js with npm, or put the agent's own program into PATH")
  }
}

const ARGUMENTS = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev", "--no-progress", "--loglevel=http"]

function runNpm(npm: string, cwd: string, { environment, signal, tell, timeout = TIMEOUT }: InstallOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(new InstallFailed("cancelled", "the installation was stopped"))
    const child = spawn(npm, ARGUMENTS, {
      cwd,
      env: { ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
      windowsHide: true,
      shell: process.platform === "win32",
    })
    const last: Array<string> = []
    let stopped: InstallFailed | undefined
    let killing: NodeJS.Timeout | undefined
    for (const pipe of [child.stdout, child.stderr]) {
      createInterface({ input: pipe }).on("line", (line) => {
        const text = headOf(line, 1000)
        last.push(text)
        if (last.length > 200) last.shift()
        if (text.trim() !== "") tell?.({ type: "line", text })
      })
    }
    const kill = (how: NodeJS.Signals): void => {
      try {
        if (child.pid !== undefined) process.kill(process.platform === "win32" ? child.pid : -child.pid, how)
      } catch (error) {
        // It ended in this moment.
        if (!has(error, "ESRCH")) throw error
      }
    }
    const stop = (failure: InstallFailed): void => {
      stopped ??= failure
      kill("SIGTERM")
      killing ??= setTimeout(() => kill("SIGKILL"), KILL_MILLIS)
    }
    const cancel = (): void =>
      stop(new InstallFailed("cancelled", "the installation was stopped; what was installed before is unchanged"))
    signal?.addEventListener("abort", cancel)
    const timer = setTimeout(
      () => stop(new InstallFailed("network", `npm was not ready within ${Math.round(timeout / 1000)} s; try again`)),
      timeout,
    )
    const over = (): void => {
      clearTimeout(timer)
      clearTimeout(killing)
      signal?.removeEventListener("abort", cancel)
    }
    child.on("error", (error) => {
      over()
      reject(error)
    })
    child.on("close", (code) => {
      over()
      if (stopped !== undefined) reject(stopped)
      else if (code === 0) resolve()
      else reject(npmFailure(last))
    })
  })
}

/** Why npm failed, from its own words. */
function npmFailure(lines: ReadonlyArray<string>): InstallFailed {
  const errors = lines.filter((line) => line.includes("npm error") || line.includes("ERR!"))
  const said = (errors.length > 0 ? errors : lines).slice(0, QUOTED_LINES).join("\n")
  if (/ENOSPC|EDQUOT/.test(said))
    return new InstallFailed("diskFull", `there is not enough disk space; free some and try again\n${said}`)
  if (/E404|ETARGET|EBADPLATFORM/.test(said)) {
    return new InstallFailed("notOffered", `npm's registry has no such package for this machine\n${said}`)
  }
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET|EHOSTUNREACH|E5\d\d/.test(said)) {
    return new InstallFailed("network", `npm's registry cannot be reached; check the network and npm's own settings\n${said}`)
  }
  if (/EACCES|EROFS/.test(said)) return new InstallFailed("denied", `npm lacks permission to write its files\n${said}`)
  return new InstallFailed("failed", `npm failed\n${said}`)
}

/** Whether what npm says it installed is there. */
async function check(draft: string, { name, file }: AgentPackage): Promise<void> {
  const path = join(draft, "node_modules", name, file ?? "package.json")
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() !== true) throw new InstallFailed("failed", `npm installed ${name}, but ${path} is not there`)
}

/** Puts a new directory into the place of an old one. */
async function replace(directory: string, draft: string): Promise<void> {
  const old = `${draft}.old`
  await rename(directory, old).catch((error: unknown) => {
    if (!has(error, "ENOENT")) throw error
  })
  await rename(draft, directory)
  await rm(old, { recursive: true, force: true })
}

/** Removes what installations that were killed left behind. */
async function sweep(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(".")) continue
    const found = await stat(join(root, name)).catch(() => undefined)
    if (found !== undefined && Date.now() - found.mtimeMs > DRAFT_MILLIS)
      await rm(join(root, name), { recursive: true, force: true })
  }
}
