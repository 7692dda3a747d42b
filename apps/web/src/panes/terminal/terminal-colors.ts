/** The colours of terminals in this page, and what their programs are told of them (docs/protocol/rules.md, T-20). */
import type { ITheme } from "@xterm/xterm"
import { theme } from "../../app/theme.ts"
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"
import { pageTokens, terminalPalette, type Tokens } from "./palette.ts"
import { terminalTheme } from "./preferences.ts"

const COLOR = /^#[\da-f]{6}$/

/** The theme that terminals have now. */
export function shownTheme(): "dark" | "light" {
  const chosen = terminalTheme.get()
  return chosen === "page" ? theme.get() : chosen
}

/** The colours that terminals have now. */
export function terminalTokens(): Tokens {
  const root = document.documentElement
  if (shownTheme() === theme.get()) return pageTokens(root)
  // The colours of the other theme are those of an element that has it.
  const probe = document.createElement("div")
  probe.hidden = true
  probe.dataset["theme"] = shownTheme()
  root.append(probe)
  const tokens = pageTokens(probe)
  probe.remove()
  return tokens
}

/** The palette of emulators now. */
export function paletteNow(): ITheme {
  return terminalPalette(terminalTokens(), shownTheme())
}

/** Text and ground as they are now; `undefined` before the page has its colours. */
export function terminalColors(): TerminalColors | undefined {
  const { text: foreground, ground: background } = terminalTokens()
  return COLOR.test(foreground) && COLOR.test(background) ? { foreground, background } : undefined
}
