/**
 * Terminals on Linux and macOS.
 *
 * The master is read by us to its very end: whatever a child wrote before it ended comes out before its exit.
 * When something it left behind still holds the terminal, what is there is read until it is quiet, and the terminal is closed,
 * as a closing terminal window does.
 */
import { readSync } from "node:fs"
import { constants } from "node:os"
import { ReadStream } from "node:tty"
import type { TerminalSpec } from "@holdfast/protocol/terminal-spec"
import { AdapterRefused, type Adapter, type AdapterHandle, type AdapterSink, type ChildExit } from "@holdfast/adapter/adapter"
import { checkDirectory, checkSize, findCommand } from "@holdfast/adapter/process/command"
import { childEnvironment, variableOf } from "@holdfast/adapter/process/environment"
import { InputQueue } from "./InputQueue.ts"
import { resizeTerminal, startOnTerminal } from "./native.ts"
import { endProcesses, foregroundGroup, signalProcess } from "@holdfast/adapter/process/processes"
import type { Spawned } from "./spawn-terminal.ts"

/** Most bytes that become one entry: what is there is taken in one go, then others get their turn. */
const ENTRY_BYTES = 256 * 1024
/** After the exit, with the terminal still held by another process: quiet for this long means that all was read. */
const QUIET_MILLIS = 100
/** The same, when it never gets quiet. */
const LINGER_MILLIS = 1000

/** More than the kernel can hold of what was written before the exit: beyond it a paused terminal's rest is another process's. */
const REST_BYTES = 256 * 1024

/** All terminals read into this one: reading and what follows are one step on the loop. */
const scratch = Buffer.allocUnsafeSlow(ENTRY_BYTES)
const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]))

/** What a terminal is started with. */
export interface PtySpec {
  readonly terminal: TerminalSpec
  readonly session: string
  /** Value of the marker in its environment: `<generation>:<child id>`. */
  readonly marker: string
  readonly inputMax: number
  /** The user's own environment. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Terminals of Linux and macOS. */
export const ptyAdapter: Adapter<PtySpec> = { kind: "terminal", start: (spec, sink) => new PtyChild(spec, sink) }

class PtyChild implements AdapterHandle {
  readonly pid: number
  readonly #fd: number
  readonly #stream: ReadStream
  readonly #input: InputQueue
  readonly #sink: AdapterSink
  readonly #marker: string
  #size: { cols: number; rows: number }
  #exit: ChildExit | undefined
  #ended = false
  #finished = false
  #paused = false
  #afterExit = 0
  #quiet: NodeJS.Timeout | undefined
  #linger: NodeJS.Timeout | undefined

