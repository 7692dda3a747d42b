/** What fingers do on a phone: scroll, select, change sizes, swipe, rest; and the phone on its side. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { asking } from "../e2e/agents.ts"
import { type RunningApp, startApp } from "../e2e/app.ts"
import { fingersOn } from "../e2e/fingers.ts"
import { smallTargets } from "../e2e/page-checks.ts"
import { openTerminal, SHELL, showTerminal } from "../e2e/terminal-screen.ts"

const SIDE = { width: 844, height: 390 }

describe.skipIf(process.env["HOLDFAST_FAULTS"] === "short")("fingers", () => {
  let app: RunningApp
  let other: Session
  let asks: Session
  beforeAll(async () => {
    app = await startApp()
    other = await app.terminal({ label: "other" })
    asks = await asking(app, "[[bash npm run build -- --mode production]]", "Asks")
  })
  afterAll(() => app.stop())

  it("APP-59 APP-3 scroll a terminal, change its size and select in it, and stay in its session", async () => {
    const opened = await app.open({ form: "phone" })
    const { page } = opened
    await opened.connected()
    await openTerminal(opened, other.id)
    const { id, pane, text, shows } = await showTerminal(app, opened, SHELL)
    const fingers = await fingersOn(opened)
    const line = pane.getByLabel("Line for the terminal")
    await line.fill("seq 1 300; echo words-that-are-one-line and-more")
    await line.press("Enter")
    await shows(/^words.*\n\$$/m)
    const size = async (): Promise<number> => (await pane.locator(".xterm-rows > div").first().boundingBox())?.height ?? 0
    const usual = await size()
    await fingers.draw({ x: 200, y: 200 }, { x: 200, y: 620 })
    // The finger has moved 28 lines; momentum moves more.
    await expect.poll(async () => Number((await text()).split("\n")[0])).toBeLessThan(220)
    await line.fill("")
    await line.press("Enter")
    await shows(/^words.*\n\$\n\$$/m)
    await fingers.pinch({ x: 200, y: 300 }, 100, 180)
    await expect.poll(size).toBeGreaterThan(usual * 1.4)
    await fingers.pinch({ x: 200, y: 300 }, 180, 100)
    await expect.poll(size).toBeCloseTo(usual, 0)
    const last = pane.locator(".xterm-rows > div").filter({ hasText: "words-that" }).last()
    const y = ((await last.boundingBox())?.y ?? 0) + usual / 2
    await fingers.draw({ x: 30, y }, { x: 240, y }, 700)
    await pane.getByRole("button", { name: "Copy", exact: true }).waitFor()
    await opened.picture("phone-selected-dark")
    expect(await page.evaluate("location.pathname")).toBe(`/s/${id}`)
    await pane.getByRole("button", { name: "Done", exact: true }).tap()
    await fingers.draw({ x: 80, y: 300 }, { x: 330, y: 300 })
    await expect.poll(() => page.evaluate("location.pathname")).not.toBe(`/s/${id}`)
    await opened.close()
  })

  it("APP-90 APP-51 leave the last line of a terminal in sight when the keyboard opens", async () => {
    const opened = await app.open({ form: "phone" })
    await opened.connected()
    const { pane, shows } = await showTerminal(app, opened, SHELL)
    const line = pane.getByLabel("Line for the terminal")
    await line.fill("seq 1 100")
    await line.press("Enter")
    await shows(/^100\n\$$/m)
    await opened.page.setViewportSize({ width: 390, height: 480 })
    const prompt = pane.locator(".xterm-rows > div").last()
    const isInSight = async (): Promise<boolean> => {
      const [at, field] = [await prompt.boundingBox(), await line.boundingBox()]
      return at !== null && field !== null && at.y > 100 && at.y + at.height <= field.y
    }
    await expect.poll(isInSight).toBe(true)
    await opened.picture("phone-terminal-keyboard-dark")
    await opened.page.setViewportSize({ width: 390, height: 844 })
    await expect.poll(async () => (await prompt.boundingBox())?.y ?? 0).toBeGreaterThan(600)
    expect(await isInSight()).toBe(true)
    await opened.close()
  })

  it("APP-13 that rest on a row open its menu, and not the session when they leave", async () => {
    const opened = await app.open({ form: "phone" })
    const { page } = opened
    await opened.connected()
    const row = await opened.row(other.id).boundingBox()
    const lift = await (await fingersOn(opened)).rest({ x: 120, y: (row?.y ?? 0) + 10 })
    await page.getByRole("menuitem", { name: /Archive/ }).waitFor()
    await opened.picture("phone-row-menu-dark")
    await lift()
    await page.keyboard.press("Escape")
    await page.getByRole("menu").waitFor({ state: "detached" })
    expect(await page.evaluate("location.pathname")).toBe("/")
    await opened.row(other.id).tap()
    await expect.poll(() => page.evaluate("location.pathname")).toBe(`/s/${other.id}`)
    await page.goBack()
    await opened.row(other.id).waitFor()
    await opened.close()
  })

  it("APP-3 APP-59 APP-89 have one thing at a time on a phone that lies on its side, and the bar of keys on a tablet", async () => {
    const opened = await app.open({ form: "phone" })
    const { page } = opened
    await page.setViewportSize(SIDE)
    await opened.connected()
    const looked = async (name: string): Promise<void> => {
      await opened.picture(name)
      expect([name, await opened.overflows(), await smallTargets(page)]).toEqual([name, [], []])
    }
    await looked("phone-side-list-dark")
    await openTerminal(opened, other.id)
    await opened.pane(other.id).locator("[data-phone-keys]").waitFor()
    await looked("phone-side-terminal-dark")
    await page.goto(`${app.hub.url()}/s/${asks.id}`)
    const run = opened.pane(asks.id).locator("[data-act=allow]")
    await run.waitFor()
    const box = await run.boundingBox()
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(SIDE.height)
    await looked("phone-side-command-dark")
    await page.setViewportSize({ width: 820, height: 1180 })
    await openTerminal(opened, other.id)
    await opened.pane(other.id).getByLabel("Line for the terminal").waitFor()
    await opened.picture("tablet-terminal-dark")
    expect(await opened.overflows()).toEqual([])
    await opened.close()
  })
})
