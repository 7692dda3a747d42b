/** Keys as they are shown. */

/** Whether this is a Mac, or a device with its keys. */
export function isApple(): boolean {
  return /Mac|iPod|iPhone|iPad/.test(globalThis.navigator?.platform ?? "")
}

const NAMES: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Enter: "↵",
  Escape: "Esc",
  Backspace: "⌫",
  Delete: "Del",
  Space: "Space",
  Tab: "⇥",
  PageDown: "PgDn",
  PageUp: "PgUp",
}

const HELD: Readonly<Record<string, readonly [apple: string, other: string]>> = {
  $mod: ["⌘", "Ctrl "],
  Control: ["⌃", "Ctrl "],
  Meta: ["⌘", "Meta "],
  Alt: ["⌥", "Alt "],
  Shift: ["⇧", "⇧"],
}

/** Keys in the words of tinykeys as a person reads them: `$mod+k` is `⌘K` on a Mac and `Ctrl K` elsewhere. */
export function keyText(keys: string, apple = isApple()): string {
  return keys
    .split(" ")
    .map((press) => {
      const parts = press.split(/(?<=\w)\+/)
      const key = parts.at(-1) ?? ""
      const held = parts.slice(0, -1).map((one) => HELD[one]?.[apple ? 0 : 1] ?? `${one} `)
      return held.join("") + (NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key.replace(/^(?:Key|Digit)/, "")))
    })
    .join(" ")
}
