/** The tools of the scripted agent: they really run, inside its working directory. */
import { spawn } from "node:child_process"
import { constants, statSync } from "node:fs"
import { mkdir, realpath, writeFile } from "node:fs/promises"
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path"
import { StringDecoder } from "node:string_decoder"
import { headOf, tailOf } from "@holdfast/protocol/text-cut"
import { goneText } from "../host/gone-directory.ts"

/** Longest output of a command that is kept, in characters; what is beyond it is counted and left out. */
export const OUTPUT_MAX = 5 * 1024 * 1024
/** What is shown of a running command: the end of its output, this many characters, at most every this many milliseconds. */
const PREVIEW_CHARACTERS = 2048
const PREVIEW_MILLIS = 200
/** From SIGTERM to SIGKILL of an interrupted command, and how long an output that others hold is waited for, in milliseconds. */
const KILL_MILLIS = 300
const LINGER_MILLIS = 250

/** Result of a command. */
export interface CommandResult {
  readonly output: string
  readonly exitCode: number
  readonly signal?: string
}

/** Signals a group that may be gone already. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended meanwhile.
  }
}

/** Commands that run now, by the pid of their group. */
const running = new Set<number>()

/** Kills what still runs; for the end of the process. */
export function killCommands(): void {
  for (const pid of running) signalGroup(pid, "SIGKILL")
}

const isThere = (cwd: string): boolean => statSync(cwd, { throwIfNoEntry: false })?.isDirectory() === true

/** Runs a command in a process group of its own; `preview` gets the end of its output while it runs. Aborting ends it. */
export function runCommand(
  command: string,
  cwd: string,
  signal: AbortSignal,
  preview: (tail: string) => void,
): Promise<CommandResult> {
  return new Promise((settle) => {
    const child = spawn("bash", ["-c", command], { cwd, detached: true, stdio: ["ignore", "pipe", "pipe"] })
    const pid = child.pid
    let output = ""
    let left = 0
    let shown = 0
    let result: Omit<CommandResult, "output"> | undefined
    let done = false
    const timers = new Set<NodeJS.Timeout>()
    const finish = (): void => {
      if (done || result === undefined) return
      done = true
      for (const timer of timers) clearTimeout(timer)
      signal.removeEventListener("abort", stop)
      child.stdout.destroy()
      child.stderr.destroy()
      if (pid !== undefined) running.delete(pid)
      const note = left === 0 ? "" : `\n[… ${left} more characters were left out …]\n`
      settle({ output: output + note, ...result })
    }
    const stop = (): void => {
      if (pid === undefined) return
      signalGroup(pid, "SIGTERM")
      timers.add(setTimeout(() => signalGroup(pid, "SIGKILL"), KILL_MILLIS))
    }
    const take = (text: string): void => {
      const room = OUTPUT_MAX - output.length
      output += headOf(text, room)
      left += Math.max(0, text.length - room)
      const now = performance.now()
      if (now - shown < PREVIEW_MILLIS || result !== undefined) return
      shown = now
      preview(tailOf(output, PREVIEW_CHARACTERS))
    }
    for (const stream of [child.stdout, child.stderr]) {
      const decoder = new StringDecoder("utf8")
      stream.on("data", (bytes: Buffer) => take(decoder.write(bytes)))
      stream.on("end", () => take(decoder.end()))
    }
    if (pid !== undefined) running.add(pid)
    child.on("error", (error) => {
      // Node names the program also when it is the directory that is missing.
      output += isThere(cwd) ? error.message : goneText(cwd)
      result ??= { exitCode: 127 }
      finish()
    })
    child.on("exit", (code, name) => {
      result = name === null ? { exitCode: code ?? 1 } : { exitCode: 128, signal: name }
      timers.add(setTimeout(finish, LINGER_MILLIS))
    })
    child.on("close", finish)
    signal.addEventListener("abort", stop)
    if (signal.aborted) stop()
  })
}

/** The deepest directory of a path that exists, as it really is. */
async function realDirectory(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT") || dirname(path) === path) throw error
    return realDirectory(dirname(path))
  }
}

/** Writes a file below the working directory; rejects with an `Error` that says why not. Gives its bytes. */
export async function writeBelow(cwd: string, path: string, content: string): Promise<number> {
  const target = resolve(cwd, path)
  if (!isThere(cwd)) throw new Error(goneText(cwd))
  const root = await realpath(cwd)
  const inside = (place: string): boolean => {
    const way = relative(root, place)
    return way === "" || (!isAbsolute(way) && way !== ".." && !way.startsWith(`..${sep}`))
  }
  const outside = `${path} is outside the working directory`
  if (!inside(await realDirectory(target)) || !inside(await realDirectory(dirname(target)))) throw new Error(outside)
  await mkdir(dirname(target), { recursive: true })
  const directory = await realpath(dirname(target))
  if (!inside(directory)) throw new Error(outside)
  // A link in the file's place is not followed: it may lead out, also when nothing is there yet.
  const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = constants
  await writeFile(join(directory, basename(target)), content, { flag: O_CREAT | O_NOFOLLOW | O_TRUNC | O_WRONLY })
  return Buffer.byteLength(content)
}
