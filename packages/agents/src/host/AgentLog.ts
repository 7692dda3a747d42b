/**
 * `logs/agent.log` of a session: what an agent says on its standard error, and what the runner says about it.
 *
 * Bounded: at `LOG_MAX` bytes the file becomes `agent.log.1`, which replaces the one before. Whatever goes wrong with the
 * file stops the log and never the agent; `problem` says what it was.
 */
import { chmodSync, closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs"
import { dirname, join } from "node:path"

/** Longest log, in bytes; there are at most two. */
export const LOG_MAX = 1024 * 1024

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error
  }
}

/** The log of one agent. */
export class AgentLog {
  readonly #directory: string
  #fd: number | undefined
  #size = 0
  #problem: string | undefined

  /** `directory` is the session's own. */
  constructor(directory: string) {
    this.#directory = join(directory, "logs")
  }

  /** Why nothing is logged, if so. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Adds what the agent wrote. */
  write(bytes: Uint8Array): void {
    if (this.#problem !== undefined || bytes.length === 0) return
    try {
      const kept = bytes.length > LOG_MAX ? bytes.subarray(bytes.length - LOG_MAX) : bytes
      if (this.#fd === undefined) this.#open()
      if (this.#size > 0 && this.#size + kept.length > LOG_MAX) this.#turn()
      writeSync(this.#fd ?? -1, kept)
      this.#size += kept.length
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error)
      this.close()
    }
  }

  /** Adds a line of the runner's own. */
  say(text: string): void {
    this.write(Buffer.from(`[holdfast] ${new Date().toISOString()} ${text.replaceAll("\n", " ")}\n`))
  }

  close(): void {
    const fd = this.#fd
    this.#fd = undefined
    if (fd !== undefined) closeSync(fd)
  }

  #open(): void {
    // One level at a time: Node's recursive form never returns where the kernel refuses as it does below /proc.
    for (const path of [dirname(this.#directory), this.#directory]) makeDirectory(path)
    chmodSync(this.#directory, 0o700)
    this.#fd = openSync(join(this.#directory, "agent.log"), "a", 0o600)
    this.#size = fstatSync(this.#fd).size
  }

  #turn(): void {
    this.close()
    renameSync(join(this.#directory, "agent.log"), join(this.#directory, "agent.log.1"))
    this.#open()
  }
}
