/**
 * Text that sessions made, on standard output (docs/protocol/rules.md, T-19): as it is into a pipe or a file, without anything
 * that a terminal would carry out on a terminal.
 */
import { writeOut } from "../output.ts"
import { harmlessJson } from "./harmless-json.ts"
import { printableLines } from "./printable.ts"

/** Writes pieces of a text in a format; `end` writes what was held back of the last one. */
export class ForeignText {
  readonly #decoder = new TextDecoder()
  readonly #isJson: boolean
  #held = ""

  constructor(format: "json" | "text") {
    this.#isJson = format === "json"
  }

  /** Writes one piece, cut anywhere. */
  async write(piece: Uint8Array): Promise<void> {
    if (!process.stdout.isTTY) return writeOut(piece)
    const text = this.#held + this.#decoder.decode(piece, { stream: true })
    // A carriage return may belong to a line end.
    this.#held = text.endsWith("\r") ? "\r" : ""
    await writeOut(this.#shown(text.slice(0, text.length - this.#held.length)))
  }

  /** Writes the rest. */
  async end(): Promise<void> {
    if (process.stdout.isTTY) await writeOut(this.#shown(this.#held + this.#decoder.decode()))
  }

  #shown(text: string): string {
    return this.#isJson ? harmlessJson(text) : printableLines(text)
  }
}
