import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { contrast, terminalPalette, TOKENS } from "../../src/panes/terminal/palette.ts"
import type { Tokens } from "../../src/panes/terminal/palette.ts"

const css = readFileSync(new URL("../../src/styles/tokens.css", import.meta.url), "utf8")

/** The colours of a theme, as the page's style sheet has them. */
function tokensOf(theme: "dark" | "light"): Tokens {
  const block = (from: string): string => css.slice(css.indexOf(from), css.indexOf("}", css.indexOf(from)))
  const read = (text: string): Record<string, string> =>
    Object.fromEntries([...text.matchAll(/--([\w-]+):\s*(#[\da-f]{6})/g)].map(([, name, color]) => [name, color]))
  const all: Record<string, string> = {
    ...read(block(':root,\n[data-theme="dark"] {')),
    ...(theme === "light" ? read(block(`[data-theme="light"]`)) : {}),
  }
  return Object.fromEntries(TOKENS.map((name) => [name, all[name]])) as unknown as Tokens
}

describe.each(["dark", "light"] as const)("the colours of terminals in the %s theme", (theme) => {
  const palette = terminalPalette(tokensOf(theme), theme)

  it("APP-57 have all sixteen, each of six digits", () => {
    const names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const
    const bright = names.map((name) => `bright${name.charAt(0).toUpperCase()}${name.slice(1)}` as keyof typeof palette)
    for (const name of [...names, ...bright]) expect(palette[name], name).toMatch(/^#[\da-f]{6}$/)
  })

  it("APP-57 can be read: every hue and the text has 4.5 to the ground", () => {
    const hues = ["foreground", "red", "green", "yellow", "blue", "magenta", "cyan", "brightBlack"] as const
    const brighter = ["brightRed", "brightGreen", "brightYellow", "brightBlue", "brightMagenta", "brightCyan"] as const
    for (const name of [...hues, ...brighter]) {
      expect(contrast(String(palette[name]), String(palette.background)), name).toBeGreaterThanOrEqual(4.5)
    }
    expect(contrast(String(palette.cursor), String(palette.background))).toBeGreaterThanOrEqual(3)
  })

  it("APP-57 keep what is selected readable", () => {
    expect(contrast(String(palette.foreground), String(palette.selectionBackground))).toBeGreaterThanOrEqual(4.5)
  })
})
