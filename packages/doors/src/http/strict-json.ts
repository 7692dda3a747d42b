/**
 * JSON as it comes in from outside, checked before it is parsed (docs/PROTOCOL.md, X-5).
 *
 * Refused: nesting beyond `DEPTH_MAX`, a key twice in one object, `__proto__` as a key, whole numbers that a double does
 * not hold exactly, numbers beyond its range, bytes that are not UTF-8. What passes means to every reader the same.
 */
import { headOf } from "@holdfast/protocol/text-cut"

/** Deepest nesting of arrays and objects. */
export const DEPTH_MAX = 64

/** JSON that is refused: why, and where. */
export class JsonRefused extends Error {
  readonly _tag = "JsonRefused"
  /** What a parser makes of it; `undefined` when it is no JSON, or too deep to be parsed. */
  readonly parsed: unknown
  constructor(message: string, options: ErrorOptions & { readonly parsed?: unknown } = {}) {
    super(message, options)
    this.parsed = options.parsed
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** Gives the text of a body after checking it. Throws `JsonRefused`. */
export const checkJson = (bytes: Uint8Array): string => {
  const text = decodeText(bytes)
  parseJson(text)
  return text
}

/** Parses JSON after checking it. Throws `JsonRefused`. */
export const parseJson = (text: string): unknown => {
  // Checked first: a parser may use one stack frame a level, and says nothing of doubled keys.
  const wrong = problemOf(text)
  if (wrong === TOO_DEEP) throw new JsonRefused(wrong)
  const parsed = parse(text)
  if (wrong !== undefined) throw new JsonRefused(wrong, { parsed })
  return parsed
}

const TOO_DEEP = `the JSON is nested deeper than ${DEPTH_MAX} levels`

function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new JsonRefused("the text is not UTF-8", { cause })
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new JsonRefused("the text is not JSON", { cause })
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

/** Index of the closing quote of the string that opens at `start`, or the last index when it stays open. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (text.charCodeAt(before) === BACKSLASH) before--
    // An even number of backslashes escape each other.
    if ((end - before) % 2 === 1) return end
  }
  return text.length - 1
}

/** What is wrong with depth, keys or numbers of a text. What is said of a text that is no JSON means nothing. */
function problemOf(text: string): string | undefined {
  const keys: Array<Keys> = []
  let depth = 0
  let problem: string | undefined
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) {
      const end = endOfString(text, i)
      if (isKey(text, end + 1)) problem ??= keyProblem(text.slice(i + 1, end), keys.at(-1))
      i = end
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > DEPTH_MAX) return TOO_DEEP
      if (code === OPEN_BRACE) keys.push({ few: [], many: undefined })
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth--
      if (code === CLOSE_BRACE) keys.pop()
    } else if (code === MINUS || isDigit(code)) {
      let end = i + 1
      while (isInNumber(text.charCodeAt(end))) end++
      problem ??= numberProblem(text.slice(i, end))
      i = end - 1
    }
  }
  return problem
}

const MINUS = 0x2d
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
/** Digits, `.`, `e`, `E`, `+`, `-`. */
const isInNumber = (code: number): boolean =>
  isDigit(code) || code === 0x2e || code === 0x65 || code === 0x45 || code === 0x2b || code === MINUS

/** Whether a colon follows, after blanks. */
function isKey(text: string, after: number): boolean {
  let at = after
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++
  return text.charCodeAt(at) === 0x3a
}

/** Keys of one object: a list as long as it is short, which costs less than a set. */
interface Keys {
  readonly few: Array<string>
  many: Set<string> | undefined
}

const FEW = 32

function keyProblem(raw: string, seen: Keys | undefined): string | undefined {
  const key = raw.includes("\\") ? unescaped(raw) : raw
  if (key === "__proto__") return "the key __proto__ is not accepted"
  if (seen === undefined) return undefined
  if (seen.many?.has(key) ?? seen.few.includes(key)) return `the key ${JSON.stringify(headOf(key, 100))} is there twice`
  if (seen.many !== undefined) seen.many.add(key)
  else if (seen.few.push(key) > FEW) seen.many = new Set(seen.few)
  return undefined
}

function unescaped(raw: string): string {
  try {
    return String(JSON.parse(`"${raw}"`))
  } catch {
    // The whole text is no JSON then, and the parser says so.
    return raw
  }
}

function numberProblem(text: string): string | undefined {
  if (text.length < 16 && !text.includes("e") && !text.includes("E")) return undefined
  const value = Number(text)
  if (!Number.isFinite(value)) return `the number ${headOf(text, 40)} is out of range`
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(value)
    ? `the number ${headOf(text, 40)} is beyond 2^53 - 1 and would not stay exact`
    : undefined
}
