/** Charsets by the letter that designates them (ESC ( 0 and the like). */
import { coreOf, emptyTerminal } from "./xterm-internals.ts"
import type { Charset } from "./xterm-internals.ts"

const LETTERS = ["0", "A", "4", "C", "R", "Q", "K", "Y", "E", "Z", "H", "="]

let known: ReadonlyMap<Charset, string> | undefined

const probe = (): ReadonlyMap<Charset, string> => {
  const terminal = emptyTerminal(2, 1, 0)
  const core = coreOf(terminal)
  const found = new Map<Charset, string>()
  for (const letter of LETTERS) {
    core._inputHandler.parse(Buffer.from(`\x1b(${letter}`))
    found.set(core._charsetService.charset, letter)
  }
  terminal.dispose()
  return found
}

/** The letter of a charset; `B` is US ASCII. */
export function letterOf(charset: Charset): string {
  if (charset === undefined) return "B"
  known ??= probe()
  return known.get(charset) ?? "B"
}

/** The sequence that designates a charset as G0 to G3. */
export function designate(level: number, charset: Charset): string {
  return `\x1b${"()*+"[level] ?? "("}${letterOf(charset)}`
}

/** The sequence that makes G0 to G3 current. */
export function shift(level: number): string {
  return ["\x0f", "\x0e", "\x1bn", "\x1bo"][level] ?? "\x0f"
}

/** Whether a charset shows another character for this one. */
export function isReplaced(charset: Charset, character: string): boolean {
  return charset !== undefined && character.length === 1 && character < "\x7f" && Reflect.has(charset, character)
}
