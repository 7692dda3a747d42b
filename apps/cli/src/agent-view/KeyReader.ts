/**
 * Keys from what a terminal sends, whatever way the bytes are cut: characters, named keys, pasted text.
 *
 * Understands the sequences of xterm and its kin, CSI u and modifyOtherKeys included, and bracketed paste. An ESC alone is
 * the escape key once `flush` is called, a moment after it came.
 */
import { StringDecoder } from "node:string_decoder"

/** One key. `batch`: how many keys came with it in one read; a person presses one at a time. */
export type Key =
  | { readonly _tag: "Text"; readonly text: string; readonly batch: number }
  | { readonly _tag: "Paste"; readonly text: string }
  | { readonly _tag: "Named"; readonly name: string; readonly batch: number }

type Unbatched =
  | { readonly _tag: "Text"; readonly text: string }
  | { readonly _tag: "Paste"; readonly text: string }
  | { readonly _tag: "Named"; readonly name: string }

const PASTE_BEGIN = "\u001b[200~"
const PASTE_END = "\u001b[201~"
/** Longest pasted text, in characters; the rest is left out. */
const PASTE_MAX = 1024 * 1024

const FINALS: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  H: "home",
  F: "end",
  Z: "shift-tab",
}
const TILDES: Readonly<Record<string, string>> = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
}
const CODES: Readonly<Record<number, string>> = { 9: "tab", 13: "enter", 27: "escape", 127: "backspace", 8: "backspace" }
const CONTROLS: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "ctrl-j",
  "\t": "tab",
  "\u007f": "backspace",
  "\b": "backspace",
  "\u0000": "ctrl-space",
}

// oxlint-disable-next-line no-control-regex
const SEQUENCE = /^\u001b(?:\[([\d;:<=>?]*)[ -/]*([@-~])|O([ -~]))/
// oxlint-disable-next-line no-control-regex
const UNFINISHED = /^\u001b(?:\[[\d;:<=>?]*[ -/]*|O)?$/
// oxlint-disable-next-line no-control-regex
const PLAIN = /^[^\u0000-\u001f\u007f\u0080-\u009f]+/

const modified = (modifiers: number, name: string): string =>
  `${(modifiers & 4) !== 0 ? "ctrl-" : ""}${(modifiers & 2) !== 0 ? "alt-" : ""}${(modifiers & 1) !== 0 && name !== "shift-tab" ? "shift-" : ""}${name}`

/** Reads one terminal's keys. */
export class KeyReader {
  readonly #decoder = new StringDecoder("utf8")
  #held = ""
  #paste: string | undefined

  /** Whether an ESC waits for what may follow it. */
  get waits(): boolean {
    return this.#held !== ""
  }

  /** The keys in the next bytes. */
  read(bytes: Uint8Array): ReadonlyArray<Key> {
    this.#held += this.#decoder.write(Buffer.from(bytes))
    return this.#batch(this.#keys(false))
  }

  /** What waited is all there is: an ESC that came alone is the escape key. */
  flush(): ReadonlyArray<Key> {
    return this.#batch(this.#keys(true))
  }

  #batch(keys: ReadonlyArray<Unbatched>): ReadonlyArray<Key> {
    const batch = keys.reduce((sum, key) => sum + (key._tag === "Text" ? [...key.text].length : 1), 0)
    return keys.map((key) => (key._tag === "Paste" ? key : { ...key, batch }))
  }

  #keys(all: boolean): ReadonlyArray<Unbatched> {
    const keys: Array<Unbatched> = []
    while (this.#held !== "") {
      if (this.#paste !== undefined) {
        const pasted = this.#pasted()
        if (pasted === undefined) break
        keys.push({ _tag: "Paste", text: pasted })
        continue
      }
      if (this.#held.startsWith(PASTE_BEGIN)) {
        this.#paste = ""
        this.#held = this.#held.slice(PASTE_BEGIN.length)
        continue
      }
      if (!all && UNFINISHED.test(this.#held)) break
      const key = this.#next()
      if (key !== undefined) keys.push(key)
    }
    return keys
  }

  #pasted(): string | undefined {
    const text = (this.#paste ?? "") + this.#held
    const end = text.indexOf(PASTE_END)
    if (end !== -1) {
      this.#paste = undefined
      this.#held = text.slice(end + PASTE_END.length)
      return text.slice(0, Math.min(end, PASTE_MAX))
    }
    // The end mark may be cut.
    const kept = text.slice(0, PASTE_MAX)
    this.#paste = kept.slice(0, -PASTE_END.length)
    this.#held = text.length > PASTE_MAX ? text.slice(-PASTE_END.length) : kept.slice(-PASTE_END.length)
    return undefined
  }

  #next(): Unbatched | undefined {
    const text = this.#held
    const plain = PLAIN.exec(text)?.[0]
    if (plain !== undefined) {
      this.#held = text.slice(plain.length)
      return { _tag: "Text", text: plain }
    }
    const sequence = SEQUENCE.exec(text)
    if (sequence !== null) {
      this.#held = text.slice(sequence[0].length)
      return sequenceKey(sequence[1] ?? "", sequence[2] ?? sequence[3] ?? "")
    }
    const [first = "", second = ""] = [text[0], text[1]]
    if (first === "\u001b" && second !== "" && second !== "\u001b") {
      this.#held = text.slice(2)
      const named = CONTROLS[second]
      return { _tag: "Named", name: `alt-${named ?? control(second) ?? second}` }
    }
    this.#held = text.slice(1)
    if (first === "\u001b") return { _tag: "Named", name: "escape" }
    const name = CONTROLS[first] ?? control(first)
    return name === undefined ? undefined : { _tag: "Named", name }
  }
}

function control(character: string): string | undefined {
  const code = character.charCodeAt(0)
  return code < 0x20 ? `ctrl-${String.fromCharCode(code + 0x40).toLowerCase()}` : undefined
}

function sequenceKey(parameters: string, final: string): Unbatched | undefined {
  const numbers = parameters.split(";").map((part) => Number.parseInt(part, 10))
  const modifiers = Math.max(0, (numbers[1] ?? 1) - 1 || 0)
  if (final === "u" || (final === "~" && numbers[0] === 27)) {
    const code = (final === "u" ? numbers[0] : numbers[2]) ?? 0
    const named = CODES[code]
    if (named !== undefined) return { _tag: "Named", name: modified(modifiers, named) }
    if (code < 0x20 || code > 0x10ffff) return undefined
    const character = String.fromCodePoint(code)
    return (modifiers & 6) === 0 ? { _tag: "Text", text: character } : { _tag: "Named", name: modified(modifiers & 6, character) }
  }
  const name = final === "~" ? TILDES[String(numbers[0])] : FINALS[final]
  return name === undefined ? undefined : { _tag: "Named", name: modified(modifiers, name) }
}
