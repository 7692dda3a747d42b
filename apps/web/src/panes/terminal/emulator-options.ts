/** How an emulator is made, and how it follows the page's theme and what is set for terminals. */
import type { ITerminalOptions, Terminal } from "@xterm/xterm"
import { monoFace } from "../../app/preferences.ts"
import { monoFamily, theme } from "../../app/theme.ts"
import { cursorBlink, cursorStyle, fontSize, screenReader, terminalTheme } from "./preferences.ts"
import { paletteNow } from "./terminal-colors.ts"

/** Lines above the screen that an emulator keeps by itself; what is older is in the log. */
export const SCROLLBACK = 10_000

/** Pixels beside the last column, for the scroll bar and the places of what was found. */
export const RULER = 6

/** Pixels around the cells, on each side. */
export const EDGE = 4

/** What every emulator of the page is made with. */
export function emulatorOptions(): ITerminalOptions {
  return {
    // Decorations, for what a search finds.
    allowProposedApi: true,
    // Double-clicks take paths and addresses as a whole.
    wordSeparator: " ()[]{}'\"`,;│┃",
    fontWeight: 400,
    fontWeightBold: 660,
    // 18 pixels for a face of 14.
    lineHeight: 1.06,
    letterSpacing: 0,
    minimumContrastRatio: 4.5,
    drawBoldTextInBrightColors: false,
    rescaleOverlappingGlyphs: true,
    scrollback: SCROLLBACK,
    overviewRuler: { width: RULER },
    // Moving a program's cursor by clicks sends keys that no one pressed.
    altClickMovesCursor: false,
    macOptionClickForcesSelection: true,
    rightClickSelectsWord: false,
    cursorInactiveStyle: "outline",
    ...changing(),
  }
}

/** Follows what is set until the function that is returned is called; `changed` is called after each change. */
export function followSettings(terminal: Terminal, changed: () => void): () => void {
  const show = (): void => {
    Object.assign(terminal.options, changing())
    changed()
  }
  const ends = [fontSize, cursorStyle, cursorBlink, screenReader, theme, terminalTheme, monoFace].map((one) =>
    one.subscribe(show),
  )
  return () => {
    for (const end of ends) end()
  }
}

/** The part that changes while the page is there. */
function changing(): ITerminalOptions {
  return {
    fontFamily: monoFamily(),
    fontSize: fontSize.get(),
    cursorStyle: cursorStyle.get(),
    cursorBlink: cursorBlink.get() && !matchMedia("(prefers-reduced-motion: reduce)").matches,
    screenReaderMode: screenReader.get(),
    theme: paletteNow(),
  }
}
