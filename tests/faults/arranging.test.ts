import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ClientLayout } from "@holdfast/protocol/desk"
import type { Session } from "@holdfast/protocol/session"
import { sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { type AppPage, type RunningApp, startApp } from "../e2e/app.ts"
import type { Locator } from "../e2e/playwright.ts"

describe.skipIf(process.env["HOLDFAST_FAULTS"] === "short")("arranging panes", () => {
  let app: RunningApp
  let talk: Session
  let shell: Session
  beforeAll(async () => {
    app = await startApp()
    talk = await app.agent({ label: "Long talk" })
    shell = await app.terminal({ label: "shell" })
    await sendText(app.hub, talk.id, Array.from({ length: 120 }, (_, at) => `line ${at}`).join("\n"))
    await settledAgent(app.hub, talk.id)
  })
  afterAll(() => app.stop())

  /** Puts the shell beside the talk. */
  const beside = async ({ page, connected, openSession, pane }: AppPage): Promise<void> => {
    await connected()
    await openSession(talk.id)
    await page.keyboard.press("Control+k")
    await page.getByRole("dialog").getByRole("combobox").fill("shell")
    await page.getByRole("dialog").getByRole("combobox").press("Alt+Enter")
    await pane(shell.id).waitFor()
  }

  const box = async (pane: Locator) => (await pane.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }

  /** Scrolls up in the talk as a person does, and gives an expression for where it is. */
  const scrolled = async ({ page, pane }: AppPage): Promise<string> => {
    const scroller = `[...document.querySelectorAll('[data-session="${talk.id}"] *')].find((one) => one.scrollHeight > one.clientHeight + 200)`
    await expect.poll(() => page.evaluate(`${scroller}?.scrollTop > 600`)).toBe(true)
    const { x, y, width, height } = await box(pane(talk.id))
    await page.mouse.move(x + width / 2, y + height / 3)
    await page.mouse.wheel(0, -400)
    const left = `${scroller}.scrollTop > 0 && ${scroller}.scrollTop < ${scroller}.scrollHeight - ${scroller}.clientHeight - 300`
    await expect.poll(() => page.evaluate(left)).toBe(true)
    return `${scroller}.scrollTop`
  }

  it("APP-2 keeps where a pane is scrolled to and what is typed in it, whatever is rearranged", async () => {
    const opened = await app.open()
    const { page, pane, openSession, close } = opened
    await beside(opened)
    const place = await scrolled(opened)
    const field = pane(talk.id).getByRole("textbox").last()
    await field.fill("half a thought")
    const left = await page.evaluate(place)
    const before = await box(pane(shell.id))
    // Out of the text, then each by its key.
    const keys = [
      "Alt+Shift+ArrowRight",
      "Alt+Shift+Enter",
      "Alt+Shift+Enter",
      "Control+Alt+Shift+ArrowLeft",
      "Alt+Shift+PageDown",
    ]
    for (const key of keys) await page.keyboard.press(key)
    await page.getByRole("tab").nth(1).waitFor()
    await page.locator("main").getByRole("tab", { name: /shell/ }).click({ button: "right" })
    await page.getByRole("menuitem", { name: "Move the pane", exact: true }).click()
    await page.getByRole("menuitem", { name: /Move the pane down/ }).click()
    await expect.poll(async () => (await box(pane(shell.id))).y).toBeGreaterThan(before.y + 200)
    await openSession(talk.id)
    expect(await page.evaluate(place)).toBe(left)
    expect(await field.inputValue()).toBe("half a thought")
    await close()
  })

  it("APP-1 shows what the address names after a load, also when the server has an older layout", async () => {
    const all = async () =>
      (await app.hub.call<{ readonly layouts: ReadonlyArray<ClientLayout> }>("GET", "/api/layouts")).body.layouts
    const others = new Set((await all()).map(({ client }) => client))
    const stored = async () => (await all()).find(({ client }) => !others.has(client))
    const { page, pane, openSession, connected, close } = await app.open()
    await connected()
    await openSession(talk.id)
    await expect.poll(async () => JSON.stringify((await stored()) ?? {})).toContain(talk.id)
    const older = await stored()
    await openSession(shell.id)
    await expect.poll(async () => JSON.stringify((await stored()) ?? {})).toContain(shell.id)
    await app.hub.call("PUT", `/api/layouts/${older?.client}`, { layout: older?.layout, name: older?.name })
    await page.evaluate("location.reload()")
    await pane(shell.id).waitFor()
    await connected()
    // What the server had is there too, and the address has won.
    await expect.poll(async () => JSON.stringify((await stored()) ?? {})).toContain(shell.id)
    expect(await pane(shell.id).isVisible()).toBe(true)
    expect(page.url()).toContain(shell.id)
    await close()
  })

  it("APP-1 APP-2 resizes by the pointer and by keys, closes with a way back, and is the same after a restart of the server", async () => {
    const opened = await app.open()
    const { page, pane, connected, close } = opened
    await beside(opened)
    const edge = page.getByRole("separator").first()
    const [from, before] = [await box(edge), await box(pane(talk.id))]
    await page.mouse.move(from.x + 4, from.y + 300)
    await page.mouse.down()
    await page.mouse.move(from.x + 154, from.y + 300, { steps: 4 })
    await page.mouse.up()
    await expect.poll(async () => Math.abs((await box(pane(talk.id))).width - before.width - 150)).toBeLessThan(3)
    await edge.focus()
    await page.keyboard.press("ArrowLeft")
    await expect.poll(async () => (await box(pane(talk.id))).width - before.width).toBeLessThan(149)
    const { width } = await box(pane(talk.id))
    await page.locator(`[data-pane][data-session="${shell.id}"] header`).getByRole("button", { name: "More" }).click()
    await page.getByRole("menuitem", { name: /^Close the pane/ }).click()
    await pane(shell.id).waitFor({ state: "detached" })
    await page.getByRole("button", { name: /Undo/ }).click()
    await pane(shell.id).waitFor()
    const layout = async () => (await app.hub.call<{ layouts: Array<{ layout: unknown }> }>("GET", "/api/layouts")).body.layouts
    await expect.poll(async () => JSON.stringify(await layout())).toContain(shell.id)
    await app.hub.kill("SIGKILL")
    await app.hub.start()
    await page.reload()
    await connected()
    await pane(talk.id).waitFor()
    await pane(shell.id).waitFor()
    expect((await box(pane(talk.id))).width).toBeGreaterThan(0)
    expect(width).toBeGreaterThan(before.width)
    await close()
  })

  it("APP-1 drags a tab to a side of a tile, and offers the layout to another browser", async () => {
    const opened = await app.open()
    const { page, pane, connected, openSession, close } = opened
    await connected()
    await openSession(talk.id)
    await page.keyboard.press("Alt+Shift+PageDown")
    await page.locator(`[data-pane][data-session="${talk.id}"] h2`).dblclick()
    await openSession(shell.id)
    const tab = page.getByRole("tab", { name: /shell/ })
    await tab.hover()
    const [from, to] = [await box(tab), await box(pane(shell.id))]
    await page.mouse.move(from.x + 30, from.y + 10)
    await page.mouse.down()
    await page.mouse.move(to.x + to.width * 0.6, to.y + to.height / 2, { steps: 6 })
    await page.mouse.move(to.x + to.width * 0.92, to.y + to.height / 2, { steps: 6 })
    await page.mouse.up()
    await expect.poll(async () => (await box(pane(shell.id))).x).toBeGreaterThan(to.x + 200)
    const other = await app.open()
    await other.page
      .getByRole("button", { name: /Take over the layout of Chrome on Linux/ })
      .first()
      .waitFor()
    await other.picture("layout-offered-dark")
    await other.close()
    await close()
  })
})
