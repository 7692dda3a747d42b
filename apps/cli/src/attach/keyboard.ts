/**
 * What comes from the user's terminal, in tokens (docs/protocol/rules.md, T-28).
 */
import { InputReader } from "@holdfast/core/terminal/input/InputReader"
import { isTyped } from "@holdfast/core/terminal/input/token"
import type { InputToken } from "@holdfast/core/terminal/input/token"
import { headOf } from "@holdfast/protocol/text-cut"
import { printable } from "../text/printable.ts"

/** Milliseconds in which the rest of a key's bytes come, and in which more of a paste or an answer comes. */
const KEY_REST = 30
const PASTE_REST = 5000

/** Has `read` called with what comes from standard input, also where a question before paused it: a listener alone would not. */
export function listenToKeys(read: (chunk: Uint8Array) => void): void {
  process.stdin.on("data", read).resume()
}

/** Reads standard input, each chunk through `change`; gives the function that stops. */
export function readKeyboard(
  take: (tokens: ReadonlyArray<InputToken>) => void,
  change: (chunk: Uint8Array) => Uint8Array = (chunk) => chunk,
): () => void {
  const reader = new InputReader()
  let rest: NodeJS.Timeout | undefined
  const read = (chunk: Uint8Array): void => {
    clearTimeout(rest)
    const tokens = reader.read(change(chunk))
    if (reader.waits) rest = setTimeout(() => take(reader.flush()), KEY_REST)
    // Where the end mark of a paste was lost, keys are keys again: no one is to be locked in.
    else if (reader.isInside) rest = setTimeout(() => take(reader.abandon()), PASTE_REST)
    if (tokens.length > 0) take(tokens)
  }
  listenToKeys(read)
  return () => {
    clearTimeout(rest)
    process.stdin.off("data", read)
  }
}

/** The bytes of tokens, as they came. */
export function bytesOf(tokens: ReadonlyArray<InputToken>): Uint8Array {
  return Buffer.concat(tokens.map(({ bytes }) => bytes))
}

/** The keys that are one character or control character each, as text; no pastes, no reports. */
export function plainKeys(tokens: ReadonlyArray<InputToken>): string {
  return tokens
    .filter(({ _tag, bytes }) => _tag === "Text" || (_tag === "Key" && bytes.length === 1))
    .map(({ bytes }) => Buffer.from(bytes).toString("utf8"))
    .join("")
}

/** Longest text of what was typed that is shown, in characters. */
const SHOWN_MAX = 60

/** What a person typed, to be shown; empty when it was no one. */
export function typedText(tokens: ReadonlyArray<InputToken>): string {
  const text = Buffer.from(bytesOf(tokens.filter(isTyped))).toString("utf8")
  return printable(text.length > SHOWN_MAX ? `${headOf(text, SHOWN_MAX)}…` : text)
}
