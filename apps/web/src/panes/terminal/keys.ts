/**
 * What a key sends while the program has asked for more than the bytes of old: kitty's keyboard protocol and xterm's modifyOtherKeys.
 * Otherwise the emulator encodes it. The hub's emulator answers for both (docs/protocol/rules.md, T-3), so viewers have to speak them.
 */

import { isInputMethod } from "../../ui/input-method.ts"

/** The part of a key event that is used. */
export interface PressedKey {
  readonly type: string
  readonly key: string
  readonly code: string
  readonly repeat: boolean
  readonly shiftKey: boolean
  readonly altKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly location: number
  readonly isComposing: boolean
  readonly keyCode: number
  readonly getModifierState: (name: string) => boolean
}

/** What the program asked for. */
export interface KeyModes {
  /** Flags of kitty's protocol. */
  readonly flags: number
  /** 0, 1 or 2. */
  readonly otherKeys: number
  readonly applicationCursor: boolean
}

/** The flags of kitty's keyboard protocol. */
const FLAG = { disambiguate: 1, events: 2, alternates: 4, all: 8, text: 16 } as const

/** Keys that have bytes of old, with their numbers. */
const NAMED: Readonly<Record<string, number>> = { Escape: 27, Enter: 13, Tab: 9, Backspace: 127 }
const LETTERS: Readonly<Record<string, string>> = {
  ArrowUp: "A",
  ArrowDown: "B",
  ArrowRight: "C",
  ArrowLeft: "D",
  End: "F",
  Home: "H",
  F1: "P",
  F2: "Q",
  F4: "S",
}
const TILDES: Readonly<Record<string, number>> = {
  Insert: 2,
  Delete: 3,
  PageUp: 5,
  PageDown: 6,
  F3: 13,
  F5: 15,
  F6: 17,
  F7: 18,
  F8: 19,
  F9: 20,
  F10: 21,
  F11: 23,
  F12: 24,
}
const MODIFIER_KEYS: Readonly<Record<string, number>> = {
  CapsLock: 57_358,
  ShiftLeft: 57_441,
  ControlLeft: 57_442,
  AltLeft: 57_443,
  MetaLeft: 57_444,
  ShiftRight: 57_447,
  ControlRight: 57_448,
  AltRight: 57_449,
  MetaRight: 57_450,
}

/** What a key sends; `undefined` leaves it to the emulator, "" is a key that sends nothing. */
export function encodeKey(event: PressedKey, modes: KeyModes): string | undefined {
  if (isInputMethod(event) || event.key === "Dead" || event.key === "Process") return undefined
  // Keys of the system and the browser, and third characters of a key, which are text.
  if (event.metaKey || event.getModifierState("AltGraph")) return undefined
  if (modes.flags !== 0) return kitty(event, modes)
  if (event.type === "keydown" && modes.otherKeys > 0) return otherKey(event, modes.otherKeys)
  return undefined
}

const modifiersOf = (event: PressedKey): number =>
  (event.shiftKey ? 1 : 0) + (event.altKey ? 2 : 0) + (event.ctrlKey ? 4 : 0) + (event.metaKey ? 8 : 0)

/** With the locks, which count only in what is a sequence anyway. */
const allModifiers = (event: PressedKey): number =>
  modifiersOf(event) + (event.getModifierState("CapsLock") ? 64 : 0) + (event.getModifierState("NumLock") ? 128 : 0)

