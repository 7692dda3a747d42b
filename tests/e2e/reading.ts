/** Reading what is asked to its end, as a person has to before it is allowed. */
import { expect } from "vitest"
import { recordOf } from "@holdfast/testkit/agent-session"
import type { RunningApp } from "./app.ts"
import type { Locator, Page } from "./playwright.ts"

/** Numbered lines. */
export function lines(count: number, word: string): string {
  return Array.from({ length: count }, (_, at) => `${word} ${at}`).join("\n")
}

/** How many requests of a session wait. */
export async function waits({ hub }: RunningApp, session: string): Promise<number> {
  return (await recordOf(hub, session)).permissions.length
}

/** Presses Y as long as it leads on. */
export function yOf(page: Page): () => Promise<unknown> {
  return () =>
    page.evaluate(`(() => {
      const readOn = document.querySelector("[data-pane][data-focused] [data-act=read-on]")
      const init = { key: "y", code: "KeyY", bubbles: true, cancelable: true }
      readOn?.closest("[data-request]").dispatchEvent(new KeyboardEvent("keydown", init))
    })()`)
}

/** Presses until all was seen; gives how often. */
export async function readWith(
  app: RunningApp,
  press: () => Promise<unknown>,
  request: Locator,
  session: string,
): Promise<number> {
  const whole = request.locator("xpath=self::*[@data-whole]")
  const barred = request.locator("xpath=self::*[not(@data-whole)]//*[@data-act='allow' and not(@disabled)]")
  const until = Date.now() + 15_000
  for (let presses = 0; Date.now() < until; presses++) {
    if ((await whole.count()) > 0) return presses
    expect(await barred.count()).toBe(0)
    await press()
    expect(await waits(app, session)).toBe(1)
  }
  throw new Error(`${session} cannot be read to its end: ${await request.textContent()}`)
}

/** Presses a key again and again; gives the longest time between two presses as the page saw them, in milliseconds. */
export async function hammer(page: Page, key: string): Promise<number> {
  await page.evaluate(`void (window.pressed = [])`)
  await page.evaluate(`addEventListener("keydown", ({ timeStamp }) => window.pressed.push(timeStamp), { capture: true })`)
  for (let press = 0; press < 16; press++) await page.keyboard.press(key, { delay: 100 })
  return (await page.evaluate(`Math.max(...window.pressed.slice(1).map((at, before) => at - window.pressed[before]))`)) as number
}
