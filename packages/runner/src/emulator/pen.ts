/** The attributes and the link that a stream of escape sequences has set so far; says only what changes. */
import { attributeSequence, HAS_EXTENDED } from "./attributes.ts"
import { linkSequence } from "./links.ts"
import type { Core, ExtendedAttributes, BufferLine } from "./xterm-internals.ts"

/** Numbers per cell in a line's data: content, foreground, background. */
export const CELL = 3
const HAS_CONTENT = 0x3fffff
const COMBINED = 0x200000
const CODEPOINT = 0x1fffff
const WIDTH_SHIFT = 22

/** Whether a cell holds a character. */
export function hasContent(line: BufferLine, column: number): boolean {
  return ((line._data[column * CELL] ?? 0) & HAS_CONTENT) !== 0
}

/** Columns a cell takes: 1 or 2; 0 for the second half of a wide one, or a lone combining character. */
export function widthOf(line: BufferLine, column: number): number {
  return (line._data[column * CELL] ?? 0) >>> WIDTH_SHIFT
}

/** The characters of a cell, "" for none. */
export function charactersOf(line: BufferLine, column: number): string {
  const content = line._data[column * CELL] ?? 0
  if (content & COMBINED) return line._combined[column] ?? ""
  return content & CODEPOINT ? String.fromCodePoint(content & CODEPOINT) : ""
}

/** Whether the character of a cell would join the one before it: it takes no column of its own. */
export function joinsBefore(core: Core, line: BufferLine, column: number): boolean {
  if (widthOf(line, column) === 0) return true
  const first = charactersOf(line, column).codePointAt(0) ?? 0
  return first >= 0x300 && core.unicodeService.wcwidth(first) === 0
}

/** The extended attributes of a cell where they count. */
export function extendedOf(line: BufferLine, column: number): ExtendedAttributes | undefined {
  return (line._data[column * CELL + 2] ?? 0) & HAS_EXTENDED ? line._extendedAttrs[column] : undefined
}

/** Attributes and link as set so far; starts as those of an empty terminal. */
export class Pen {
  readonly #core: Core
  #fg = 0
  #bg = 0
  #ext = 0
  #link = 0

  constructor(core: Core) {
    this.#core = core
  }

  /** The core whose links are reported. */
  get core(): Core {
    return this.#core
  }

  /** The sequence that makes a cell's attributes and link current, "" when they are. */
  cell(line: BufferLine, column: number): string {
    const at = column * CELL
    const extended = extendedOf(line, column)
    return this.#set(line._data[at + 1] ?? 0, line._data[at + 2] ?? 0, extended, extended?.urlId ?? 0)
  }

  /** The sequence for plain cells with a background. */
  background(bg: number): string {
    return this.#set(0, bg, undefined, 0)
  }

  /** The sequence for what a cursor holds. */
  attributes(fg: number, bg: number, extended: ExtendedAttributes): string {
    return this.#set(fg, bg, extended, bg & HAS_EXTENDED ? extended.urlId : 0)
  }

  /** Back to the default. */
  reset(): string {
    return this.#set(0, 0, undefined, 0)
  }

  #set(fg: number, bg: number, extended: ExtendedAttributes | undefined, link: number): string {
    const ext = extended === undefined ? 0 : extended._ext
    let out = ""
    if (fg !== this.#fg || bg !== this.#bg || ext !== this.#ext) out += attributeSequence(fg, bg, extended)
    if (link !== this.#link) out += linkSequence(link === 0 ? undefined : this.#core._oscLinkService.getLinkData(link))
    this.#fg = fg
    this.#bg = bg
    this.#ext = ext
    this.#link = link
    return out
  }
}
