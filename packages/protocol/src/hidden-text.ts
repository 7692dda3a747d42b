/**
 * Characters that a screen does not show, or that let a text look like another one: controls, directions, zero widths
 * (docs/protocol/app-rules.md, APP-41; rule P-16). What an agent asks and ran is shown with them spelled out.
 */

const HIDDEN =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e01ef}]|(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])(?:\u200d|[\u{fe00}-\u{fe0f}])/gu

/** A piece of a text; a hidden character is one of its own, spelled out. */
export interface Piece {
  readonly text: string
  readonly isHidden: boolean
}

/** A text in pieces. */
export function piecesOf(text: string): ReadonlyArray<Piece> {
  const pieces: Array<Piece> = []
  let at = 0
  for (const { 0: found, index } of text.matchAll(HIDDEN)) {
    if (index > at) pieces.push({ text: text.slice(at, index), isHidden: false })
    pieces.push({ text: spelled(found), isHidden: true })
    at = index + found.length
  }
  if (at < text.length) pieces.push({ text: text.slice(at), isHidden: false })
  return pieces
}

/** A text with what does not show spelled out, where a text is all that there is: a tooltip, a notification. */
export function spelledOut(text: string): string {
  return piecesOf(text)
    .map((piece) => piece.text)
    .join("")
}

const spelled = (character: string): string => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`
