/**
 * Reads what a terminal sends when a person uses it, whatever way the bytes are cut (docs/protocol/rules.md, T-27, T-28).
 *
 * The one reading of keys, pastes and reports: everything that decides by what was typed decides by its tokens. All bytes
 * are in a token, in order, so that what is not ours can be passed on as it came. Bytes that may be the begin of a sequence wait; an ESC that
 * stays alone is the escape key once `flush` is called, a moment after it came. Within a paste nothing is a key.
 *
 * Understood: xterm and its kin, modifyOtherKeys, kitty's keyboard protocol, bracketed paste, focus reports, the mouse as X10, SGR and urxvt
 * report it, and answers of every form. Reports of mode 1005 and 8-bit controls are not.
 */
import { sequenceAt } from "./sequence.ts"
import type { InputToken } from "./token.ts"

const EMPTY = new Uint8Array(0)
const PASTE_END = new TextEncoder().encode("\u001b[201~")
const ESC = 0x1b
const BEL = 0x07

/** One terminal's input. */
export class InputReader {
  #held: Uint8Array = EMPTY
  #within: "keys" | "paste" | "string" = "keys"

  /** Whether bytes wait for what may follow them, and `flush` would say what they are. */
  get waits(): boolean {
    return this.#within === "keys" && this.#held.length > 0
  }

  /** Whether all there is of a key that waits is ESC. */
  get escaping(): boolean {
    return this.waits && this.#held.length === 1
  }

  /** The tokens in the next bytes. */
  read(bytes: Uint8Array): ReadonlyArray<InputToken> {
    return this.#tokens(joined(this.#held, bytes), false)
  }

  /** What waited is all there is. */
  flush(): ReadonlyArray<InputToken> {
    return this.waits ? this.#tokens(this.#held, true) : []
  }

  /** Whether a paste or an answer is not over. */
  get isInside(): boolean {
    return this.#within !== "keys"
  }

  /** Nothing more of the paste or the answer comes: its end mark was lost, and what follows are keys. */
  abandon(): ReadonlyArray<InputToken> {
    const [within, held] = [this.#within, this.#held]
    if (within === "keys") return []
    this.#within = "keys"
    this.#held = EMPTY
    if (within === "string") return held.length === 0 ? [] : [{ _tag: "Answer", bytes: held }]
    const rest: ReadonlyArray<InputToken> = held.length === 0 ? [] : [{ _tag: "Paste", part: "content", bytes: held }]
    return [...rest, { _tag: "Paste", part: "end", bytes: EMPTY }]
  }

  #tokens(bytes: Uint8Array, all: boolean): ReadonlyArray<InputToken> {
    const tokens: Array<InputToken> = []
    let at = 0
    while (at < bytes.length) {
      const end = this.#within === "keys" ? this.#key(bytes, at, all, tokens) : this.#inside(bytes, at, tokens)
      if (end === undefined) break
      at = end
    }
    this.#held = at === bytes.length ? EMPTY : bytes.slice(at)
    return tokens
  }

  /** One token of keys; gives where it ends, undefined when it is not whole. */
  #key(bytes: Uint8Array, at: number, all: boolean, tokens: Array<InputToken>): number | undefined {
    const found = sequenceAt(bytes, at, all)
    if (found === undefined) return undefined
    const end = at + found.length
    tokens.push({ ...found.token, bytes: bytes.subarray(at, end) })
    this.#within = found.opens ?? "keys"
    return end
  }

  /** The rest of a paste or an answer, as far as it is there. */
  #inside(bytes: Uint8Array, at: number, tokens: Array<InputToken>): number | undefined {
    const { end, over, kept } = this.#within === "paste" ? pasteEnd(bytes, at) : stringEnd(bytes, at)
    const piece = bytes.subarray(at, end)
    if (this.#within === "paste") {
      if (piece.length > 0) tokens.push({ _tag: "Paste", part: "content", bytes: piece })
      if (over) tokens.push({ _tag: "Paste", part: "end", bytes: bytes.subarray(end, end + kept) })
    } else {
      const whole = bytes.subarray(at, end + kept)
      if (whole.length > 0) tokens.push({ _tag: "Answer", bytes: whole })
    }
    if (!over) return end === at ? undefined : end
    this.#within = "keys"
    return end + kept
  }
}

/** Where something ends; `kept` bytes of an end mark follow. */
interface End {
  readonly end: number
  readonly over: boolean
  readonly kept: number
}

function pasteEnd(bytes: Uint8Array, from: number): End {
  for (let at = bytes.indexOf(ESC, from); at !== -1; at = bytes.indexOf(ESC, at + 1)) {
    const part = bytes.subarray(at, at + PASTE_END.length)
    if (!part.every((byte, i) => byte === PASTE_END[i])) continue
    return part.length === PASTE_END.length ? { end: at, over: true, kept: part.length } : { end: at, over: false, kept: 0 }
  }
  return { end: bytes.length, over: false, kept: 0 }
}

/** An answer ends with BEL or ST. Control characters are never within one: a key was pressed, and its end is missing. */
function stringEnd(bytes: Uint8Array, from: number): End {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte >= 0x20 && byte !== 0x7f) continue
    if (byte === BEL) return { end: at, over: true, kept: 1 }
    if (byte !== ESC) return { end: at, over: true, kept: 0 }
    const next = bytes[at + 1]
    if (next === undefined) return { end: at, over: false, kept: 0 }
    return { end: at, over: true, kept: next === 0x5c ? 2 : 0 }
  }
  return { end: bytes.length, over: false, kept: 0 }
}

function joined(held: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (held.length === 0) return bytes
  const all = new Uint8Array(held.length + bytes.length)
  all.set(held)
  all.set(bytes, held.length)
  return all
}