function kitty(event: PressedKey, { flags, applicationCursor }: KeyModes): string | undefined {
  const isUp = event.type === "keyup"
  const tells = (flags & FLAG.events) !== 0
  if (isUp && !tells) return ""
  const kind = !tells ? 1 : isUp ? 3 : event.repeat ? 2 : 1
  const letter = LETTERS[event.key]
  const tilde = TILDES[event.key]
  const held = modifiersOf(event)
  if (letter !== undefined || tilde !== undefined) {
    const number = tilde === undefined ? "1" : String(tilde)
    const final = letter ?? "~"
    const isPlain = allModifiers(event) === 0 && kind === 1
    if (isPlain && letter !== undefined) return `\u001b${applicationCursor || /[PQS]/.test(letter) ? "O" : "["}${letter}`
    return isPlain ? `\u001b[${number}~` : `\u001b[${number};${suffix(allModifiers(event), kind)}${final}`
  }
  const isAll = (flags & FLAG.all) !== 0
  const named = NAMED[event.key]
  if (named !== undefined) {
    // Enter, Tab and Backspace stay as they were, so that a shell can be left to after a crash.
    const isOld = !isAll && held === 0 && event.key !== "Escape"
    if (isOld) return isUp ? "" : undefined
    return sequence(String(named), allModifiers(event), kind)
  }
  const modifier = MODIFIER_KEYS[event.code]
  if (modifier !== undefined && event.key.length > 1) return isAll ? sequence(String(modifier), allModifiers(event), kind) : ""
  const text = Array.from(event.key)
  if (text.length !== 1) return undefined
  const isShifted = (held & ~1) === 0
  if (!isAll && isShifted) return isUp ? "" : undefined
  return sequence(codesOf(event, flags), allModifiers(event), kind, isAll && isShifted && !isUp ? spoken(event, flags) : "")
}

/** The code of the key without Shift, and where the program wants to know, with it and that of a US keyboard. */
function codesOf(event: PressedKey, flags: number): string {
  const made = event.key.codePointAt(0) ?? 0
  const plain = event.shiftKey ? (baseOf(event) ?? event.key.toLowerCase().codePointAt(0) ?? 0) : made
  if ((flags & FLAG.alternates) === 0) return String(plain)
  const base = baseOf(event)
  const shifted = event.shiftKey && made !== plain ? String(made) : ""
  const other = base !== undefined && base !== plain ? `:${base}` : ""
  return `${plain}${shifted === "" && other === "" ? "" : `:${shifted}`}${other}`
}

const SIGNS: Readonly<Record<string, string>> = {
  Backquote: "`",
  Minus: "-",
  Equal: "=",
  BracketLeft: "[",
  BracketRight: "]",
  Backslash: "\\",
  Semicolon: ";",
  Quote: "'",
  Comma: ",",
  Period: ".",
  Slash: "/",
  Space: " ",
}

/** The code of the character at this place of a US keyboard. */
function baseOf({ code }: PressedKey): number | undefined {
  const [, character] = /^(?:Key|Digit)(.)$/.exec(code) ?? []
  return (character?.toLowerCase() ?? SIGNS[code])?.codePointAt(0)
}

const spoken = (event: PressedKey, flags: number): string =>
  (flags & FLAG.text) === 0 ? "" : Array.from(event.key, (char) => char.codePointAt(0)).join(":")

const suffix = (modifiers: number, kind: number): string => `${modifiers + 1}${kind === 1 ? "" : `:${kind}`}`

function sequence(codes: string, modifiers: number, kind: number, text = ""): string {
  const held = modifiers === 0 && kind === 1 ? "" : suffix(modifiers, kind)
  if (text !== "") return `\u001b[${codes};${held};${text}u`
  return held === "" ? `\u001b[${codes}u` : `\u001b[${codes};${held}u`
}

/** `CSI 27 ; modifiers ; code ~`, for what the bytes of old cannot tell apart; level 2 for all that has a modifier. */
function otherKey(event: PressedKey, level: number): string | undefined {
  const held = modifiersOf(event)
  if (held === 0) return undefined
  const named = NAMED[event.key]
  const text = Array.from(event.key)
  if (named === undefined && text.length !== 1) return undefined
  const isShiftAlone = held === 1
  if (named === undefined && (isShiftAlone || (level < 2 && isOfOld(event)))) return undefined
  if (named !== undefined && level < 2 && event.key !== "Enter" && event.key !== "Tab") return undefined
  // Back tab has a sequence of its own.
  if (event.key === "Tab" && isShiftAlone && level < 2) return undefined
  return `\u001b[27;${held + 1};${named ?? event.key.codePointAt(0)}~`
}

/** Whether the bytes of old have this key. */
function isOfOld({ key, ctrlKey }: PressedKey): boolean {
  return !ctrlKey || /^[a-z@[\\\]^_? 2-8]$/i.test(key)
}
