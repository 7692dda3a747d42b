import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { sendText } from "@holdfast/testkit/agent-session"
import { type AppPage, type RunningApp, startApp } from "../e2e/app.ts"

describe.skipIf(process.env["HOLDFAST_FAULTS"] === "short")("the looks of the page", () => {
  let app: RunningApp
  let asks: Session
  let works: Session
  let shell: Session
  beforeAll(async () => {
    app = await startApp()
    asks = await app.agent({ label: "Fold finished turns in one pass, and keep the rule about crashes as it is written" })
    works = await app.agent({ label: "עברית and 日本語 side by side" })
    shell = await app.terminal({ label: "npm test" })
    await app.terminal({ label: "a prompt" })
    await sendText(app.hub, asks.id, "[[ask Which one?|This|That]]")
    await sendText(app.hub, works.id, "[[slow 40 100]]")
  })
  afterAll(() => app.stop())

  /** What every state has to be: nothing too wide, nothing out of reach. */
  const looked = async ({ picture, overflows, axe }: AppPage, name: string): Promise<void> => {
    await picture(name)
    expect([name, await overflows(), await axe()]).toEqual([name, [], []])
  }

  /** Three panes: two beside each other, one below the second. */
  const arrange = async ({ page, connected, openSession, pane }: AppPage): Promise<void> => {
    await connected()
    await openSession(asks.id)
    for (const [text, key] of [
      ["npm", "v"],
      ["side", "h"],
      ["prompt", "v"],
    ]) {
      await page.evaluate(`document.querySelector("main [data-pane][data-focused]").focus()`)
      await page.keyboard.press(key as string)
      const find = page.getByRole("dialog").getByRole("combobox")
      await find.fill(text as string)
      await find.press("Enter")
      await find.waitFor({ state: "detached" })
    }
    await pane(works.id).waitFor()
  }

  // Every test of the app is a test of the dark theme; pictures are taken of both.
  const isPictured = process.env["HOLDFAST_PICTURES"] !== undefined
  for (const theme of isPictured ? (["dark", "light"] as const) : (["light"] as const)) {
    it(`APP-3 APP-11 APP-12 is whole and within reach in every state, ${theme}`, async () => {
      const opened = await app.open({ theme })
      const { page, close } = opened
      await arrange(opened)
      await looked(opened, `panes-${theme}`)
      await page.keyboard.press("F1")
      await page.getByRole("option").first().waitFor()
      await looked(opened, `palette-${theme}`)
      await page.keyboard.press("Escape")
      await page.getByRole("button", { name: "Keys" }).click()
      await page.getByRole("dialog").waitFor()
      await looked(opened, `keys-${theme}`)
      await page.keyboard.press("Escape")
      await page.getByRole("button", { name: /waits for you/ }).click()
      await page.getByRole("dialog").waitFor()
      await looked(opened, `inbox-${theme}`)
      await page.keyboard.press("Escape")
      await page.locator("[data-focused] header").getByRole("button", { name: "More" }).click()
      await page.getByRole("menu").waitFor()
      await looked(opened, `pane-menu-${theme}`)
      await page.keyboard.press("Escape")
      await page.setViewportSize({ width: 1024, height: 768 })
      await page.getByRole("tab").first().waitFor()
      await looked(opened, `narrow-${theme}`)
      await close()
    })

    it(`APP-3 APP-9 APP-11 shows one thing at a time on the phone, and how to get in where it may not, ${theme}`, async () => {
      const opened = await app.open({ theme, form: "phone" })
      const { page, connected, openSession, pane, close } = opened
      await connected()
      await opened.row(asks.id).waitFor()
      await looked(opened, `phone-list-${theme}`)
      await openSession(asks.id)
      await looked(opened, `phone-session-${theme}`)
      await page.getByRole("button", { name: "All sessions" }).click()
      await openSession(shell.id)
      await looked(opened, `phone-terminal-${theme}`)
      await page.goBack()
      await opened.row(asks.id).waitFor()
      expect(await pane(shell.id).isVisible()).toBe(false)
      await close()
      const stranger = await app.open({ theme, isSignedIn: false })
      await stranger.page.getByRole("heading", { name: "This browser is not signed in" }).waitFor()
      await looked(stranger, `sign-in-${theme}`)
      await stranger.close()
    })
  }
})
