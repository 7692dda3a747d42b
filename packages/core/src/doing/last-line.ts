/** The last line that a program printed, from the end of its output: without a terminal, so only as far as output says it. */

const ESC = "\u001b"

/** What follows the escape character: a control sequence, a string (title, link, device), a character set, or one character. */
const SEQUENCE = new RegExp(
  [
    "\\[([0-?]*)[ -/]*([@-~])",
    "[\\]PX^_][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)?",
    "\\[[0-?]*[ -/]*$",
    "[()*+#%][\\s\\S]",
    "[\\s\\S]",
  ].join("|"),
  "y",
)

/** Controls that go to another line. */
const MOVES = new Set(["A", "B", "E", "F", "H", "f", "d", "J"])

/** Places of the screen that are named so often in so little output belong to a program that shows a full screen. */
const PLACES_MOST = 4

/** What the end of some output comes to. */
export interface LastLine {
  readonly line: string
  /** The program writes to places of its choice, so that its last words are no line. */
  readonly isScreen: boolean
}

/** Reads the end of some output, at whose beginning a sequence may be cut. */
export function lastLineOf(output: string): LastLine {
  let line = ""
  let before = ""
  let isReturned = false
  let places = 0
  const end = (): void => {
    if (line.trim() !== "") before = line
    line = ""
  }
  for (let at = 0; at < output.length; at++) {
    const character = output[at] ?? ""
    if (character === ESC) {
      SEQUENCE.lastIndex = at + 1
      const found = SEQUENCE.exec(output)
      if (found === null) break
      const [sequence, parameters = "", final = ""] = found
      at += sequence.length
      if ((final === "H" || final === "f") && /[2-9]|\d\d/.test(parameters)) places++
      if (MOVES.has(final)) end()
      else if (final === "C") line += " "
    } else if (character === "\n") {
      isReturned = false
      end()
    } else if (character === "\r") isReturned = true
    else if (character === "\b") line = line.slice(0, -1)
    else if (character === "\t" || character >= " ") {
      if (isReturned) line = ""
      isReturned = false
      if (character !== "\u007f") line += character
    }
  }
  return { line: line.trim() === "" ? before : line, isScreen: places >= PLACES_MOST }
}
