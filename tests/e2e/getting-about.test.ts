import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { wholeLog } from "@holdfast/testkit/logs"
import { type RunningApp, startApp } from "./app.ts"
import { fingersOn } from "./fingers.ts"
import type { Page } from "./playwright.ts"

describe("getting about in the app", () => {
  let app: RunningApp
  let one: Session
  let other: Session
  let shell: Session
  beforeAll(async () => {
    app = await startApp()
    one = await app.agent({ label: "One" })
    other = await app.agent({ label: "Other" })
    shell = await app.terminal({ label: "shell", command: "cat", args: ["-v"] })
  })
  afterAll(() => app.stop())

  const focused = (page: Page) => page.evaluate(`document.querySelector("[data-pane][data-focused]")?.dataset.session`)

  it("APP-10 opens what an address names, follows the focus, and goes back to what was open before", async () => {
    const { page, connected, openSession, pane, close } = await app.open({ path: `/s/${one.id}` })
    await connected()
    await pane(one.id).waitFor()
    await openSession(other.id)
    await page.waitForURL(new RegExp(`/s/${other.id}$`))
    await openSession(shell.id)
    await page.goBack()
    await expect.poll(() => focused(page)).toBe(other.id)
    await page.goBack()
    await expect.poll(() => focused(page)).toBe(one.id)
    await page.goForward()
    await expect.poll(() => focused(page)).toBe(other.id)
    await page.evaluate("document.activeElement?.blur()")
    await page.keyboard.press("c")
    await page.waitForURL(/\/new$/)
    await page.goBack()
    await pane(other.id).waitFor()
    await close()
  })

  it("APP-15 begins a terminal where the session with the focus works, and finds sessions by their directory", async () => {
    const place = join(app.hub.data, "a place")
    await mkdir(place)
    const there = await app.agent({ label: "Named", cwd: place })
    const { page, connected, openSession, close } = await app.open()
    await connected()
    await openSession(there.id)
    await page.keyboard.press("Control+k")
    const palette = page.getByRole("dialog")
    const options = palette.getByRole("option")
    await options.filter({ hasText: "New session" }).first().waitFor()
    expect(await options.filter({ hasText: "Move down the list" }).count()).toBe(0)
    await palette.getByRole("combobox").fill("a place named")
    await expect.poll(() => options.allInnerTexts()).toEqual([expect.stringContaining("Named")])
    await palette.getByRole("combobox").fill("terminal")
    await options.filter({ hasText: `New terminal in ${place}` }).click()
    const directories = async () => {
      const { body } = await app.hub.call<{ readonly sessions: ReadonlyArray<Session> }>("GET", "/api/sessions")
      return body.sessions.map(({ terminal }) => terminal?.cwd)
    }
    await expect.poll(directories).toContain(place)
    await close()
  })

  it("APP-5 takes a function key in a terminal for the app, and gives one that is pressed twice to the program", async () => {
    const { page, connected, openSession, close } = await app.open()
    await connected()
    await (await openSession(shell.id)).locator("[data-when=terminal]").click()
    await expect.poll(() => page.evaluate("document.activeElement?.tagName")).toBe("TEXTAREA")
    await page.keyboard.press("F1")
    const find = page.getByRole("dialog").getByRole("combobox")
    await find.waitFor()
    await find.press("Escape")
    await find.waitFor({ state: "detached" })
    const typed = async () => JSON.stringify([...(await wholeLog(app.hub, shell.id))])
    expect(await typed()).not.toContain("^[OP")
    const closed = async (): Promise<void> => {
      if ((await find.count()) > 0) await find.press("Escape")
      await find.waitFor({ state: "detached" })
    }
    // What is pressed twice within half a second; a busy machine may take longer.
    await expect
      .poll(async () => {
        await closed()
        await page.evaluate(`document.querySelector('[data-session="${shell.id}"] textarea').focus()`)
        await page.keyboard.press("F1")
        await page.keyboard.press("F1")
        return typed()
      })
      .toContain("^[OP")
    await closed()
    await expect.poll(() => page.evaluate("document.activeElement?.tagName")).toBe("TEXTAREA")
    await page.keyboard.press("Control+c")
    await expect.poll(typed).toContain('"type":"exit"')
    await close()
  })

  it("APP-3 leads from one open session to the next by a swipe on the phone, and to the list by its button", async () => {
    const opened = await app.open({ form: "phone" })
    const { page, connected, openSession, pane, row, close } = opened
    const fingers = await fingersOn(opened)
    await connected()
    await openSession(one.id)
    await page.locator(`[data-pane][data-session="${one.id}"] h2`).click()
    await page.getByRole("button", { name: "All sessions" }).click()
    await openSession(other.id)
    await fingers.draw({ x: 80, y: 300 }, { x: 330, y: 300 })
    await expect.poll(() => focused(page)).toBe(one.id)
    await fingers.draw({ x: 330, y: 300 }, { x: 80, y: 300 })
    await expect.poll(() => focused(page)).toBe(other.id)
    expect(await pane(one.id).isVisible()).toBe(false)
    await page.getByRole("button", { name: "All sessions" }).click()
    await row(one.id).waitFor()
    await close()
  })
})
