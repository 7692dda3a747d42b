/**
 * Keys of the agent view from the tokens that a terminal sends: characters, named keys, pasted text.
 */
import { StringDecoder } from "node:string_decoder"
import { MODIFIER } from "@holdfast/core/terminal/input/key-press"
import type { KeyPress } from "@holdfast/core/terminal/input/key-press"
import type { InputToken } from "@holdfast/core/terminal/input/token"

/** One key. `batch`: how many keys came with it in one read; a person presses one at a time. */
export type EditorKey =
  | { readonly _tag: "Text"; readonly text: string; readonly batch: number }
  | { readonly _tag: "Paste"; readonly text: string }
  | { readonly _tag: "Named"; readonly name: string; readonly batch: number }

type Unbatched =
  | { readonly _tag: "Text"; readonly text: string }
  | { readonly _tag: "Paste"; readonly text: string }
  | { readonly _tag: "Named"; readonly name: string }

/** Longest pasted text, in bytes; the rest is left out. */
const PASTE_MAX = 1024 * 1024

const { shift, alt, ctrl } = MODIFIER
const decoder = new TextDecoder()

/** Reads one terminal's keys. */
export class KeyReader {
  readonly #text = new StringDecoder("utf8")
  #pasted: Array<Uint8Array> = []
  #pastedBytes = 0

  /** The keys in the next tokens, each with the token that it came with. */
  read(tokens: ReadonlyArray<InputToken>): ReadonlyArray<{ readonly key: EditorKey; readonly token: InputToken }> {
    const keys = tokens.flatMap((token) => {
      const key = this.#key(token)
      return key === undefined ? [] : [{ key, token }]
    })
    const batch = keys.reduce((sum, { key }) => sum + (key._tag === "Text" ? [...key.text].length : 1), 0)
    return keys.map(({ key, token }) => ({ key: key._tag === "Paste" ? key : { ...key, batch }, token }))
  }

  #key(token: InputToken): Unbatched | undefined {
    if (token._tag === "Text") {
      const text = this.#text.write(Buffer.from(token.bytes)).replace(/[\u0080-\u009f]/g, "")
      return text === "" ? undefined : { _tag: "Text", text }
    }
    if (token._tag === "Key") return keyOf(token.key)
    return token._tag === "Paste" ? this.#paste(token) : undefined
  }

  #paste({ part, bytes }: Extract<InputToken, { _tag: "Paste" }>): Unbatched | undefined {
    if (part === "content") {
      const kept = bytes.slice(0, Math.max(0, PASTE_MAX - this.#pastedBytes))
      this.#pasted.push(kept)
      this.#pastedBytes += kept.length
      return undefined
    }
    const text = decoder.decode(Buffer.concat(this.#pasted))
    this.#pasted = []
    this.#pastedBytes = 0
    return part === "end" ? { _tag: "Paste", text } : undefined
  }
}

function keyOf(key: KeyPress): Unbatched | undefined {
  const { name, code, base, modifiers, event } = key
  if (event === "release" || name === "modifier" || name === "unknown") return undefined
  if ((modifiers & ~(shift | alt | ctrl)) !== 0) return undefined
  const held = `${(modifiers & ctrl) === 0 ? "" : "ctrl-"}${(modifiers & alt) === 0 ? "" : "alt-"}`
  if (name !== undefined) return { _tag: "Named", name: `${held}${(modifiers & shift) === 0 ? "" : "shift-"}${name}` }
  if (code === undefined) return undefined
  if (held === "") return { _tag: "Text", text: textOf(key, code) }
  const character = String.fromCodePoint(code > 0x7f && base !== undefined ? base : code)
  return { _tag: "Named", name: `${held}${character === " " ? "space" : character}` }
}

function textOf({ text, shifted, modifiers, caps }: KeyPress, code: number): string {
  if (text !== undefined) return text
  const isShifted = (modifiers & shift) !== 0
  if (isShifted && shifted !== undefined) return String.fromCodePoint(shifted)
  const character = String.fromCodePoint(code)
  return isShifted === caps ? character : character.toUpperCase()
}
