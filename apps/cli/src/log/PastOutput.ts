/**
 * The bytes of terminal output from a log on standard output (docs/protocol/rules.md, T-19): as they are into a pipe or a file; on
 * a terminal as in `attach`, through its filter, as the past. The terminal is given back at the end.
 */
import { OutputFilter } from "../attach/OutputFilter.ts"
import { OwnTerminal } from "../attach/OwnTerminal.ts"
import { writeOut } from "../output.ts"

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** Output on its way out. */
export class PastOutput {
  readonly #filter = new OutputFilter({ clipboard: false })
  readonly #terminal = process.stdout.isTTY ? new OwnTerminal() : undefined
  readonly #ended = (): never => process.exit(130)

  constructor() {
    this.#filter.live = false
    if (this.#terminal === undefined) return
    this.#filter.size = this.#terminal.size
    this.#terminal.undo = this.#filter.undo
    this.#terminal.takeInLine(false)
    for (const signal of SIGNALS) process.once(signal, this.#ended)
  }

  /** Writes one piece. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#terminal === undefined) return writeOut(bytes)
    const kept = this.#filter.push(bytes)
    this.#terminal.alternate = this.#filter.alternate
    this.#terminal.origin = this.#filter.origin
    await writeOut(kept)
  }

  /** Gives the terminal back. */
  end(): void {
    for (const signal of SIGNALS) process.off(signal, this.#ended)
    this.#terminal?.restore()
  }
}
