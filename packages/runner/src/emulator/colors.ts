/**
 * Colours a child set (OSC 4, 10, 11, 12) and what colour queries are answered with (T-20).
 *
 * Viewers have themes of their own, several at once; a query can have one answer. It is the colour that the child itself
 * set before, else that of the viewer's terminal that counts, else that of a dark theme, fixed here.
 */
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"

/** A colour, eight bits a channel. */
export type Color = readonly [red: number, green: number, blue: number]

interface Theme {
  readonly foreground: Color
  readonly background: Color
}

const DARK: Theme = { foreground: [0xe5, 0xe5, 0xe5], background: [0x10, 0x10, 0x14] }

const ANSI: ReadonlyArray<Color> = [
  [0x2e, 0x34, 0x36],
  [0xcc, 0x00, 0x00],
  [0x4e, 0x9a, 0x06],
  [0xc4, 0xa0, 0x00],
  [0x34, 0x65, 0xa4],
  [0x75, 0x50, 0x7b],
  [0x06, 0x98, 0x9a],
  [0xd3, 0xd7, 0xcf],
  [0x55, 0x57, 0x53],
  [0xef, 0x29, 0x29],
  [0x8a, 0xe2, 0x34],
  [0xfc, 0xe9, 0x4f],
  [0x72, 0x9f, 0xcf],
  [0xad, 0x7f, 0xa8],
  [0x34, 0xe2, 0xe2],
  [0xee, 0xee, 0xec],
]

const cube = (level: number): number => (level === 0 ? 0 : 55 + level * 40)

const paletteDefault = (index: number): Color => {
  const ansi = ANSI[index]
  if (ansi !== undefined) return ansi
  if (index >= 232) return [8 + (index - 232) * 10, 8 + (index - 232) * 10, 8 + (index - 232) * 10]
  const at = index - 16
  return [cube(Math.floor(at / 36)), cube(Math.floor(at / 6) % 6), cube(at % 6)]
}

const RGB_SPEC = /^rgb:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})$/
const HASH_SPEC = /^#([\da-f]{3}|[\da-f]{6}|[\da-f]{9}|[\da-f]{12})$/

/** A colour in the forms that terminals read (`rgb:h/h/h`, `#rgb`), eight bits a channel; undefined for anything else. */
export function parseColor(spec: string): Color | undefined {
  const low = spec.toLowerCase()
  const rgb = RGB_SPEC.exec(low)
  if (rgb !== null) {
    const digits = [rgb[1] ?? "", rgb[2] ?? "", rgb[3] ?? ""]
    if (digits.some((each) => each.length !== digits[0]?.length)) return undefined
    const [red = 0, green = 0, blue = 0] = digits.map((each) => Math.round((parseInt(each, 16) / (16 ** each.length - 1)) * 255))
    return [red, green, blue]
  }
  const hash = HASH_SPEC.exec(low)?.[1]
  if (hash === undefined) return undefined
  const size = hash.length / 3
  const [red = 0, green = 0, blue = 0] = [0, 1, 2].map((at) => {
    const value = parseInt(hash.slice(at * size, at * size + size), 16)
    return size === 1 ? value << 4 : size === 2 ? value : size === 3 ? value >> 4 : value >> 8
  })
  return [red, green, blue]
}

const hex = (channel: number): string => channel.toString(16).padStart(2, "0")
const wide = (color: Color): string => `rgb:${color.map((each) => hex(each) + hex(each)).join("/")}`
/** A colour as `#rrggbb`. */
export function exactHex(color: Color): string {
  return `#${color.map(hex).join("")}`
}
/** A colour as terminals read it, eight bits a channel. */
export function exactColor(color: Color): string {
  return `rgb:${color.map(hex).join("/")}`
}

/** Whether this is the number of a colour in the palette. */
export function isIndex(text: string): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) < 256
}

/** The colours of one terminal. The methods take the data of their OSC; `answer` gets the bytes of an answer. */
export class Colors {
  readonly #palette = new Map<number, Color>()
  readonly #special = new Map<number, Color>()
  readonly #answer: (data: string) => void
  #theme: Theme = DARK

  constructor(answer: (data: string) => void) {
    this.#answer = answer
  }

  /** The colours of the viewer's terminal that counts; what is no colour changes nothing. */
  set theme({ foreground, background }: TerminalColors) {
    const [text, behind] = [parseColor(foreground), parseColor(background)]
    if (text !== undefined && behind !== undefined) this.#theme = { foreground: text, background: behind }
  }

  /** Whether the background is light, by its luma (ITU-R BT.601). */
  get isLight(): boolean {
    const [red, green, blue] = this.#special.get(1) ?? this.#theme.background
    return red * 0.299 + green * 0.587 + blue * 0.114 > 127
  }

  /** OSC 4. */
  indexed(data: string): void {
    const parts = data.split(";")
    for (let at = 0; at + 1 < parts.length; at += 2) {
      const index = parts[at] ?? ""
      const spec = parts[at + 1] ?? ""
      if (!isIndex(index)) continue
      const number = Number(index)
      if (spec === "?") this.#answer(`\x1b]4;${number};${wide(this.#palette.get(number) ?? paletteDefault(number))}\x1b\\`)
      else {
        const color = parseColor(spec)
        if (color !== undefined) this.#palette.set(number, color)
      }
    }
  }

  /** OSC 10, 11 and 12; `first` is 0, 1 or 2, further values go to the next ones. */
  special(first: number, data: string): void {
    for (const [offset, spec] of data.split(";", 3 - first).entries()) {
      const index = first + offset
      if (index > 2) return
      const fallback = index === 1 ? this.#theme.background : this.#theme.foreground
      if (spec === "?") this.#answer(`\x1b]${10 + index};${wide(this.#special.get(index) ?? fallback)}\x1b\\`)
      else {
        const color = parseColor(spec)
        if (color !== undefined) this.#special.set(index, color)
      }
    }
  }

  /** OSC 104. */
  restoreIndexed(data: string): void {
    if (data === "") this.#palette.clear()
    else for (const index of data.split(";")) if (isIndex(index)) this.#palette.delete(Number(index))
  }

  /** OSC 110, 111 and 112; `index` is 0, 1 or 2. */
  restoreSpecial(index: number): void {
    this.#special.delete(index)
  }

  /** Forgets what the child set. */
  reset(): void {
    this.#palette.clear()
    this.#special.clear()
  }

  /** The sequences that set what the child set. */
  sequence(): string {
    let out = ""
    for (const [index, color] of this.#palette) out += `\x1b]4;${index};${exactColor(color)}\x1b\\`
    for (const [index, color] of this.#special) out += `\x1b]${10 + index};${exactColor(color)}\x1b\\`
    return out
  }
}
