/**
 * Commands that an agent has its client run: each in a process group of its own, below the session's directory, with its
 * output bounded (the oldest goes first). All of them end with the agent.
 */
import { RequestError } from "@agentclientprotocol/sdk"
import { type ChildProcess, spawn } from "node:child_process"
import { headOf, tailOf } from "@holdfast/protocol/text-cut"
import { AdapterRefused } from "@holdfast/adapter/adapter"
import type { AgentEnvironment } from "@holdfast/adapter/process/process-group"
import { findCommand } from "@holdfast/adapter/process/command"
import { signalProcess } from "@holdfast/adapter/process/processes"
import { withOpenFiles } from "@holdfast/adapter/process/open-files"
import { at, listOf, numberOf, textOf } from "./read-json.ts"
import type { SessionFiles } from "./SessionFiles.ts"

const TERMINALS_MAX = 64
const OUTPUT_MAX = 1024 * 1024
/** Characters that are kept of a released terminal's output, and of all of a turn's. */
const LAST_MAX = 256 * 1024
const LASTS_MAX = 8 * 1024 * 1024
/** From SIGTERM to SIGKILL, and how long an output that others hold is waited for, in milliseconds. */
const KILL_MILLIS = 1000
const LINGER_MILLIS = 250

/** How a command ended. */
interface ExitStatus {
  readonly exitCode: number | null
  readonly signal: string | null
}

class Terminal {
  readonly #child: ChildProcess
  readonly #limit: number
  readonly #grew: () => void
  readonly #exit = Promise.withResolvers<ExitStatus>()
  #parts: Array<Buffer> = []
  #bytes = 0
  #cut = false
  #status: ExitStatus | undefined

