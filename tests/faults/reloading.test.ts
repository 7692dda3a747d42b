/** What terminals show in a page that is loaded again, with the hub and without. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type AppPage, type RunningApp, startApp } from "../e2e/app.ts"
import { SHELL, WITHIN } from "../e2e/terminal-screen.ts"

/** A program with a screen of its own, which draws it again when it is asked to, and quits on "q". */
const FULL = `
printf '\\033[?1049h'
draw() { printf '\\033[2J\\033[H\\033[7mheadline\\033[0m\\r\\n'; for at in 1 2 3 4 5; do printf '%s: a line of the program\\r\\n' $at; done; }
trap draw WINCH
draw
while :; do read -r -n 1 -t 1 key && [ "$key" = q ] && exit; done`

/** What the page puts into the clipboard when a person copies in a terminal. */
const copied = (session: string): string => `(() => {
  const data = new DataTransfer()
  const event = new ClipboardEvent("copy", { clipboardData: data, bubbles: true, cancelable: true })
  document.querySelector('[data-session="${session}"] .xterm-helper-textarea').dispatchEvent(event)
  return data.getData("text/plain")
})()`

const RELOADS = 10

/** How many lists are kept for a start without the server. */
const KEPT_LISTS = `new Promise((resolve, reject) => {
  const open = indexedDB.open("holdfast-app")
  open.onerror = () => reject(open.error)
  open.onsuccess = () => {
    const get = open.result.transaction("list").objectStore("list").count()
    get.onsuccess = () => { open.result.close(); resolve(get.result) }
  }
})`

describe.skipIf(process.env["HOLDFAST_FAULTS"] === "short")("terminals of a page that is loaded again", () => {
  let app: RunningApp
  let desk: AppPage
  beforeAll(async () => {
    app = await startApp()
    desk = await app.open()
    await desk.connected()
  })
  afterAll(async () => {
    await desk.close()
    await app.stop()
  })

  /** The lines of a pane's screen. */
  const seen = async (id: string): Promise<string> => {
    const rows = `[...(document.querySelector('[data-session="${id}"] .xterm-rows')?.children ?? [])].map((row) => row.textContent)`
    const lines = (await desk.page.evaluate(rows)) as ReadonlyArray<string>
    return lines
      .map((line) => line.replaceAll("\u00a0", " ").trimEnd())
      .join("\n")
      .trimEnd()
  }

  /** The lines of the screen that the hub has. */
  const had = async (id: string): Promise<string> => {
    const { body } = await app.hub.call<{ readonly text: string }>("GET", `/api/sessions/${id}/screen`)
    return body.text
      .split("\n")
      .map((line) => line.trimEnd())
      .join("\n")
      .trimEnd()
  }

  /** Every line that a pane has. */
  const all = async (id: string): Promise<ReadonlyArray<string>> => {
    await desk.pane(id).locator(".xterm-screen").first().click()
    await desk.page.keyboard.press("F1")
    await desk.page.getByRole("combobox").fill("Select all lines")
    await desk.page.getByRole("option", { name: /^Select all lines/ }).waitFor()
    await desk.page.keyboard.press("Enter")
    await desk.page.getByRole("combobox").waitFor({ state: "detached" })
    const text = (await desk.page.evaluate(copied(id))) as string
    return text.trimEnd().split("\n")
  }

  it("APP-6 APP-50 have the screen of the session and all of its lines after each reload, whatever was kept of them", async () => {
    const { page, row, pane, openSession, connected } = desk
    const shell = await app.terminal({ ...SHELL, label: "many lines" })
    const full = await app.terminal({ command: "bash", args: ["-c", FULL], label: "full screen" })
    const other = await app.terminal({ command: "sh", args: ["-c", "echo only once; exec cat"], label: "few lines" })
    await openSession(shell.id)
    for (const [id, key] of [
      [full.id, "v"],
      [other.id, "h"],
    ] as const) {
      await row(id).focus()
      await page.keyboard.press(key)
      await pane(id).waitFor()
    }
    await pane(shell.id).locator(".xterm-screen").first().click()
    await page.keyboard.insertText("seq -f 'printed line %g' 2000")
    await page.keyboard.press("Enter")
    const ids = [shell.id, full.id, other.id]
    const same = async (): Promise<void> => {
      for (const id of ids) {
        await expect.poll(async () => (await seen(id)) === (await had(id)), WITHIN).toBe(true)
        expect(await seen(id)).not.toBe("")
      }
    }
    await expect.poll(() => seen(shell.id), WITHIN).toMatch(/printed line 2000\n\$$/)
    await expect.poll(() => seen(full.id), WITHIN).toMatch(/^headline\n1: a line of the program\n/)
    for (let time = 1; time <= RELOADS; time++) {
      await same()
      await page.reload()
      await connected()
      await pane(other.id).locator(".xterm-rows").first().waitFor()
      await same()
      // The last lines, as many as the hub's screen has of them, each once; what is older is in the log.
      const lines = await all(shell.id)
      const printed = lines.filter((line) => line.startsWith("printed line "))
      expect(printed.length, `reload ${time}`).toBeGreaterThanOrEqual(1000)
      expect(printed).toEqual(printed.map((_, at) => `printed line ${2001 - printed.length + at}`))
      expect(lines.length).toBeLessThanOrEqual(printed.length + 2)
      await same()
    }
    expect(await seen(other.id)).toBe("only once")
  })

  it("APP-20 can be told apart in the list where they have the name of their shell", async () => {
    const [one, other] = [await app.terminal({ ...SHELL, cwd: "/usr" }), await app.terminal({ ...SHELL, cwd: "/etc" })]
    await expect.poll(() => desk.row(one.id).innerText(), WITHIN).toBe("bash usr")
    await expect.poll(() => desk.row(other.id).innerText(), WITHIN).toBe("bash etc")
    await desk.picture("rows-of-shells")
  })

  it("APP-6 show the screen as it was when the connection went, on a start without the server", async () => {
    const { page, pane, openSession, kept } = desk
    const shell = await app.terminal({ ...SHELL, label: "seen last" })
    await openSession(shell.id)
    await expect.poll(() => seen(shell.id), WITHIN).toBe("$")
    // The list is kept now and then, and so is this screen, which gets old.
    await page.evaluate(`dispatchEvent(new Event("pagehide"))`)
    await expect.poll(() => page.evaluate(KEPT_LISTS)).toBe(1)
    await pane(shell.id).locator(".xterm-screen").first().click()
    await page.keyboard.insertText("echo seen $((40 + 2)) times")
    await page.keyboard.press("Enter")
    await expect.poll(() => seen(shell.id), WITHIN).toContain("seen 42 times\n$")
    await kept()
    await app.hub.kill("SIGKILL")
    await page.getByRole("button", { name: /^Not connected/ }).waitFor()
    await page.reload()
    await pane(shell.id).locator(".xterm-rows").first().waitFor()
    await expect.poll(() => seen(shell.id), WITHIN).toContain("seen 42 times\n$")
    await app.hub.start()
    await desk.connected()
    await expect.poll(async () => (await seen(shell.id)) === (await had(shell.id)), WITHIN).toBe(true)
  })
})
