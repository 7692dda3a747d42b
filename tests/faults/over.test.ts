import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { type AppPage, type RunningApp, startApp } from "../e2e/app.ts"

const focused = ({ page }: AppPage): Promise<unknown> =>
  page.evaluate(`document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? ""`)

describe.skipIf(process.env["HOLDFAST_FAULTS"] === "short")("what opens over the page", () => {
  let app: RunningApp
  let session: Session
  beforeAll(async () => {
    app = await startApp()
    session = await app.terminal({ label: "Has a menu" })
  })
  afterAll(() => app.stop())

  it("APP-12 APP-13 menus open with the pointer and with keys, and give the focus back", async () => {
    const opened = await app.open({ path: `/s/${session.id}` })
    const { page, pane, row, close } = opened
    // It takes the focus when it comes.
    await pane(session.id).locator(".xterm-rows").first().waitFor()
    const more = pane(session.id).getByRole("button", { name: "More" })
    const menu = page.getByRole("menu")
    await more.click()
    await menu.waitFor()
    await more.click()
    await menu.waitFor({ state: "detached" })
    await more.focus()
    for (const key of ["Enter", "ArrowDown"]) {
      await page.keyboard.press(key)
      await expect.poll(() => page.evaluate("document.activeElement?.getAttribute('role')")).toBe("menuitem")
      await page.keyboard.press("ArrowDown")
      await page.keyboard.press("Escape")
      await menu.waitFor({ state: "detached" })
      await expect.poll(() => focused(opened)).toBe("More")
    }
    await row(session.id).click({ button: "right" })
    await page.getByRole("menuitem", { name: /Rename/ }).waitFor()
    expect(await opened.axe()).toEqual([])
    await opened.picture("menu-dark")
    // Elsewhere the page works on, and the press there counts.
    await page.getByRole("button", { name: /^Connected/ }).click()
    await menu.waitFor({ state: "detached" })
    await page.getByRole("dialog", { name: "Connection" }).waitFor()
    await page.getByRole("button", { name: /^Connected/ }).click()
    await page.getByRole("dialog", { name: "Connection" }).waitFor({ state: "detached" })
    await page.getByRole("button", { name: /^Connected/ }).click()
    await page.getByRole("dialog", { name: "Connection" }).waitFor()
    await page.keyboard.press("Escape")
    await page.getByRole("dialog", { name: "Connection" }).waitFor({ state: "detached" })
    await expect.poll(() => focused(opened)).toMatch(/^Connected/)
    // On a page with little height it scrolls within the page.
    await page.setViewportSize({ width: 844, height: 240 })
    await more.click()
    const last = page.getByRole("menuitem").last()
    await last.hover()
    const [around, inside] = [await menu.boundingBox(), await last.boundingBox()]
    expect((around?.y ?? 0) + (around?.height ?? Infinity)).toBeLessThanOrEqual(240)
    expect((inside?.y ?? 0) + (inside?.height ?? Infinity)).toBeLessThanOrEqual(240)
    await close()
  })

  it("APP-13 a long touch opens the menu of a row", async () => {
    const opened = await app.open({ form: "phone" })
    const { page, row, close } = opened
    await row(session.id).waitFor()
    const touch = (type: string): Promise<unknown> =>
      page.evaluate(`(() => {
        const row = document.querySelector('[data-row="${session.id}"]')
        const { left, top } = row.getBoundingClientRect()
        row.dispatchEvent(new PointerEvent("${type}", { bubbles: true, pointerType: "touch", clientX: left + 9, clientY: top + 9 }))
      })()`)
    await touch("pointerdown")
    await page.getByRole("menuitem", { name: /Archive/ }).waitFor()
    await touch("pointerup")
    await page.keyboard.press("Escape")
    await page.getByRole("menu").waitFor({ state: "detached" })
    await close()
  })

  it("APP-13 a menu that cannot be loaded is said, and the page works on", async () => {
    const opened = await app.open({ hasWorker: false })
    const { page, context, row, openSession, connected, close } = opened
    await context.route(/assets\/open-over/, (route) => route.abort())
    await page.reload()
    await connected()
    await row(session.id).click({ button: "right" })
    await page.getByText(/could not be loaded/).waitFor()
    expect(await page.getByRole("menu").count()).toBe(0)
    await openSession(session.id)
    await close()
  })

  it("APP-14 a sign says its name when the pointer rests on it and when a key leads to it", async () => {
    const opened = await app.open({ path: `/s/${session.id}` })
    const { page, pane, close } = opened
    // It takes the focus when it comes.
    await pane(session.id).locator(".xterm-rows").first().waitFor()
    const more = pane(session.id).getByRole("button", { name: "More" })
    const tip = page.getByRole("tooltip")
    await more.hover()
    await tip.waitFor()
    expect(await tip.innerText()).toBe("More")
    await opened.picture("tooltip-dark")
    await page.keyboard.press("Escape")
    await tip.waitFor({ state: "detached" })
    await page.mouse.move(700, 400)
    await pane(session.id).getByRole("button", { name: "Split to the right" }).focus()
    await page.keyboard.press("Tab")
    await tip.waitFor()
    expect(await tip.innerText()).toBe("More")
    await page.keyboard.press("Enter")
    await page.getByRole("menu").waitFor()
    await tip.waitFor({ state: "detached" })
    await page.keyboard.press("Escape")
    await close()
  })
})
