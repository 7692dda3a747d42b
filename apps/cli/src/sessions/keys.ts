/**
 * Keys by name, as the bytes a terminal sends for them in its ordinary mode.
 */
import { usage } from "../failure.ts"

const NAMED: Readonly<Record<string, string>> = {
  enter: "\r",
  return: "\r",
  tab: "\t",
  "shift-tab": "\u001b[Z",
  esc: "\u001b",
  escape: "\u001b",
  space: " ",
  backspace: "\u007f",
  delete: "\u001b[3~",
  insert: "\u001b[2~",
  up: "\u001b[A",
  down: "\u001b[B",
  right: "\u001b[C",
  left: "\u001b[D",
  home: "\u001b[H",
  end: "\u001b[F",
  pageup: "\u001b[5~",
  pagedown: "\u001b[6~",
  f1: "\u001bOP",
  f2: "\u001bOQ",
  f3: "\u001bOR",
  f4: "\u001bOS",
  f5: "\u001b[15~",
  f6: "\u001b[17~",
  f7: "\u001b[18~",
  f8: "\u001b[19~",
  f9: "\u001b[20~",
  f10: "\u001b[21~",
  f11: "\u001b[23~",
  f12: "\u001b[24~",
}

/** Bytes of a key: a name such as `enter`, `up`, `f5`; `ctrl-c`, `^C`; `alt-x`; or one character. Throws a usage failure. */
export function keyBytes(name: string): string {
  const lower = name.toLowerCase()
  const named = NAMED[lower]
  if (named !== undefined) return named
  const control = /^(?:ctrl-|c-|\^)(space|.)$/u.exec(lower)?.[1]
  if (control !== undefined) return controlByte(control)
  const alt = /^(?:alt-|m-)(.+)$/u.exec(name)?.[1]
  if (alt !== undefined) return `\u001b${keyBytes(alt)}`
  if ([...name].length === 1) return name
  throw usage(`${JSON.stringify(name)} is not a key; use one such as enter, tab, esc, up, f5, ctrl-c or alt-x`)
}

function controlByte(character: string): string {
  if (character === "?") return "\u007f"
  const code = character === " " || character === "space" ? 0 : character.toUpperCase().charCodeAt(0) - 0x40
  if (code >= 0 && code < 0x20) return String.fromCharCode(code)
  throw usage(`there is no control key for ${JSON.stringify(character)}`)
}
