/** The scripted agent's way out: lines in order, paced by whoever reads them. */
import { once } from "node:events"
import type { Writable } from "node:stream"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { ScriptedOutput } from "./scripted-lines.ts"

/** Writes lines; `drained` resolves when more may be written. */
export class Output {
  readonly #stream: Writable
  #full = false
  /** Words that were said in this turn. */
  words = 0

  constructor(stream: Writable) {
    this.#stream = stream
  }

  send(line: ScriptedOutput): void {
    this.#full = !this.#stream.write(`${JSON.stringify(line)}\n`)
  }

  chunk(chunk: AgentChunk): void {
    this.send({ type: "chunk", chunk })
  }

  async drained(): Promise<void> {
    if (!this.#full) return
    await once(this.#stream, "drain")
    this.#full = false
  }
}
