/** Colours of terminals, made of the page's own, so that both themes and all panes agree. */
import type { ITheme } from "@xterm/xterm"

/** Names of the page's colours that a terminal is made of. */
export const TOKENS = [
  "ground",
  "raised",
  "line",
  "line-2",
  "text",
  "soft",
  "faint",
  "kelp",
  "kelp-fill",
  "on-kelp",
  "wait",
  "fail",
  "code-2",
  "code-3",
  "code-4",
  "code-5",
  "code-6",
] as const

/** The page's colours, each as `#rrggbb`. */
export type Tokens = Readonly<Record<(typeof TOKENS)[number], string>>

/** The colours of an element. */
export function pageTokens(element: Element): Tokens {
  const style = getComputedStyle(element)
  return Object.fromEntries(TOKENS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Tokens
}

/** The sixteen colours, text, cursor, selection and scroll bar of a terminal on the ground of the page. */
export function terminalPalette(tokens: Tokens, theme: "dark" | "light"): ITheme {
  const brighter = (color: string): string => mixed(color, tokens.text, 0.3)
  const hues = {
    red: tokens.fail,
    green: tokens["code-2"],
    yellow: tokens["code-3"],
    blue: tokens["code-4"],
    magenta: tokens["code-6"],
    cyan: tokens["code-5"],
  }
  return {
    ...hues,
    ...(theme === "dark"
      ? { black: tokens.line, brightBlack: tokens.faint, white: mixed(tokens.text, tokens.soft, 0.25), brightWhite: "#ffffff" }
      : {
          black: tokens.text,
          brightBlack: mixed(tokens.faint, tokens.text, 0.1),
          white: tokens["line-2"],
          brightWhite: tokens.raised,
        }),
    brightRed: brighter(hues.red),
    brightGreen: brighter(hues.green),
    brightYellow: brighter(hues.yellow),
    brightBlue: brighter(hues.blue),
    brightMagenta: brighter(hues.magenta),
    brightCyan: brighter(hues.cyan),
    foreground: tokens.text,
    background: tokens.ground,
    cursor: tokens.kelp,
    cursorAccent: tokens.ground,
    selectionBackground: mixed(tokens.ground, tokens["kelp-fill"], theme === "dark" ? 0.6 : 0.3),
    selectionInactiveBackground: mixed(tokens.ground, tokens.soft, 0.35),
    scrollbarSliderBackground: `${tokens["line-2"]}99`,
    scrollbarSliderHoverBackground: tokens["line-2"],
    scrollbarSliderActiveBackground: tokens.soft,
    overviewRulerBorder: tokens.ground,
  }
}

const channels = (color: string): ReadonlyArray<number> => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16))

/** A colour on the way from one to another, 0 to 1. */
function mixed(from: string, to: string, part: number): string {
  const target = channels(to)
  const parts = channels(from).map((value, at) => Math.round(value + ((target[at] ?? value) - value) * part))
  return `#${parts.map((value) => value.toString(16).padStart(2, "0")).join("")}`
}

const luminance = (color: string): number => {
  const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
    const share = value / 255
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** How well one colour can be read on another, from 1 to 21 (WCAG 2.2). */
export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}
