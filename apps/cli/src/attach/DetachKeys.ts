/**
 * Finds the detach key in what is typed (docs/protocol/rules.md, C-8).
 *
 * The key is a prefix, Ctrl-] unless another is set, then a letter: `d` detaches, `k` takes the keyboard, `r` redraws, `s`
 * scrolls, `?` lists these keys, the prefix again types it once. Anything else is typed as it is, prefix included. What the terminal reports by
 * itself, and keys that are let go, change nothing about it.
 */
import { MODIFIER } from "@holdfast/core/terminal/input/key-press"
import type { KeyPress } from "@holdfast/core/terminal/input/key-press"
import type { InputToken } from "@holdfast/core/terminal/input/token"
import { usage } from "../failure.ts"
import { keyBytes } from "../sessions/keys.ts"

/** What we do after the detach key. */
export type DetachCommand = "detach" | "keyboard" | "redraw" | "scroll" | "keys"

/** What typing comes to: tokens for the session, and commands for us. */
export type Typed =
  | { readonly _tag: "Input"; readonly tokens: ReadonlyArray<InputToken> }
  | { readonly _tag: "Command"; readonly command: DetachCommand }

const COMMANDS = new Map<string, DetachCommand>([
  ["d", "detach"],
  ["k", "keyboard"],
  ["r", "redraw"],
  ["s", "scroll"],
  ["[", "scroll"],
  ["?", "keys"],
])

type KeyToken = Extract<InputToken, { _tag: "Key" }>
const { shift, alt, ctrl } = MODIFIER
const isLetter = (code: number): boolean => code >= 0x61 && code <= 0x7a

/** Watches what is typed for the prefix. */
export class DetachKeys {
  readonly #wanted: number | undefined
  /** The prefix, with what came after it and is no key that was pressed. */
  #prefix: ReadonlyArray<KeyToken> | undefined
  /** Keys of ours that are still down: that they are let go is nothing to the session. */
  readonly #down = new Set<number>()
  /** The prefix as people call it; undefined where there is none. */
  readonly name: string | undefined
  /** Whether this terminal reports keys that are let go. */
  tellsReleases = false

  /** `key` is a control key such as `ctrl-]`, or `none`. Throws a usage failure. */
  constructor(key: string) {
    this.name = key === "none" ? undefined : keyName(key)
    this.#wanted = key === "none" ? undefined : characterOf(key)
  }

  /** What the keys after the prefix do, in one line. */
  get words(): string {
    return `${this.name ?? ""} and then: d detaches, s scrolls, k takes the keyboard, r redraws, ${this.name ?? ""} types it`
  }

  /** Reads what the terminal sent. */
  read(tokens: ReadonlyArray<InputToken>): ReadonlyArray<Typed> {
    const typed: Array<Typed> = []
    let input: Array<InputToken> = []
    for (const token of tokens) {
      if (token._tag === "Key" && token.key.event === "release") this.tellsReleases = true
      const command = this.#command(token, input)
      if (command === undefined) continue
      if (input.length > 0) typed.push({ _tag: "Input", tokens: input })
      typed.push({ _tag: "Command", command: command.command })
      input = command.rest
    }
    if (input.length > 0) typed.push({ _tag: "Input", tokens: input })
    return typed
  }

  /** Takes a token: into `input`, into the prefix, or as a command with the rest of its text. */
  #command(
    token: InputToken,
    input: Array<InputToken>,
  ): { readonly command: DetachCommand; readonly rest: Array<InputToken> } | undefined {
    const prefix = this.#prefix
    if (prefix === undefined) {
      if (this.#isPrefix(token)) this.#prefix = [token]
      else if (!this.#isLetGo(token)) input.push(token)
      return undefined
    }
    if (token._tag === "Mouse" || token._tag === "Focus" || token._tag === "Answer") {
      input.push(token)
      return undefined
    }
    if (token._tag === "Key" && (token.key.event !== "press" || token.key.name === "modifier")) {
      this.#prefix = [...prefix, token]
      return undefined
    }
    this.#prefix = undefined
    if (this.#isPrefix(token)) {
      input.push(token)
      return undefined
    }
    const command = COMMANDS.get(letterOf(token))
    if (command === undefined) {
      input.push(...prefix, token)
      return undefined
    }
    for (const each of [...prefix, token]) this.#note(each)
    const text = token._tag === "Text" && token.bytes.length > 1 ? [{ ...token, bytes: token.bytes.subarray(1) }] : []
    return { command, rest: text }
  }

  #note(token: InputToken): void {
    if (token._tag !== "Key" || token.key.code === undefined) return
    if (token.key.event === "release") this.#down.delete(token.key.code)
    else if (token.key.form === "kitty") this.#down.add(token.key.code)
  }

  /** Whether a key of ours is let go, or repeats while it is down. */
  #isLetGo(token: InputToken): boolean {
    if (token._tag !== "Key" || token.key.code === undefined || !this.#down.has(token.key.code)) return false
    if (token.key.event !== "repeat") this.#down.delete(token.key.code)
    return token.key.event !== "press"
  }

  #isPrefix(token: InputToken): token is KeyToken {
    return this.#wanted !== undefined && token._tag === "Key" && isControl(token.key, this.#wanted)
  }
}

/** The key as people read it: `Ctrl-]`. */
export function keyName(key: string): string {
  return key.replace(/^(?:ctrl-|c-|\^)/i, "Ctrl-")
}

/**
 * Whether a key is Ctrl with a character. A character that a layout has behind AltGr or Shift comes as what the layout makes
 * of it, with the modifier or without; where the character on the key is another one, its place on a US keyboard counts.
 */
function isControl(key: KeyPress, wanted: number): boolean {
  const { code, shifted, base, modifiers, event, form } = key
  if (event !== "press" || (modifiers & ctrl) === 0 || code === undefined) return false
  const others = modifiers & ~ctrl
  if (others === 0 && code === wanted) return true
  if (isLetter(wanted)) return others === 0 && code > 0x7f && base === wanted
  if (form === "other") return code === wanted && (others & ~(shift | alt)) === 0
  if (others === shift && shifted === wanted) return true
  return others === 0 && base === wanted
}

/** The letter of a key after the prefix; Ctrl that is still held, Shift and Caps Lock do not matter. */
function letterOf(token: InputToken): string {
  if (token._tag === "Text") return String.fromCharCode(token.bytes[0] ?? 0).toLowerCase()
  if (token._tag !== "Key" || (token.key.modifiers & ~(shift | ctrl)) !== 0) return ""
  const { code, base, name } = token.key
  if (name === "pageup") return "s"
  if (code === undefined) return ""
  return String.fromCodePoint(code > 0x7f && base !== undefined ? base : code).toLowerCase()
}

/** Control keys that are keys of their own and so cannot be told from them. */
const KEYS_OF_THEIR_OWN = new Set([0x08, 0x09, 0x0a, 0x0d, 0x1b])

function characterOf(key: string): number {
  const byte = keyBytes(key)
  const code = byte.charCodeAt(0)
  if (byte.length !== 1 || code >= 0x20 || KEYS_OF_THEIR_OWN.has(code))
    throw usage(`a detach key is a control key such as ctrl-] or ctrl-a, or none; not ${JSON.stringify(key)}`)
  return code === 0 ? 0x20 : code <= 26 ? code + 0x60 : code + 0x40
}
