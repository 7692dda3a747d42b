/**
 * Columns that text takes in a terminal: wide characters take two, combining ones none (UAX #11 and #29).
 */
import { eastAsianWidth } from "get-east-asian-width"

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" })

/** Letters that make a flag in pairs; terminals show one as wide as the flag. */
const REGIONAL = /^\p{RI}/u
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}\u200b-\u200f]$/u

function graphemeWidth(grapheme: string): number {
  const point = grapheme.codePointAt(0) ?? 0
  if (point < 0x7f) return point < 0x20 ? 0 : 1
  if (grapheme.includes("\ufe0f") || REGIONAL.test(grapheme) || eastAsianWidth(point) === 2) return 2
  return ZERO.test(String.fromCodePoint(point)) ? 0 : 1
}

// oxlint-disable-next-line no-control-regex
const PLAIN = /^[\x20-\x7e]*$/

/** Columns of a text without escape sequences. */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const { segment } of segmenter.segment(text)) width += graphemeWidth(segment)
  return width
}

/** The text, cut to `columns` with an ellipsis where it is longer. */
export function fitText(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text
  if (columns <= 0) return ""
  let [fitted, width] = ["", 0]
  for (const { segment } of segmenter.segment(text)) {
    const next = graphemeWidth(segment)
    if (width + next > columns - 1) break
    fitted += segment
    width += next
  }
  return `${fitted}…`
}

/** The text with blanks up to `columns`, behind it or, to the right, before it. */
export function padText(text: string, columns: number, side: "left" | "right" = "left"): string {
  const blanks = " ".repeat(Math.max(0, columns - textWidth(text)))
  return side === "left" ? text + blanks : blanks + text
}
