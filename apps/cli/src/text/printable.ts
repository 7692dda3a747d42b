/**
 * Text from children and people made safe to print: control characters are shown escaped, never sent to the terminal
 * (docs/protocol/rules.md, E-7, check:S10).
 */

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u001b": "\\e" }

// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** The text in one line without control characters and without marks that change the direction of writing. */
export function printable(text: string): string {
  return text.replace(CONTROL, (character) => {
    const point = character.codePointAt(0) ?? 0
    return (
      NAMED[character] ??
      (point < 0x100 ? `\\x${point.toString(16).padStart(2, "0")}` : `\\u${point.toString(16).padStart(4, "0")}`)
    )
  })
}

/** Like `printable`, keeping line ends and tabs. */
export function printableLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.split("\t").map(printable).join("\t"))
    .join("\n")
}
