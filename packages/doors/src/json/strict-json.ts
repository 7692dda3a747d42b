/**
 * JSON as it comes in from outside, checked while it is parsed, in one pass (docs/protocol/rules.md, X-5).
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

/** Parses a body after checking it. Throws `JsonRefused`. `echoed`: as of `parseJson`. */
export function parseBody(bytes: Uint8Array, echoed?: string): unknown {
  return parseJson(decodeText(bytes), echoed)
}

/**
 * Parses JSON after checking it. Throws `JsonRefused`. `echoed`: a field of the outermost object that has what the hub sent, whose
 * numbers are doubles already.
 */
export function parseJson(text: string, echoed?: string): unknown {
  const reader = new Reader(text, echoed)
  let parsed: unknown
  try {
    parsed = reader.read()
  } catch (cause) {
    throw cause instanceof JsonRefused ? cause : new JsonRefused("the text is not JSON", { cause })
  }
  if (reader.problem !== undefined) throw new JsonRefused(reader.problem, { parsed })
  return parsed
}

function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new JsonRefused("the text is not UTF-8", { cause })
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const COMMA = 0x2c
const COLON = 0x3a

/** A short string as it stands: no escapes, no control characters. */
// oxlint-disable-next-line no-control-regex
const PLAIN = /^[^"\\\u0000-\u001f]*$/
/** Longest part of a text that an engine copies: a longer one would keep the whole text in memory. */
const COPIED = 12
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const WORDS: ReadonlyArray<readonly [string, unknown]> = [
  ["true", true],
  ["false", false],
  ["null", null],
]

/** Reads a text once, from its beginning to its end. Its depth is bounded, so that a level may take a stack frame. */
class Reader {
  /** What is wrong first with a key or a number. */
  problem: string | undefined
  readonly #text: string
  #at = 0
  #depth = 0
  /** Within the field whose numbers are as the hub sent them. */
  #isEchoed = false
  readonly #echoed: string | undefined

  constructor(text: string, echoed: string | undefined) {
    this.#text = text
    this.#echoed = echoed
  }

  /** The value. Throws what a parser throws when it is no JSON, and `JsonRefused` when it is too deep. */
  read(): unknown {
    const value = this.#value()
    if (this.#next() !== undefined) throw new SyntaxError(`unexpected text at ${this.#at}`)
    return value
  }

  /** The code of the next character that is no blank; `undefined` at the end. */
  #next(): number | undefined {
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code
    }
    return undefined
  }

  #value(): unknown {
    const code = this.#next()
    if (code === QUOTE) return this.#string()
    if (code === OPEN_BRACE) return this.#object()
    if (code === OPEN_BRACKET) return this.#array()
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue
      this.#at += word.length
      return value
    }
    return this.#number()
  }

  #object(): Record<string, unknown> {
    const value: Record<string, unknown> = {}
    this.#open()
    if (this.#ends(CLOSE_BRACE)) return value
    do {
      if (this.#next() !== QUOTE) throw new SyntaxError(`no key at ${this.#at}`)
      const key = this.#string()
      if (this.#next() !== COLON) throw new SyntaxError(`no colon at ${this.#at}`)
      this.#at++
      if (key === "__proto__") {
        this.problem ??= "the key __proto__ is not accepted"
        this.#value()
        continue
      }
      if (Object.hasOwn(value, key)) this.problem ??= `the key ${JSON.stringify(headOf(key, 100))} occurs twice`
      if (this.#depth === 1) this.#isEchoed = key === this.#echoed
      value[key] = this.#value()
    } while (this.#continues(CLOSE_BRACE))
    return value
  }

  #array(): Array<unknown> {
    const value: Array<unknown> = []
    this.#open()
    if (this.#ends(CLOSE_BRACKET)) return value
    do value.push(this.#value())
    while (this.#continues(CLOSE_BRACKET))
    return value
  }

  #open(): void {
    if (++this.#depth > DEPTH_MAX) throw new JsonRefused(`the JSON is nested deeper than ${DEPTH_MAX} levels`)
    this.#at++
  }

  #ends(close: number): boolean {
    if (this.#next() !== close) return false
    this.#at++
    this.#depth--
    return true
  }

  /** Whether another item follows; otherwise the end must. */
  #continues(close: number): boolean {
    if (this.#ends(close)) return false
    if (this.#next() !== COMMA) throw new SyntaxError(`no comma at ${this.#at}`)
    this.#at++
    return true
  }

  #string(): string {
    const start = this.#at
    const end = endOfString(this.#text, start)
    this.#at = end + 1
    const raw = end - start - 1 <= COPIED ? this.#text.slice(start + 1, end) : undefined
    return raw !== undefined && PLAIN.test(raw) ? raw : String(JSON.parse(this.#text.slice(start, end + 1)))
  }

  #number(): number {
    NUMBER.lastIndex = this.#at
    const [text = ""] = NUMBER.exec(this.#text) ?? []
    if (text === "") throw new SyntaxError(`no value at ${this.#at}`)
    this.#at += text.length
    const value = Number(text)
    if (!this.#isEchoed) this.problem ??= numberProblem(text, value)
    return value
  }
}

/** Index of the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (text.charCodeAt(before) === BACKSLASH) before--
    // An even number of backslashes escape each other.
    if ((end - before) % 2 === 1) return end
  }
  throw new SyntaxError(`the string that begins at ${start} is not terminated`)
}

function numberProblem(text: string, value: number): string | undefined {
  if (text.length < 16 && !text.includes("e") && !text.includes("E")) return undefined
  if (!Number.isFinite(value)) return `the number ${headOf(text, 40)} is out of range`
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(value)
    ? `the number ${headOf(text, 40)} is beyond 2^53 - 1 and would lose precision`
    : undefined
}
