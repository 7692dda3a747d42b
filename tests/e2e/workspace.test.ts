import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { sendText } from "@holdfast/testkit/agent-session"
import { type RunningApp, startApp } from "./app.ts"

describe("the app in a browser", () => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app.stop())

  it("APP-1 APP-2 APP-4 APP-11 APP-12 opens sessions beside each other by keyboard, and has them there after a reload", async () => {
    const [terminal, agent] = [await app.terminal({ label: "cat" }), await app.agent({ label: "Talk" })]
    const { page, connected, openSession, pane, picture, close, overflows, axe } = await app.open()
    await connected()
    await openSession(agent.id)
    const find = page.getByRole("dialog").getByRole("combobox")
    const focused = () => page.evaluate("document.activeElement?.closest('[data-pane]')?.dataset.session")
    await expect.poll(focused).toBe(agent.id)
    await page.keyboard.press("F1")
    await find.waitFor()
    await find.press("Escape")
    await find.waitFor({ state: "detached" })
    await expect.poll(focused).toBe(agent.id)
    await page.keyboard.press("F1")
    await find.fill("cat")
    await find.press("Alt+Enter")
    await pane(terminal.id).waitFor()
    const [left, right] = [await pane(agent.id).boundingBox(), await pane(terminal.id).boundingBox()]
    expect(right?.x).toBeGreaterThan((left?.x ?? 0) + 100)
    await expect.poll(focused).toBe(terminal.id)
    // The way to everything says the key that counts where the focus is (APP-5).
    const hint = () => page.locator("[data-region=list] header kbd").first().textContent()
    await expect.poll(hint).toBe("F1")
    await page.keyboard.press("Alt+Shift+ArrowLeft")
    await expect.poll(focused).toBe(agent.id)
    await expect.poll(hint).toBe("Ctrl K")
    await picture("workspace-dark")
    expect(await overflows()).toEqual([])
    expect(await axe()).toEqual([])
    await expect
      .poll(async () => (await app.hub.call<{ layouts: Array<unknown> }>("GET", "/api/layouts")).body.layouts.length)
      .toBe(1)
    await page.reload()
    await pane(terminal.id).waitFor()
    await pane(agent.id).waitFor()
    await close()
  })

  it("APP-7 says what waits in the title, and F8 goes there", async () => {
    const [one, other] = [await app.agent({ label: "Asks" }), await app.terminal({ label: "quiet" })]
    await sendText(app.hub, one.id, "[[ask Which one?|This|That]]")
    const { page, connected, openSession, pane, close } = await app.open()
    await connected()
    await openSession(other.id)
    await expect.poll(() => page.title()).toMatch(/^\(1\)/)
    await page.keyboard.press("F8")
    await pane(one.id).waitFor()
    await page.waitForURL(new RegExp(`/s/${one.id}$`))
    const request = pane(one.id).locator("[data-request]")
    const hasFocus = async () =>
      (await request.count()) === 1 && (await page.evaluate(`document.activeElement?.matches("[data-request]")`))
    await expect.poll(hasFocus).toBe(true)
    // From the field of its own pane, too, where a letter would be text. What was opened from there is no terminal that wants a second F8.
    await page.reload()
    await page.locator(`[data-composer="${one.id}"]`).focus()
    expect(await hasFocus()).toBe(false)
    await page.keyboard.press("F8")
    expect(await hasFocus()).toBe(true)
    // Its digit picks a choice, and sends nothing (APP-46).
    await page.keyboard.press("2")
    await request.locator("label").filter({ hasText: "That" }).locator("input:checked").waitFor()
    // What waits in the pane of the field comes first, then the others as the list has them.
    const later = await app.agent({ label: "Asks later" })
    await sendText(app.hub, later.id, "[[ask And which?|This|That]]")
    await expect.poll(() => page.title()).toMatch(/^\(2\)/)
    await page.locator(`[data-composer="${one.id}"]`).focus()
    await page.keyboard.press("F8")
    expect(await hasFocus()).toBe(true)
    expect(new URL(page.url()).pathname).toBe(`/s/${one.id}`)
    await page.keyboard.press("F8")
    await page.waitForURL(new RegExp(`/s/${later.id}$`))
    const focusedIn = () => page.evaluate(`document.activeElement?.closest("[data-request]")?.dataset.session`)
    await expect.poll(focusedIn).toBe(later.id)
    // Out of a terminal to what is behind another tab: the request has the focus, and keeps it.
    await openSession(other.id)
    for (const next of [later, one]) {
      await page.keyboard.press("F8")
      await expect.poll(focusedIn).toBe(next.id)
      await page.locator(`[data-composer="${next.id}"]`).waitFor()
      await pane(next.id).locator("[data-armed]").waitFor()
      expect(await focusedIn()).toBe(next.id)
    }
    await close()
  })
})
