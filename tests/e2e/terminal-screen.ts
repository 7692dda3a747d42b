/** A terminal of the app, as tests read and type into it. */
import { expect } from "vitest"
import type { AppPage, RunningApp } from "./app.ts"
import type { Locator } from "./playwright.ts"

/** How long a condition may take that nothing but a slow machine delays. */
export const WITHIN = { timeout: 20_000, interval: 20 }

/** A terminal that is shown. */
export interface TerminalScreen {
  readonly id: string
  readonly pane: Locator
  /** The lines of the screen, without what fills them up. */
  readonly text: () => Promise<string>
  /** Waits until the screen has a text, or matches. */
  readonly shows: (text: string | RegExp) => Promise<void>
  /** Types a line, with the focus on the terminal. */
  readonly run: (line: string) => Promise<void>
}

/** A plain shell whose prompt is `$ `. */
export const SHELL = {
  command: "bash",
  args: ["--norc", "--noprofile", "-i"],
  env: { PS1: "$ ", PS2: "> ", HISTFILE: "/dev/null" },
}

/** Shows a terminal in a page, and gives it the focus. */
export async function showTerminal(app: RunningApp, opened: AppPage, body: object = SHELL): Promise<TerminalScreen> {
  const { id } = await app.terminal(body)
  return openTerminal(opened, id)
}

/** Shows a terminal that there is. */
export async function openTerminal(opened: AppPage, id: string): Promise<TerminalScreen> {
  // As a link that is followed: the list may be long.
  await opened.page.evaluate(`history.pushState(null, "", "/s/${id}")`)
  const pane = opened.pane(id)
  await pane.locator(".xterm-rows").first().waitFor()
  const isTouch = (await opened.page.evaluate("matchMedia('(max-width: 759px)').matches")) === true
  if (!isTouch) await pane.locator(".xterm-screen").first().click()
  const rows = `[...document.querySelectorAll('[data-session="${id}"] .xterm-rows')].at(-1)?.children ?? []`
  const text = async (): Promise<string> => {
    const lines = (await opened.page.evaluate(`[...${rows}].map((row) => row.textContent)`)) as ReadonlyArray<string>
    return lines
      .map((line) => line.replaceAll("\u00a0", " ").trimEnd())
      .join("\n")
      .trimEnd()
  }
  const shows = async (wanted: string | RegExp): Promise<void> => {
    if (typeof wanted === "string") await expect.poll(text, WITHIN).toContain(wanted)
    else await expect.poll(text, WITHIN).toMatch(wanted)
  }
  return {
    id,
    pane,
    text,
    shows,
    run: async (line) => {
      await opened.page.keyboard.insertText(line)
      await opened.page.keyboard.press("Enter")
    },
  }
}

/** Value below which a share of the values lie. */
export function percentile(values: ReadonlyArray<number>, share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
