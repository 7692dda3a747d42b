/**
 * Colours, only where they are wanted: on a terminal, without `NO_COLOR` (no-color.org).
 */

/** A colour or weight. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "blue" | "cyan"

const CODES: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  cyan: [36, 39],
}

/** Puts a style on a text. */
export type Paint = (style: Style, text: string) => string

/** Leaves text as it is. */
export const plain: Paint = (_, text) => text

/** Styles text with escape sequences. */
export const colored: Paint = (style, text) => `\u001b[${CODES[style][0]}m${text}\u001b[${CODES[style][1]}m`

/** The paint for a stream. */
export function paintFor(stream: { readonly isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): Paint {
  return stream.isTTY === true && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb" ? colored : plain
}
