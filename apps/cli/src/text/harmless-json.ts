/** JSON on a terminal (docs/protocol/rules.md, T-19). */

/** Characters that JSON need not escape and terminals may carry out: DEL, C1, marks of direction, line separators. */
// oxlint-disable-next-line no-control-regex
const UNESCAPED = /[\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** JSON with nothing in it that a terminal carries out; it means the same. */
export function harmlessJson(json: string): string {
  return json.replace(UNESCAPED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
}
