/**
 * Runs Git so that nothing of a repository is executed (docs/protocol/rules.md, FS-21): no hooks, pagers, editors, prompts,
 * transports or lazy fetches, with an environment that has nothing of the runner's but the way to programs and the home directory.
 */
import { spawn } from "node:child_process"
import { constants, setPriority } from "node:os"
import { access, constants as modes } from "node:fs/promises"
import { isAbsolute, join } from "node:path"
import { headOf } from "@holdfast/protocol/text-cut"
import { FilesRefused } from "../place/refused.ts"

/** There is no Git on this machine. */
export class GitMissing extends Error {
  readonly _tag = "GitMissing"
}

/** What Git printed, as bytes. */
export interface Ran {
  readonly code: number
  readonly out: Buffer
  /** It printed more than was wanted, and was ended. */
  readonly isCut: boolean
  readonly error: string
}

/** How it is run. */
export interface HowToRun {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: Buffer
  /** Most bytes of output. */
  readonly most?: number
  /** Milliseconds. */
  readonly timeout?: number
  /** Others come first. */
  readonly low?: boolean
}

const MiB = 1024 * 1024
const OUT_MAX = 64 * MiB
const ERROR_MAX = 4096
const TIMEOUT = 15_000

/** Options of every run; a repository's own configuration is read by none that could follow it. */
const OPTIONS = ["--no-pager", "--no-replace-objects"]
const SETTINGS = [
  ["core.fsmonitor", "false"],
  ["core.hooksPath", "/dev/null"],
  ["core.quotePath", "false"],
  ["core.untrackedCache", "false"],
  ["protocol.allow", "never"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["submodule.recurse", "false"],
  ["diff.submodule", "short"],
  ["core.pager", "cat"],
].flatMap(([name, value]) => ["-c", `${name}=${value}`])

const INHERITED = ["HOME", "XDG_CONFIG_HOME", "USERPROFILE", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP"]

/** The environment of every run. */
function environment(): Record<string, string> {
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    ...Object.fromEntries(inherited),
    PATH: places().join(process.platform === "win32" ? ";" : ":"),
    LC_ALL: "C",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_LAZY_FETCH: "1",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_ALLOW_PROTOCOL: "",
    GIT_PAGER: "cat",
    GIT_EDITOR: ":",
    GIT_ASKPASS: ":",
    SSH_ASKPASS: ":",
    GIT_SSH_COMMAND: ":",
  }
}

/** Where programs are looked for: nothing that is found from where Git is run. */
function places(): ReadonlyArray<string> {
  const separator = process.platform === "win32" ? ";" : ":"
  return (process.env["PATH"] ?? "").split(separator).filter((place) => isAbsolute(place))
}

let program: Promise<string | undefined> | undefined
let lookedAt = 0

/** Git's own path; looked for again after a minute where there is none. */
function gitProgram(): Promise<string | undefined> {
  const now = Date.now()
  if (program !== undefined && now - lookedAt < 60_000) return program
  lookedAt = now
  program = find(process.platform === "win32" ? "git.exe" : "git")
  return program
}

async function find(name: string): Promise<string | undefined> {
  for (const place of places()) {
    const path = join(place, name)
    if (
      await access(path, modes.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path
  }
  return undefined
}

/** Runs Git; rejects with `GitMissing`, or `FilesRefused` when it takes too long. */
export async function git(args: ReadonlyArray<string>, how: HowToRun): Promise<Ran> {
  const path = await gitProgram()
  if (path === undefined) throw new GitMissing("git is not installed on this machine")
  const { cwd, env = {}, input, most = OUT_MAX, timeout = TIMEOUT, low = false } = how
  return new Promise((resolve, reject) => {
    const child = spawn(path, [...OPTIONS, ...SETTINGS, ...args], {
      cwd,
      env: { ...environment(), ...env },
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    })
    if (low && child.pid !== undefined) nice(child.pid)
    const out: Array<Buffer> = []
    let length = 0
    let error = ""
    let isCut = false
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      child.kill("SIGKILL")
    }, timeout)
    child.stdout.on("data", (bytes: Buffer) => {
      if (isCut) return
      length += bytes.length
      out.push(bytes)
      if (length <= most) return
      isCut = true
      child.kill("SIGKILL")
    })
    child.stderr.on("data", (bytes: Buffer) => {
      if (error.length < ERROR_MAX) error += bytes.toString("utf8")
    })
    // A child that ends before it has read everything says so in its exit code.
    child.stdin.on("error", () => undefined)
    child.stdin.end(input)
    child.on("error", (cause) => {
      clearTimeout(timer)
      reject("code" in cause && cause.code === "ENOENT" ? new GitMissing("git could not be started") : cause)
    })
    child.on("close", (code) => {
      clearTimeout(timer)
      if (isLate) return reject(new FilesRefused("Unavailable", `git ${args[0]} took longer than ${timeout / 1000} s; try again`))
      const all = Buffer.concat(out)
      resolve({ code: code ?? 128, out: isCut ? all.subarray(0, most) : all, isCut, error: headOf(error, ERROR_MAX) })
    })
  })
}

/** Runs Git and expects that it succeeds. */
export async function gitOut(args: ReadonlyArray<string>, how: HowToRun): Promise<Buffer> {
  const ran = await git(args, how)
  if (ran.code !== 0 && !ran.isCut)
    throw new FilesRefused("Unavailable", `git ${args[0]} failed: ${headOf(ran.error.trim(), 500) || `exit code ${ran.code}`}`)
  return ran.out
}

function nice(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW)
  } catch {
    // It has ended already.
  }
}
