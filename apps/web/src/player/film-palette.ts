/** Colours of a terminal in a film, from the page's own. */
import type { ITheme } from "@xterm/xterm"

/** The palette, as the custom properties of an element have it now. */
export function filmPalette(element: Element): ITheme {
  const style = getComputedStyle(element)
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  const isLight = token("ground") > "#8"
  const hues = {
    red: token("fail"),
    green: token("code-2"),
    yellow: token("code-3"),
    blue: token("code-4"),
    magenta: token("code-6"),
    cyan: token("code-5"),
  }
  return {
    ...hues,
    brightRed: hues.red,
    brightGreen: hues.green,
    brightYellow: hues.yellow,
    brightBlue: hues.blue,
    brightMagenta: hues.magenta,
    brightCyan: hues.cyan,
    black: isLight ? token("text") : token("line"),
    brightBlack: token("faint"),
    white: isLight ? token("line-2") : token("soft"),
    brightWhite: isLight ? token("raised") : "#ffffff",
    foreground: token("text"),
    background: token("ground"),
    cursor: token("kelp"),
    cursorAccent: token("ground"),
    selectionBackground: token("kelp-fill"),
  }
}
