/** What programs in terminals are told of the colours of this page (docs/protocol/rules.md, T-20). */
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"
import { pageTokens } from "./palette.ts"

const COLOR = /^#[\da-f]{6}$/

/** Text and ground as they are now; `undefined` before the page has its colours. */
export function terminalColors(): TerminalColors | undefined {
  const { text: foreground, ground: background } = pageTokens(document.documentElement)
  return COLOR.test(foreground) && COLOR.test(background) ? { foreground, background } : undefined
}
