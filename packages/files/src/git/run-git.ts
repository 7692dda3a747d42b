/**
 * Runs Git so that nothing of a repository is executed (docs/protocol/rules.md, FS-21): no hooks, pagers, editors, prompts,
 * transports or lazy fetches, with an environment that has nothing of the runner's but the way to programs and the home directory.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { constants, setPriority } from "node:os"
import { headOf } from "@holdfast/protocol/text-cut"
import { FilesRefused } from "../place/refused.ts"
import { GitMissing, gitProgram, programPlaces } from "./git-program.ts"

/** Git took longer than it may. */
export class GitLate extends FilesRefused {
  constructor(command: string, millis: number) {
    super("Unavailable", `git ${command} took longer than ${millis / 1000} s; try again`)
  }
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
    PATH: programPlaces().join(process.platform === "win32" ? ";" : ":"),
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

/** Those that run; none is started any more once they were ended. */
const running = new Set<ChildProcess>()
let isEnded = false

/** Ends Git wherever it runs, for good: what waits for it fails and cleans up. */
export function endGit(): void {
  isEnded = true
  for (const child of running) child.kill("SIGKILL")
}

/** Runs Git; rejects with `GitMissing`, or `GitLate` when it takes too long. */
export async function git(args: ReadonlyArray<string>, how: HowToRun): Promise<Ran> {
  const path = await gitProgram()
  if (isEnded) throw new FilesRefused("Unavailable", "the runner is ending")
  const { cwd, env = {}, input, most = OUT_MAX, timeout = TIMEOUT, low = false } = how
  return new Promise((resolve, reject) => {
    const child = spawn(path, [...OPTIONS, ...SETTINGS, ...args], {
      cwd,
      env: { ...environment(), ...env },
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    })
    running.add(child)
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
      running.delete(child)
      reject(
        "code" in cause && cause.code === "ENOENT"
          ? new GitMissing("Git could not be started on the hub's machine; changes are shown with it")
          : cause,
      )
    })
    child.on("close", (code) => {
      clearTimeout(timer)
      running.delete(child)
      if (isLate) return reject(new GitLate(args[0] ?? "", timeout))
      const all = Buffer.concat(out)
      resolve({ code: code ?? 128, out: isCut ? all.subarray(0, most) : all, isCut, error: headOf(error, ERROR_MAX) })
    })
  })
}

/** Runs Git and expects that it succeeds. */
export async function gitOut(args: ReadonlyArray<string>, how: HowToRun): Promise<Buffer> {
  const ran = await git(args, how)
  if (ran.code !== 0 && !ran.isCut) throw failed(args, ran)
  return ran.out
}

/** Git ended with a code that answers nothing. */
export function failed(args: ReadonlyArray<string>, { error, code }: Ran): FilesRefused {
  return new FilesRefused("Unavailable", `git ${args[0]} failed: ${reasonOf(error) || `exit code ${code}`}`)
}

/** Why Git ended: its first line that says so. */
export function reasonOf(error: string): string {
  const lines = error.trim().split("\n")
  const line = lines.find((each) => /^(fatal|error): /.test(each)) ?? lines[0] ?? ""
  return headOf(line.replace(/^(fatal|error): /, ""), 300)
}

function nice(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW)
  } catch {
    // It has ended already.
  }
}
