/**
 * Tells a person's typing from what a terminal reports by itself (docs/protocol/rules.md, T-27).
 */
import { InputReader } from "./InputReader.ts"
import { isTyped } from "./token.ts"

const ESC = 0x1b

/** Watches the inputs of one attachment. */
export class TypingWatch {
  readonly #reader = new InputReader()

  /** Whether a person's key, paste or click is in the next input. An ESC at its end is taken for the escape key. */
  read(bytes: Uint8Array): boolean {
    // Without an ESC all are keys. Most inputs are such, and some are large.
    if (!this.#reader.waits && !this.#reader.isInside && !bytes.includes(ESC)) return bytes.length > 0
    const typed = this.#reader.read(bytes).some(isTyped)
    return typed || this.#reader.escaping
  }
}
