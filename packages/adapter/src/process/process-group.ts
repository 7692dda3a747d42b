/**
 * An agent's process, in a session and process group of its own, with everything it started.
 *
 * `exit` is reported once, after its output was read to the end; an output that another process still holds open is given
 * up after `LINGER_MILLIS`. Ending reaches processes that left the group too: on Linux they are found by their marker.
 */
import { spawn, type ChildProcessByStdio } from "node:child_process"
import { constants } from "node:os"
import type { Readable, Writable } from "node:stream"
import { AdapterRefused, type ChildExit } from "../adapter.ts"
import { checkDirectory, findCommand } from "./command.ts"
import { MARKER } from "./environment.ts"
import { endProcesses, signalProcess } from "./processes.ts"
import { withOpenFiles } from "./open-files.ts"

/** After the exit, how long its output is waited for when another process holds it, in milliseconds. */
const LINGER_MILLIS = 250
/** How often a group is looked at where there is nothing better, in milliseconds. */
const LOOK_MILLIS = 25
/** Bytes an agent may leave unread before it counts as stuck. */
const INPUT_MAX_BYTES = 64 * 1024 * 1024

/** Environment of an agent's process. */
export type AgentEnvironment = Readonly<Record<string, string>>

/** What to start. `cwd` is absolute. */
export interface AgentProgram {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly cwd: string
  /** In place of the host's, with its marker. */
  readonly environment?: AgentEnvironment
}

/** Receives what a process reports. */
export interface AgentProcessEvents {
  readonly error: (bytes: Buffer) => void
  readonly exit: (exit: ChildExit) => void
  /** It closed its output, but is there still. */
  readonly closedOutput: () => void
  /** What was written cannot reach it. */
  readonly unwritable: (message: string) => void
}

/** A process with pipes. */
export type AgentChildProcess = ChildProcessByStdio<Writable, Readable, Readable>

/** Ends every process that carries a marker; `pid` leads the group. Rejects with `AdapterRefused` when some stay. */
export async function endGroup(marker: string | undefined, pid: number | undefined, graceMillis: number): Promise<void> {
  if (process.platform === "linux") {
    const { left } = await endProcesses({ marked: (found) => found === marker, leader: () => pid }, graceMillis)
    if (left.length > 0) {
      throw new AdapterRefused("Unavailable", `processes ${left.map((entry) => entry.pid).join(", ")} do not end`)
    }
    return
  }
  if (pid === undefined) return
  for (const signal of ["SIGTERM", "SIGCONT"] as const) signalProcess(-pid, signal)
  const killAt = performance.now() + graceMillis
  while (signalProcess(-pid, "SIGCONT")) {
    if (performance.now() >= killAt && !signalProcess(-pid, "SIGKILL")) return
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLIS))
  }
}

/** A running process of an agent. */
export class AgentProcess {
  readonly pid: number
  /** For libraries that read and write by themselves; errors of its pipes are taken care of. */
  readonly child: AgentChildProcess
  readonly #events: AgentProcessEvents
  readonly #marker: string | undefined
  #exit: ChildExit | undefined
  #outputOver = false
  #errorsOver = false
  #told = false
  #linger: NodeJS.Timeout | undefined

  /** Starts it; throws `AdapterRefused`, and then nothing ran. */
  constructor(program: AgentProgram, environment: AgentEnvironment, events: AgentProcessEvents) {
    checkDirectory(program.cwd)
    const command = findCommand(program.command, program.cwd, environment["PATH"])
    this.#events = events
    this.#marker = environment[MARKER]
    const child: AgentChildProcess = withOpenFiles(
      () =>
        spawn(command, program.args, {
          cwd: program.cwd,
          env: environment,
          detached: process.platform !== "win32",
          stdio: ["pipe", "pipe", "pipe"],
          windowsHide: true,
        }),
      ({ pid }) => pid,
    )
    this.child = child
    this.pid = child.pid ?? 0
    child.on("error", (error) => {
      if (child.pid !== undefined) return events.unwritable(error.message)
      events.error(Buffer.from(`${error.message}\n`))
      this.#gone({ code: 127 })
    })
    child.on("exit", (code, signal) => this.#exited(code, signal))
    child.stdin.on("error", (error) => {
      if (this.#exit === undefined) events.unwritable(error.message)
    })
    child.stdout.on("error", () => this.#endOfOutput())
    child.stdout.on("end", () => this.#endOfOutput())
    child.stdout.on("close", () => this.#endOfOutput())
    child.stderr.on("data", events.error)
    for (const end of ["end", "error", "close"]) child.stderr.on(end, () => this.#endOfErrors())
  }

  /** Writes text to its input. */
  write(text: string): void {
    const { stdin } = this.child
    if (stdin.destroyed || stdin.writableEnded) return
    stdin.write(text)
    if (stdin.writableLength > INPUT_MAX_BYTES) this.#events.unwritable("it does not read what it is sent")
  }

  pause(): void {
    if (this.#exit === undefined) this.child.stdout.pause()
  }

  continue(): void {
    this.child.stdout.resume()
  }

  /** Closes its input, then ends it and all it started. Rejects with `AdapterRefused`. */
  async end(graceMillis: number): Promise<void> {
    this.child.stdin.destroy()
    this.child.stdout.resume()
    await endGroup(this.#marker, this.#exit === undefined ? this.pid : undefined, graceMillis)
  }

  #exited(code: number | null, signal: NodeJS.Signals | null): void {
    this.#gone(signal === null ? { code: code ?? 1 } : { code: 128 + constants.signals[signal], signal })
  }

  #gone(exit: ChildExit): void {
    if (this.#exit !== undefined) return
    this.#exit = exit
    if (this.#outputOver && this.#errorsOver) return this.#tell()
    this.child.stdout.resume()
    this.#linger = setTimeout(() => this.#tell(), LINGER_MILLIS)
  }

  #endOfOutput(): void {
    if (this.#outputOver) return
    this.#outputOver = true
    if (this.#exit === undefined) this.#events.closedOutput()
    else if (this.#errorsOver) this.#tell()
  }

  #endOfErrors(): void {
    this.#errorsOver = true
    if (this.#exit !== undefined && this.#outputOver) this.#tell()
  }

  #tell(): void {
    if (this.#told || this.#exit === undefined) return
    this.#told = true
    clearTimeout(this.#linger)
    for (const pipe of [this.child.stdin, this.child.stdout, this.child.stderr]) pipe.destroy()
    this.#events.exit(this.#exit)
  }
}
