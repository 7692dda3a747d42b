/**
 * One sequence at a place in what a terminal sent: where it ends and what it is.
 */
import { characterKey, controlKey, letterKey, sequenceKey, UNKNOWN_KEY, withAlt } from "./key-press.ts"
import type { KeyPress } from "./key-press.ts"
import type { InputToken } from "./token.ts"

/** A token without its bytes, and how many they are. `string`: what follows belongs to the same answer, until its end. */
export interface FoundSequence {
  readonly length: number
  readonly token: Bare
  readonly opens?: "paste" | "string"
}
type Bare = InputToken extends infer T ? (T extends InputToken ? Omit<T, "bytes"> : never) : never

const ESC = 0x1b
/** Longest control sequence, in bytes. */
const SEQUENCE_MAX = 256

const key = (pressed: KeyPress, length: number): FoundSequence => ({ length, token: { _tag: "Key", key: pressed } })
const answer = (length: number): FoundSequence => ({ length, token: { _tag: "Answer" } })
const isControl = (byte: number): boolean => byte < 0x20 || byte === 0x7f

/** What begins at `at`; undefined when more has to come before that is known. `all`: nothing more comes. */
export function sequenceAt(bytes: Uint8Array, at: number, all: boolean): FoundSequence | undefined {
  const first = bytes[at] ?? 0
  if (first !== ESC) return isControl(first) ? key(controlKey(first), 1) : text(bytes, at)
  const second = bytes[at + 1]
  if (second === undefined) return all ? key(controlKey(ESC), 1) : undefined
  if (second === ESC) return key(controlKey(ESC), 1)
  const found = introduced(bytes, at, second)
  if (found !== undefined) return found
  if (!all) return undefined
  const begun = bytes.length - at
  return begun === 2 ? withEscape(bytes, at, second) : key(UNKNOWN_KEY, begun)
}

function text(bytes: Uint8Array, at: number): FoundSequence {
  let end = at + 1
  while (end < bytes.length && !isControl(bytes[end] ?? 0)) end += 1
  return { length: end - at, token: { _tag: "Text" } }
}

function introduced(bytes: Uint8Array, at: number, second: number): FoundSequence | undefined {
  switch (second) {
    case 0x5b: // [
      return control(bytes, at)
    case 0x4f: {
      // O
      const third = bytes[at + 2]
      if (third === undefined) return undefined
      return third > 0x20 && third < 0x7f ? key(letterKey(String.fromCharCode(third)), 3) : withEscape(bytes, at, second)
    }
    case 0x50: // P
    case 0x5d: // ]
    case 0x5f: {
      // _
      const third = bytes[at + 2]
      if (third === undefined) return undefined
      const begins = second === 0x50 ? /[\d!$+<=>?]/ : second === 0x5d ? /[\dlL]/ : /G/
      return begins.test(String.fromCharCode(third)) ? { ...answer(3), opens: "string" } : withEscape(bytes, at, second)
    }
    default:
      return withEscape(bytes, at, second)
  }
}

/** A key with Alt: ESC and the bytes of a character. */
function withEscape(bytes: Uint8Array, at: number, second: number): FoundSequence | undefined {
  if (isControl(second)) return key(withAlt(controlKey(second)), 2)
  const length = second < 0xc2 ? 1 : second < 0xe0 ? 2 : second < 0xf0 ? 3 : second < 0xf5 ? 4 : 1
  if (bytes.length < at + 1 + length) return undefined
  const character = new TextDecoder().decode(bytes.subarray(at + 1, at + 1 + length))
  return key(withAlt(characterKey(character.codePointAt(0) ?? second)), 1 + length)
}

function control(bytes: Uint8Array, at: number): FoundSequence | undefined {
  let end = at + 2
  const within = (low: number, high: number): boolean => {
    const byte = bytes[end]
    return byte !== undefined && byte >= low && byte <= high
  }
  while (within(0x30, 0x3f)) end += 1
  const middle = end
  while (within(0x20, 0x2f)) end += 1
  const length = end - at
  if (length > SEQUENCE_MAX) return key(UNKNOWN_KEY, SEQUENCE_MAX)
  const final = bytes[end]
  if (final === undefined) return undefined
  if (!within(0x40, 0x7e)) return key(UNKNOWN_KEY, length)
  if (length === 2 && final === 0x4d) return oldMouse(bytes, at)
  // Function keys of the Linux console: two brackets and a letter.
  if (length === 2 && final === 0x5b) return bytes[at + 3] === undefined ? undefined : key(UNKNOWN_KEY, 4)
  const latin = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to))
  return read(latin(at + 2, middle), latin(middle, end), String.fromCharCode(final), length + 1)
}

/** Button and place as one byte each, 32 added. */
function oldMouse(bytes: Uint8Array, at: number): FoundSequence | undefined {
  const [button, x, y] = bytes.subarray(at + 3, at + 6)
  if ([button, x, y].some((byte) => byte !== undefined && byte < 0x20)) return key(UNKNOWN_KEY, 3)
  return y === undefined || button === undefined ? undefined : mouse(button - 32, false, 6)
}

function mouse(button: number, released: boolean, length: number): FoundSequence {
  const old = (button & 3) === 3
  const action = (button & 64) !== 0 ? "wheel" : (button & 32) !== 0 ? "motion" : released || old ? "release" : "press"
  return { length, token: { _tag: "Mouse", action } }
}

function read(parameters: string, middle: string, final: string, length: number): FoundSequence {
  if (middle !== "") return answer(length)
  const button = Number.parseInt(parameters.replace(/^</, ""), 10)
  if (/^<[\d;]+$/.test(parameters) && (final === "M" || final === "m")) return mouse(button, final === "m", length)
  if (/^\d+;\d+;\d+$/.test(parameters) && final === "M") return mouse(button - 32, false, length)
  if (/^[<=>?]/.test(parameters)) return answer(length)
  if (parameters === "" && (final === "I" || final === "O")) return { length, token: { _tag: "Focus" } }
  if (parameters === "200" && final === "~") return { length, token: { _tag: "Paste", part: "begin" }, opens: "paste" }
  if (/[cnxty]/.test(final) || (final === "R" && isPlace(parameters))) return answer(length)
  return key(/[\w~]/.test(final) ? sequenceKey(parameters, final) : UNKNOWN_KEY, length)
}

/** A place of the cursor; `1;2` to `1;16` are F3 with modifiers. */
function isPlace(parameters: string): boolean {
  const [, row, column] = /^(\d+);(\d+)$/.exec(parameters) ?? []
  return row !== undefined && (row !== "1" || Number(column) < 2 || Number(column) > 16)
}
