/**
 * JSON as it comes in from outside, checked before it is parsed (docs/PROTOCOL.md, X-5).
 *
 * Refused: nesting beyond `DEPTH_MAX`, a key twice in one object, `__proto__` as a key, whole numbers that a double does
 * not hold exactly, numbers beyond its range, bytes that are not UTF-8. What passes means to every reader the same.
 */

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
  const parsed = parse(text)
  try {
    checkContent(text)
  } catch (cause) {
    throw cause instanceof JsonRefused ? new JsonRefused(cause.message, { cause, parsed }) : cause
  }
  return parsed
}

function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new JsonRefused("the text is not UTF-8", { cause })
  }
}

function parse(text: string): unknown {
  // The depth is counted first: a parser may use one stack frame a level.
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) i = endOfString(text, i)
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > DEPTH_MAX) throw new JsonRefused(`the JSON is nested deeper than ${DEPTH_MAX} levels`)
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--
  }
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
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === BACKSLASH) i++
    else if (code === QUOTE) return i
  }
  return text.length - 1
}

const NUMBER = /-?[0-9][0-9.eE+-]*/y
const COLON = /\s*:/y

/** Checks keys and numbers of a text that is known to be JSON. */
function checkContent(text: string): void {
  const keys: Array<Set<string>> = []
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === OPEN_BRACE) keys.push(new Set())
    else if (code === CLOSE_BRACE) keys.pop()
    else if (code === QUOTE) {
      const end = endOfString(text, i)
      COLON.lastIndex = end + 1
      if (COLON.test(text)) checkKey(String(JSON.parse(text.slice(i, end + 1))), keys.at(-1))
      i = end
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      NUMBER.lastIndex = i
      const number = NUMBER.exec(text)?.[0] ?? ""
      checkNumber(number)
      i += Math.max(number.length - 1, 0)
    }
  }
}

function checkKey(key: string, seen: Set<string> | undefined): void {
  if (key === "__proto__") throw new JsonRefused("the key __proto__ is not accepted")
  if (seen?.has(key) === true) throw new JsonRefused(`the key ${JSON.stringify(key.slice(0, 100))} is there twice`)
  seen?.add(key)
}

function checkNumber(text: string): void {
  const value = Number(text)
  if (!Number.isFinite(value)) throw new JsonRefused(`the number ${text.slice(0, 40)} is out of range`)
  if (/^-?\d+$/.test(text) && !Number.isSafeInteger(value))
    throw new JsonRefused(`the number ${text.slice(0, 40)} is beyond 2^53 - 1 and would not stay exact`)
}
