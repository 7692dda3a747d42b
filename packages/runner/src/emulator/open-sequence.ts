/**
 * The control sequence that output is in the middle of. A checkpoint ends with it, so that what follows completes it.
 *
 * Strings (OSC, DCS) over 64 KiB are given up: the rest of one is passed over without being kept, so that a string that
 * never ends costs nothing.
 */

import { isUtf8 } from "node:buffer"
import { decodeCharacters } from "./utf8.ts"

/** Longest control string that counts, in bytes. */
export const MAX_STRING_BYTES = 64 * 1024

const OSC_STRING = 8
const ESC = 0x1b
const BEL = 0x07
const C1_LEAD = 0xc2

/** Prefixes of strings that every terminal ignores to their end. */
const IGNORED_OSC = Buffer.from("\x1b]9999;")
const IGNORED_STRING = Buffer.from("\x1b_")
const EMPTY = Buffer.alloc(0)

const isIntroducer = (bytes: Uint8Array, at: number): boolean => {
  if (bytes[at] === ESC) return true
  if (bytes[at] !== C1_LEAD) return false
  const second = bytes[at + 1] ?? 0
  return second === 0x90 || second === 0x98 || second === 0x9b || (second >= 0x9d && second <= 0x9f)
}

/** What is open after the output seen so far. */
export class OpenSequence {
  #bytes: Buffer = EMPTY
  #skipping: "no" | "osc" | "other" = "no"

  /** Whether the rest of a string that was given up is being passed over. */
  get skipping(): boolean {
    return this.#skipping !== "no"
  }

  /** The bytes a checkpoint ends with. */
  get bytes(): Buffer {
    if (this.#skipping !== "no") return this.#skipping === "osc" ? IGNORED_OSC : IGNORED_STRING
    return this.#bytes
  }

  /** Takes what was just parsed and the parser's state after it. True: the string is to be aborted in the parser. */
  parsed(output: Uint8Array, state: number): boolean {
    if (state === 0) {
      this.#bytes = EMPTY
      return false
    }
    // What is no UTF-8 is what it was read as: without what stood in between it might be something else.
    const bytes = isUtf8(output) ? output : Buffer.from(decodeCharacters(output))
    let from = bytes.length - 1
    while (from >= 0 && !isIntroducer(bytes, from)) from--
    // Controls within a sequence were carried out, those within a string count for nothing.
    const kept = Buffer.from((from < 0 ? bytes : bytes.subarray(from)).filter((byte) => byte >= 0x20 || byte === ESC))
    this.#bytes = from < 0 ? Buffer.concat([this.#bytes, kept]) : kept
    if (this.#bytes.length <= MAX_STRING_BYTES) return false
    this.#bytes = EMPTY
    this.#skipping = state === OSC_STRING ? "osc" : "other"
    return true
  }

  /** How many of these bytes belong to the string that is being passed over. */
  skip(bytes: Uint8Array): number {
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0
      const ends =
        byte === ESC ||
        byte === 0x18 ||
        byte === 0x1a ||
        (byte === BEL && this.#skipping === "osc") ||
        (byte === C1_LEAD && (bytes[at + 1] ?? 0) >= 0x80 && (bytes[at + 1] ?? 0) < 0xa0)
      if (!ends) continue
      this.#skipping = "no"
      return byte === BEL ? at + 1 : at
    }
    return bytes.length
  }
}
