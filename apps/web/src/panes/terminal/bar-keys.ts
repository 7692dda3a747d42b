/** Keys that a phone's keyboard does not have, and Ctrl held down for the next one. */

/** A key of the bar. */
export type BarKey = "esc" | "tab" | "backtab" | "left" | "down" | "up" | "right" | "enter" | "backspace"

const ARROWS: Readonly<Partial<Record<BarKey, string>>> = { up: "A", down: "B", right: "C", left: "D" }
const BYTES: Readonly<Partial<Record<BarKey, string>>> = {
  esc: "\u001b",
  tab: "\t",
  backtab: "\u001b[Z",
  enter: "\r",
  backspace: "\u007f",
}

/** What a key of the bar sends. */
export function barKey(key: BarKey, isCtrl: boolean, isApplicationCursor: boolean): string {
  const arrow = ARROWS[key]
  if (arrow === undefined) return BYTES[key] ?? ""
  if (isCtrl) return `\u001b[1;5${arrow}`
  return `\u001b${isApplicationCursor ? "O" : "["}${arrow}`
}

/** What a character sends with Ctrl; one that has nothing with it stays as it is. */
export function withCtrl(text: string): string {
  const [first = ""] = Array.from(text)
  const upper = first.toUpperCase()
  if (upper === " ") return "\u0000"
  if (upper === "?") return "\u007f"
  const code = upper.charCodeAt(0)
  const isControl = upper.length === 1 && code >= 0x40 && code <= 0x5f
  return isControl ? String.fromCharCode(code - 0x40) + text.slice(first.length) : text
}

/** How Ctrl stands: for the next key, or until it is let go. */
export type Held = "off" | "once" | "locked"

/** What a press of Ctrl makes of it. */
export function pressedCtrl(held: Held): Held {
  return held === "off" ? "once" : held === "once" ? "locked" : "off"
}

/** A line that was not taken, and what was typed since. */
export function lineAgain(line: string, since: string): string {
  return since === "" ? line : line === "" ? since : `${line} ${since}`
}
