/**
 * The value of JSON text that is still being written: what is open is closed, what is not whole yet is left out.
 *
 * Linear in the text. Gives what the AI SDK's `parsePartialJson` gives for beginnings of valid JSON.
 */
import type { Json } from "@holdfast/protocol/agent/chunk"

/** Deepest nesting that is followed; beyond it there is no value. */
const DEPTH_MAX = 256

const parse = (text: string): Json | undefined => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined
    throw cause
  }
}

const LITERALS = ["true", "false", "null"]

/** Index behind the string that opens at `start`, or -1 with where it is whole up to, when it is not closed. */
function stringEnd(text: string, start: number): { readonly end: number; readonly whole: number } {
  for (let i = start + 1; i < text.length; i++) {
    const char = text[i]
    if (char === '"') return { end: i + 1, whole: i + 1 }
    if (char !== "\\") continue
    const length = text[i + 1] === "u" ? 6 : 2
    if (i + length > text.length) return { end: -1, whole: i }
    i += length - 1
  }
  return { end: -1, whole: text.length }
}

/** The text, closed behind its last whole value. */
function close(text: string): string | undefined {
  const open: Array<"}" | "]"> = []
  // Where the text can be cut so that closing what is open makes it valid.
  let cut = 0
  let key = false
  const closed = (tail: string): string => text.slice(0, cut) + tail + [...open].reverse().join("")
  for (let i = 0; i < text.length;) {
    const char = text[i]!
    if (char === '"') {
      const { end, whole } = stringEnd(text, i)
      if (end === -1) {
        if (key) return closed("")
        cut = whole
        return closed('"')
      }
      i = end
      if (!key) cut = i
    } else if (char === "{" || char === "[") {
      open.push(char === "{" ? "}" : "]")
      if (open.length > DEPTH_MAX) return undefined
      key = char === "{"
      cut = ++i
    } else if (char === "}" || char === "]") {
      open.pop()
      key = false
      cut = ++i
    } else if (char === ",") {
      key = open.at(-1) === "}"
      i++
    } else if (char === ":") {
      key = false
      i++
    } else if (/[-0-9]/.test(char)) {
      const number = /-?(?:0|[1-9]\d*)?(?:\.\d+)?(?:[eE][-+]?\d+)?/y
      number.lastIndex = i
      const end = i + (number.exec(text)?.[0].length ?? 0)
      if (/\d/.test(text[end - 1] ?? "")) cut = end
      while (i < text.length && /[-+.0-9eE]/.test(text[i]!)) i++
    } else if (/[a-z]/.test(char)) {
      const rest = text.slice(i, i + 5)
      const literal = LITERALS.find((word) => rest.startsWith(word) || word.startsWith(rest))
      if (literal === undefined) return undefined
      i += literal.length
      cut = Math.min(i, text.length)
      if (i > text.length) return closed(literal.slice(text.length - i))
    } else i++
  }
  return closed("")
}

/** What can be said of the value that `text` begins; undefined when nothing can. Never throws. */
export function partialJson(text: string): Json | undefined {
  const whole = parse(text)
  if (whole !== undefined) return whole
  const repaired = close(text)
  return repaired === undefined ? undefined : parse(repaired)
}
