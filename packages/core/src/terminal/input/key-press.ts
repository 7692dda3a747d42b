/**
 * One key as a terminal reports it: as the bytes of old, in xterm's modifyOtherKeys form, or in kitty's keyboard protocol
 * (https://sw.kovidgoyal.net/kitty/keyboard-protocol/).
 */

/** A key. `modifiers` are those of `MODIFIER`; Caps Lock and Num Lock are none. */
export interface KeyPress {
  /** Name of a key that makes no character, such as `enter`, `up`, `f5`; `modifier` for Shift and its kin, `unknown`. */
  readonly name?: string
  /** Code point of the character on the key. */
  readonly code?: number
  /** The character with Shift, and the one at this place of a US keyboard, where the terminal says. */
  readonly shifted?: number
  readonly base?: number
  /** The text that the key made, where the terminal says. */
  readonly text?: string
  readonly modifiers: number
  readonly caps: boolean
  readonly event: "press" | "repeat" | "release"
  /** In which way it was reported; `code` of `other` is the character that the layout made, not the one on the key. */
  readonly form: "bytes" | "other" | "kitty"
}

/** Bits of `modifiers`. */
export const MODIFIER = { shift: 1, alt: 2, ctrl: 4, super: 8, hyper: 16, meta: 32 } as const
const REAL_MODIFIERS = 63
const CAPS_LOCK = 64

const LETTERS: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  E: "begin",
  F: "end",
  H: "home",
  P: "f1",
  Q: "f2",
  R: "f3",
  S: "f4",
}
const TILDES: Readonly<Record<number, string>> = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
  11: "f1",
  12: "f2",
  13: "f3",
  14: "f4",
  15: "f5",
  17: "f6",
  18: "f7",
  19: "f8",
  20: "f9",
  21: "f10",
  23: "f11",
  24: "f12",
}
const CODES: Readonly<Record<number, string>> = { 8: "backspace", 9: "tab", 13: "enter", 27: "escape", 127: "backspace" }
/** Keypad keys of kitty's protocol, from 57399 on. */
const KEYPAD_FIRST = 57_399
const KEYPAD_CHARACTERS = "0123456789./*-+"
const KEYPAD_NAMES: Readonly<Record<number, string>> = {
  57414: "enter",
  57417: "left",
  57418: "right",
  57419: "up",
  57420: "down",
  57421: "pageup",
  57422: "pagedown",
  57423: "home",
  57424: "end",
  57425: "insert",
  57426: "delete",
  57427: "begin",
}
/** Private codes of keys that make no character, and among them the modifiers with the locks. */
const PRIVATE = { first: 57_344, last: 63_743 }
const isModifierKey = (code: number): boolean => (code >= 57_441 && code <= 57_454) || (code >= 57_358 && code <= 57_360)

type Bare = Pick<KeyPress, "name" | "code">
const press = { modifiers: 0, caps: false, event: "press", form: "bytes" } as const

/** The key of a control byte. */
export function controlKey(byte: number): KeyPress {
  if (byte === 0x0a) return { ...press, code: 0x6a, modifiers: MODIFIER.ctrl }
  const name = CODES[byte]
  if (name !== undefined) return { ...press, name }
  const code = byte === 0 ? 0x20 : byte <= 26 ? byte + 0x60 : byte + 0x40
  return { ...press, code, modifiers: MODIFIER.ctrl }
}

/** The key with Alt. */
export function withAlt(key: KeyPress): KeyPress {
  return { ...key, modifiers: key.modifiers | MODIFIER.alt }
}

/** The key of a character. */
export function characterKey(code: number): KeyPress {
  return { ...press, code }
}

/** The key of `ESC O` and a letter. */
export function letterKey(final: string): KeyPress {
  if (final === "M") return { ...press, name: "enter" }
  const name = LETTERS[final]
  if (name !== undefined) return { ...press, name }
  // Keys of the keypad in its application mode.
  const at = final.charCodeAt(0)
  return at >= 0x6a && at <= 0x79 ? { ...press, code: at - 0x40 } : { ...press, name: "unknown" }
}

/** A key without a meaning to us. */
export const UNKNOWN_KEY: KeyPress = { ...press, name: "unknown" }

/** The key of a control sequence: its parameters without a private mark, and its final character. */
export function sequenceKey(parameters: string, final: string): KeyPress {
  const fields = parameters.split(";").map((field) => field.split(":").map((part) => (part === "" ? undefined : Number(part))))
  const [first = [], second = [], third = []] = fields
  const [code = 1, shifted, base] = first
  const held = modifiersOf(second)
  if (final === "u") {
    const text = third.flatMap((point) => (isCharacter(point) ? [String.fromCodePoint(point)] : [])).join("")
    return {
      ...keyOf(code),
      ...(isCharacter(shifted) ? { shifted } : {}),
      ...(isCharacter(base) ? { base } : {}),
      ...(text === "" ? {} : { text }),
      ...held,
      form: "kitty",
    }
  }
  if (final === "~" && code === 27 && third[0] !== undefined) return { ...keyOf(third[0]), ...held, form: "other" }
  if (final === "Z") return { ...press, name: "tab", modifiers: held.modifiers | MODIFIER.shift }
  const name = final === "~" ? TILDES[code] : LETTERS[final]
  return { name: name ?? "unknown", ...held, form: "bytes" }
}

const isCharacter = (code: number | undefined): code is number =>
  code !== undefined && code >= 0x20 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000)

function keyOf(code: number): Bare {
  const name = CODES[code] ?? KEYPAD_NAMES[code]
  if (name !== undefined) return { name }
  const keypad = KEYPAD_CHARACTERS.charCodeAt(code - KEYPAD_FIRST)
  if (code >= KEYPAD_FIRST && !Number.isNaN(keypad)) return { code: keypad }
  if (isModifierKey(code)) return { name: "modifier" }
  const isPrivate = code >= PRIVATE.first && code <= PRIVATE.last
  return isCharacter(code) && !isPrivate ? { code } : { name: "unknown" }
}

function modifiersOf([given = 1, event]: ReadonlyArray<number | undefined>): Pick<KeyPress, "modifiers" | "caps" | "event"> {
  const bits = Math.max(0, given - 1)
  return {
    modifiers: bits & REAL_MODIFIERS,
    caps: (bits & CAPS_LOCK) !== 0,
    event: event === 2 ? "repeat" : event === 3 ? "release" : "press",
  }
}
