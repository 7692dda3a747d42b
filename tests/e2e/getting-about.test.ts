import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
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
  let programs: string
  beforeAll(async () => {
    programs = await mkdtemp(join(tmpdir(), "holdfast-programs-"))
    // Takes until it is told to end, and installs nothing.
    const npm = `#!/bin/sh\necho "fetching packages"\nwhile [ ! -e "${programs}/end" ]; do sleep 0.1; done\nexit 1\n`
    await writeFile(join(programs, "npm"), npm, { mode: 0o755 })
    app = await startApp({ settings: { PATH: `${programs}:${process.env["PATH"]}` } })
    one = await app.agent({ label: "One" })
    other = await app.agent({ label: "Other" })
    shell = await app.terminal({ label: "shell", command: "cat", args: ["-v"] })
  })
  afterAll(async () => {
    await writeFile(join(programs, "end"), "")
    await app.stop()
    await rm(programs, { recursive: true, force: true })
  })

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

  it("APP-22 does from a pane what is done in the list: by key, from the palette, in its menu, and on the phone", async () => {
    const { id } = await app.agent({ label: "Kept" })
    const record = async () => (await app.hub.call<Session>("GET", `/api/sessions/${id}`)).body
    const { page, connected, openSession, axe, overflows, picture, row, close } = await app.open()
    await connected()
    const pane = await openSession(id)
    await pane.getByRole("textbox").waitFor()
    const outside = () => page.evaluate("document.activeElement?.blur()")
    await outside()
    await page.keyboard.press("p")
    await expect.poll(async () => (await record()).pinned).toBe(true)
    await page.keyboard.press("r")
    await page.keyboard.type("Kept by name")
    await picture("pane-rename-dark")
    expect(await overflows()).toEqual([])
    await page.keyboard.press("Enter")
    await pane.getByRole("heading", { name: "Kept by name" }).waitFor()
    await expect.poll(async () => (await record()).label).toBe("Kept by name")
    await page.keyboard.press("Control+k")
    const palette = page.getByRole("dialog")
    await palette.getByRole("combobox").fill("tags")
    await palette.getByRole("option").filter({ hasText: "Kept by name" }).first().waitFor()
    await picture("palette-session-dark")
    await palette.getByRole("option").filter({ hasText: "Edit tags" }).click()
    await pane.getByRole("textbox", { name: /^Tags/ }).waitFor()
    await page.keyboard.type("one two")
    await page.keyboard.press("Enter")
    await expect.poll(async () => (await record()).tags).toEqual(["one", "two"])
    await pane.getByRole("button", { name: "More" }).click()
    await picture("pane-menu-dark")
    await page.getByRole("menuitem", { name: /^Unpin/ }).click()
    await expect.poll(async () => (await record()).pinned).toBe(false)
    expect(await axe()).toEqual([])
    await outside()
    await page.keyboard.press("e")
    await expect.poll(async () => (await record()).status).toBe("archived")
    await row(id).waitFor({ state: "detached" })
    await page.keyboard.press("z")
    await row(id).waitFor()
    await close()
    const phone = await app.open({ form: "phone", path: `/s/${id}` })
    await phone.pane(id).getByRole("textbox").waitFor()
    const more = phone.pane(id).getByRole("button", { name: "More" })
    await more.click()
    await phone.page.getByRole("menuitem", { name: /^Rename/ }).click()
    await phone.pane(id).getByRole("textbox", { name: "Name of the session" }).fill("From the phone")
    await phone.picture("pane-rename-phone")
    expect(await phone.overflows()).toEqual([])
    await phone.page.keyboard.press("Enter")
    await expect.poll(async () => (await record()).label).toBe("From the phone")
    await more.click()
    await phone.picture("pane-menu-phone")
    await phone.page.getByRole("menuitem", { name: /^Archive/ }).click()
    await expect.poll(async () => (await record()).status).toBe("archived")
    await phone.close()
  })

  it("APP-15 leads from the palette to the code for a phone", async () => {
    const { page, connected, close } = await app.open()
    await connected()
    await page.keyboard.press("Control+k")
    await page.getByRole("dialog").getByRole("combobox").fill("pair")
    await page.getByRole("option").filter({ hasText: "Pair a phone" }).click()
    await page.getByRole("img", { name: "QR code of the link" }).waitFor()
    await page.keyboard.press("Control+k")
    await page.getByRole("dialog").getByRole("combobox").fill("trusted")
    await page.getByRole("option").filter({ hasText: "Settings: Trusted directories" }).click()
    await page.waitForURL(/\/settings\/trust$/)
    await close()
  })

  it("APP-26 shows an installation that runs after a reload and on another page, and begins it once", async () => {
    const { page, connected, picture, close } = await app.open({ path: "/settings/agents" })
    const other = await app.open({ path: "/settings/agents" })
    await connected()
    await other.connected()
    const of = (where: Page) => where.getByRole("listitem").filter({ hasText: "Codex" })
    await of(page).getByRole("button", { name: "Install Codex" }).click()
    for (const where of [page, other.page]) {
      await of(where).getByRole("button", { name: "Show the terminal" }).waitFor()
      await of(where)
        .getByText(/^installing @zed/)
        .waitFor()
    }
    await page.reload()
    await of(page).getByRole("button", { name: "Show the terminal" }).waitFor()
    await of(page)
      .getByText(/^installing @zed/)
      .waitFor()
    await picture("settings-installing-dark")
    expect(
      await of(page)
        .getByRole("button", { name: /^Install/ })
        .count(),
    ).toBe(0)
    const { body } = await app.hub.call<{ readonly sessions: ReadonlyArray<Session> }>("GET", "/api/sessions")
    expect(body.sessions.filter(({ label }) => label === "Install Codex")).toHaveLength(1)
    await writeFile(join(programs, "end"), "")
    for (const where of [page, other.page]) await of(where).getByText("It was not installed").waitFor()
    await close()
    await other.close()
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