  constructor(child: ChildProcess, limit: number, grew: () => void) {
    this.#child = child
    this.#limit = limit
    this.#grew = grew
    for (const pipe of [child.stdout, child.stderr]) pipe?.on("data", (bytes: Buffer) => this.#add(bytes))
    child.on("error", (error) => {
      this.#add(Buffer.from(`${error.message}\n`))
      this.#over({ exitCode: 127, signal: null })
    })
    child.on("exit", (exitCode, signal) => {
      const status = { exitCode, signal }
      const linger = setTimeout(() => this.#over(status), LINGER_MILLIS)
      child.on("close", () => {
        clearTimeout(linger)
        this.#over(status)
      })
    })
  }

  get exit(): Promise<ExitStatus> {
    return this.#exit.promise
  }

  get text(): string {
    const bytes = Buffer.concat(this.#parts)
    let from = Math.max(0, bytes.length - this.#limit)
    // Not in the middle of a character.
    while (from > 0 && from < bytes.length && ((bytes[from] ?? 0) & 0xc0) === 0x80) from++
    return bytes.toString("utf8", from)
  }

  get output(): { readonly output: string; readonly truncated: boolean; readonly exitStatus: ExitStatus | null } {
    return { output: this.text, truncated: this.#cut, exitStatus: this.#status ?? null }
  }

  kill(): void {
    const { pid } = this.#child
    if (pid === undefined || this.#status !== undefined) return
    signalProcess(-pid, "SIGTERM")
    const timer = setTimeout(() => signalProcess(-pid, "SIGKILL"), KILL_MILLIS)
    void this.exit.then(() => clearTimeout(timer))
  }

  #add(bytes: Buffer): void {
    this.#parts.push(bytes)
    this.#bytes += bytes.length
    this.#cut ||= this.#bytes > this.#limit
    while (this.#parts.length > 1 && this.#bytes - (this.#parts[0]?.length ?? 0) >= this.#limit) {
      this.#bytes -= this.#parts.shift()?.length ?? 0
    }
    this.#grew()
  }

  #over(status: ExitStatus): void {
    if (this.#status !== undefined) return
    this.#status = status
    for (const pipe of [this.#child.stdout, this.#child.stderr]) pipe?.destroy()
    this.#exit.resolve(status)
  }
}

/** The terminals of one agent. */
export class Terminals {
  readonly #files: SessionFiles
  readonly #environment: AgentEnvironment
  readonly #grew: (id: string) => void
  readonly #terminals = new Map<string, Terminal>()
  /** What released terminals last showed, for calls that still show it. */
  readonly #last = new Map<string, string>()
  #lastCharacters = 0
  #count = 0
  #closed = false

  /** `grew`: a terminal has more output. */
  constructor(files: SessionFiles, environment: AgentEnvironment, grew: (id: string) => void) {
    this.#files = files
    this.#environment = environment
    this.#grew = grew
  }

  /** Output of a terminal so far. */
  text(id: string): string | undefined {
    return this.#terminals.get(id)?.text ?? this.#last.get(id)
  }

  /** Answers a `terminal/…` request; rejects with `RequestError`. */
  async answer(method: string, params: unknown): Promise<unknown> {
    if (method === "terminal/create") return this.#create(params)
    const id = textOf(at(params, "terminalId")) ?? ""
    const terminal = this.#terminals.get(id)
    if (terminal === undefined) throw RequestError.invalidParams(undefined, `there is no terminal ${headOf(id, 64)}`)
    switch (method) {
      case "terminal/output":
        return terminal.output
      case "terminal/wait_for_exit":
        return terminal.exit
      case "terminal/kill":
        terminal.kill()
        return {}
      case "terminal/release":
        terminal.kill()
        this.#terminals.delete(id)
        this.#keep(id, tailOf(terminal.text, LAST_MAX))
        return {}
      default:
        throw RequestError.methodNotFound(method)
    }
  }

  /** Stops what runs; the turn was interrupted. */
  stop(): void {
    for (const terminal of this.#terminals.values()) terminal.kill()
  }

  /** The turn is over: what released terminals showed is not needed any more. */
  forget(): void {
    this.#last.clear()
    this.#lastCharacters = 0
  }

  close(): void {
    this.#closed = true
    this.stop()
  }

  /** The oldest go first. */
  #keep(id: string, text: string): void {
    this.#last.set(id, text)
    this.#lastCharacters += text.length
    for (const [oldest, { length }] of this.#last) {
      if (this.#lastCharacters <= LASTS_MAX) return
      this.#last.delete(oldest)
      this.#lastCharacters -= length
    }
  }

  async #create(params: unknown): Promise<{ readonly terminalId: string }> {
    const command = textOf(at(params, "command"))
    if (command === undefined) throw RequestError.invalidParams(undefined, "command is missing")
    if (this.#terminals.size >= TERMINALS_MAX) throw RequestError.invalidParams(undefined, `at most ${TERMINALS_MAX} terminals`)
    const args = listOf(at(params, "args")).filter((arg) => typeof arg === "string")
    const cwd = await this.#files.directory(at(params, "cwd"))
    if (this.#closed) throw RequestError.internalError(undefined, "the agent is ending")
    const environment: Record<string, string> = { ...this.#environment }
    for (const pair of listOf(at(params, "env"))) {
      const [name, value] = [textOf(at(pair, "name")), at(pair, "value")]
      if (name !== undefined && typeof value === "string") environment[name] = value
    }
    const limit = Math.min(numberOf(at(params, "outputByteLimit")) ?? OUTPUT_MAX, OUTPUT_MAX)
    const [program, words] = programOf(command, args, cwd, environment["PATH"])
    const child = withOpenFiles(
      () =>
        spawn(program, words, {
          cwd,
          env: environment,
          detached: process.platform !== "win32",
          stdio: ["ignore", "pipe", "pipe"],
          windowsHide: true,
        }),
      ({ pid }) => pid,
    )
    const id = `terminal-${++this.#count}`
    this.#terminals.set(id, new Terminal(child, limit, () => this.#grew(id)))
    return { terminalId: id }
  }
}

/** The program and its arguments; a command that is no program but a line for the shell is given to it. */
function programOf(
  command: string,
  args: ReadonlyArray<string>,
  cwd: string,
  path: string | undefined,
): readonly [string, ReadonlyArray<string>] {
  try {
    return [findCommand(command, cwd, path), args]
  } catch (error) {
    if (args.length === 0 && /\s/.test(command)) return ["/bin/sh", ["-c", command]]
    if (error instanceof AdapterRefused) throw RequestError.invalidParams(undefined, error.failure.message)
    throw error
  }
}
