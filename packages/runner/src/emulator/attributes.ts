/**
 * Attributes of cells as control sequences. Each sequence starts from the default, so that what came before never
 * matters.
 */
import type { ExtendedAttributes } from "./xterm-internals.ts"

const COLOR_MODE = 0x3000000
const COLOR_256 = 0x2000000
const RGB = 0xffffff

const INVERSE = 0x4000000
const BOLD = 0x8000000
const UNDERLINE = 0x10000000
const BLINK = 0x20000000
const INVISIBLE = 0x40000000
const STRIKETHROUGH = 0x80000000

const ITALIC = 0x4000000
const DIM = 0x8000000
/** Flag of `bg`: the extended attributes count. */
export const HAS_EXTENDED = 0x10000000
const PROTECTED = 0x20000000
const OVERLINE = 0x40000000

/** The value of one colour: mode and the bits that count in it. */
export function colorOf(packed: number): number {
  const mode = packed & COLOR_MODE
  if (mode === 0) return 0
  return mode === COLOR_MODE ? mode | (packed & RGB) : mode | (packed & 0xff)
}

const color = (packed: number, base: number, extended: number): string => {
  const mode = packed & COLOR_MODE
  const value = packed & RGB
  if (mode === 0) return ""
  if (mode === COLOR_MODE) return `;${extended};2;${value >>> 16};${(value >>> 8) & 0xff};${value & 0xff}`
  const index = value & 0xff
  if (mode === COLOR_256) return `;${extended};5;${index}`
  return index < 8 ? `;${base + index}` : `;${base + 52 + index}`
}

const underlineStyle = (extended: ExtendedAttributes): number => (extended._ext & 0x1c000000) >>> 26

const underlineColor = (extended: ExtendedAttributes): string => {
  const mode = extended._ext & COLOR_MODE
  const value = extended._ext & RGB
  if (mode === 0) return ""
  if (mode === COLOR_MODE) return `;58;2;${value >>> 16};${(value >>> 8) & 0xff};${value & 0xff}`
  return `;58;5;${value & 0xff}`
}

const flags = (fg: number, bg: number): string =>
  (fg & BOLD ? ";1" : "") +
  (bg & DIM ? ";2" : "") +
  (bg & ITALIC ? ";3" : "") +
  (fg & BLINK ? ";5" : "") +
  (fg & INVERSE ? ";7" : "") +
  (fg & INVISIBLE ? ";8" : "") +
  (fg & STRIKETHROUGH ? ";9" : "") +
  (bg & OVERLINE ? ";53" : "")

/** The sequence that makes these attributes current, without the link. `extended` is undefined where it does not count. */
export function attributeSequence(fg: number, bg: number, extended: ExtendedAttributes | undefined): string {
  if (fg === 0 && bg === 0 && (extended === undefined || extended._ext === 0)) return "\x1b[m"
  const style = extended === undefined ? 1 : underlineStyle(extended)
  const underline = fg & UNDERLINE ? (style <= 1 ? ";4" : `;4:${style}`) : ""
  const colors = color(fg, 30, 38) + color(bg, 40, 48) + (extended === undefined ? "" : underlineColor(extended))
  return `\x1b[0${flags(fg, bg)}${underline}${colors}m${bg & PROTECTED ? '\x1b[1"q' : ""}`
}

/** Attributes that erasing leaves in a cell: a background and nothing else. */
export function isErased(fg: number, bg: number): boolean {
  return fg === 0 && (bg & ~(COLOR_MODE | RGB)) === 0
}

/** The canonical text of attributes: equal texts look and act the same. */
export function describeAttributes(fg: number, bg: number, extended: ExtendedAttributes | undefined): string {
  const style = fg & UNDERLINE ? (extended === undefined ? 1 : Math.max(1, underlineStyle(extended))) : 0
  const line = style === 0 || extended === undefined ? 0 : colorOf(extended._ext)
  return [fg & 0xfc000000 & ~UNDERLINE, colorOf(fg), bg & 0xfc000000 & ~HAS_EXTENDED, colorOf(bg), style, line].join(",")
}