  constructor(spec: PtySpec, sink: AdapterSink) {
    const { command, args, cwd, cols, rows, term, env } = spec.terminal
    checkSize(cols, rows)
    checkDirectory(cwd)
    const environment = childEnvironment({
      base: spec.environment,
      session: spec.session,
      marker: spec.marker,
      cwd,
      term,
      added: env,
    })
    const program = findCommand(command, cwd, variableOf(environment, "PATH"))
    this.#sink = sink
    this.#marker = spec.marker
    this.#size = { cols, rows }
    let started: Spawned
    try {
      const argv = [command, ...args]
      started = startOnTerminal({ program, argv, env: environment, cwd, cols, rows }, (code, signal) =>
        this.#exited(code, signal),
      )
    } catch (error) {
      if (error instanceof AdapterRefused) throw error
      throw new AdapterRefused(
        "Unavailable",
        `the system provides no terminal: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
    this.pid = started.pid
    this.#fd = started.fd
    this.#input = new InputQueue(started.fd, spec.inputMax)
    this.#stream = new ReadStream(started.fd, { onread: { buffer: scratch, callback: (count) => this.#readable(count) } })
    this.#stream.resume()
    this.#stream.on("error", () => this.#endOfOutput())
    this.#stream.on("end", () => this.#endOfOutput())
    this.#stream.on("close", () => this.#endOfOutput())
  }

  write(bytes: Uint8Array, settled: (failure: { tag: string; message: string } | undefined) => void): void {
    this.#input.add(bytes, settled)
  }

  resize(cols: number, rows: number): boolean {
    checkSize(cols, rows)
    if (this.#finished || this.#ended || (cols === this.#size.cols && rows === this.#size.rows)) return false
    if (!this.#paused) this.#drain(0)
    if (this.#finished) return false
    resizeTerminal(this.#fd, cols, rows)
    this.#size = { cols, rows }
    return true
  }

  signal(name: string): void {
    const known = Object.hasOwn(constants.signals, name)
    if (!known) throw new AdapterRefused("Unprocessable", `${JSON.stringify(name)} is not a signal: use a name such as SIGINT`)
    if (this.#exit !== undefined) throw new AdapterRefused("SessionNotReady", "the process has ended")
    const group = foregroundGroup(this.pid)
    if (group > 0 && signalProcess(-group, name as NodeJS.Signals)) return
    if (!signalProcess(-this.pid, name as NodeJS.Signals)) signalProcess(this.pid, name as NodeJS.Signals)
  }

  foreground(): number | undefined {
    const group = this.#exit === undefined ? foregroundGroup(this.pid) : 0
    return group > 0 ? group : undefined
  }

  pause(): void {
    this.#paused = true
    if (this.#exit === undefined) this.#stream.pause()
  }

  continue(): void {
    this.#paused = false
    if (!this.#finished) this.#stream.resume()
  }

  async end(graceMillis: number): Promise<void> {
    if (process.platform === "linux") {
      const { left } = await endProcesses(
        {
          marked: (marker) => marker === this.#marker,
          leader: () => (this.#exit === undefined ? this.pid : undefined),
        },
        graceMillis,
      )
      if (left.length > 0) {
        throw new AdapterRefused("Unavailable", `processes ${left.map(({ pid }) => pid).join(", ")} do not end`)
      }
    } else {
      await this.#endGroup(graceMillis)
    }
    if (!this.#finished) await new Promise<void>((resolve) => this.#whenFinished.push(resolve))
  }

  readonly #whenFinished: Array<() => void> = []

  async #endGroup(graceMillis: number): Promise<void> {
    for (const signal of ["SIGHUP", "SIGTERM", "SIGCONT"] as const) signalProcess(-this.pid, signal)
    const killAt = performance.now() + graceMillis
    while (this.#exit === undefined || signalProcess(-this.pid, "SIGCONT")) {
      if (performance.now() >= killAt && !signalProcess(-this.pid, "SIGKILL")) break
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }

  /** `count` bytes were read into `scratch`. False stops the reading. */
  #readable(count: number): boolean {
    if (this.#finished) return false
    this.#drain(count)
    this.#input.flush()
    if (this.#exit !== undefined && this.#paused && this.#afterExit > REST_BYTES) this.#finish()
    if (this.#finished) return false
    if (this.#quiet !== undefined) this.#waitForQuiet()
    return !this.#paused || this.#exit !== undefined
  }

  /** Takes what can be read now, up to one entry, after what `scratch` holds already. */
  #drain(already: number): void {
    let filled = already
    let over = false
    while (filled < ENTRY_BYTES && !over) {
      try {
        const count = readSync(this.#fd, scratch, filled, ENTRY_BYTES - filled, null)
        filled += count
        over = count === 0
      } catch {
        // EAGAIN: nothing more now. EIO: nothing more ever, which the stream says by itself.
        over = true
      }
    }
    if (this.#exit !== undefined) this.#afterExit += filled
    if (filled > 0) this.#sink.output(scratch.subarray(0, filled))
  }

  #exited(code: number, signal: number): void {
    const name = signalNames.get(signal)
    this.#exit = signal === 0 ? { code } : { code: 128 + signal, signal: name ?? `SIG${signal}` }
    this.#input.close()
    if (this.#ended) return this.#finish()
    if (this.#finished) return
    this.#stream.resume()
    this.#waitForQuiet()
    this.#linger = setTimeout(() => this.#finish(), LINGER_MILLIS)
  }

  #waitForQuiet(): void {
    clearTimeout(this.#quiet)
    this.#quiet = setTimeout(() => this.#finish(), QUIET_MILLIS)
  }

  #endOfOutput(): void {
    if (this.#ended) return
    this.#ended = true
    // The stream has closed the descriptor: from here on its number may belong to something else.
    this.#input.close()
    if (this.#exit !== undefined) this.#finish()
  }

  #finish(): void {
    if (this.#finished) return
    if (!this.#ended) this.#drain(0)
    this.#finished = true
    clearTimeout(this.#quiet)
    clearTimeout(this.#linger)
    this.#input.close()
    this.#stream.destroy()
    if (this.#exit !== undefined) this.#sink.exit(this.#exit)
    for (const resolve of this.#whenFinished.splice(0)) resolve()
  }
}
