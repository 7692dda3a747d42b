import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type AppPage, type RunningApp, startApp } from "./app.ts"
import { openTerminal, percentile, SHELL, showTerminal, WITHIN } from "./terminal-screen.ts"

/** Times from a key to the painted frame that has it, in milliseconds. */
const echoes = (session: string): string => `(() => {
  window.echoes = []
  let begun
  addEventListener("keydown", () => (begun = performance.now()), { capture: true })
  const rows = document.querySelector('[data-session="${session}"] .xterm-rows')
  let length = rows.textContent.trim().length
  new MutationObserver(() => {
    const now = rows.textContent.trim().length
    if (begun === undefined || now <= length) return
    const from = begun
    begun = undefined
    length = now
    // The frame is painted before the next message is taken.
    const channel = new MessageChannel()
    channel.port1.onmessage = () => window.echoes.push(performance.now() - from)
    channel.port2.postMessage(0)
  }).observe(rows, { childList: true, subtree: true, characterData: true })
})()`

/** What the page puts into the clipboard when a person copies in a terminal. */
const copied = (session: string): string => `(() => {
  const data = new DataTransfer()
  const event = new ClipboardEvent("copy", { clipboardData: data, bubbles: true, cancelable: true })
  document.querySelector('[data-session="${session}"] .xterm-helper-textarea').dispatchEvent(event)
  return data.getData("text/plain")
})()`

describe("terminals in the app", () => {
  let app: RunningApp
  let desk: AppPage
  beforeAll(async () => {
    app = await startApp()
    desk = await app.open()
    await desk.context.grantPermissions(["clipboard-read", "clipboard-write"])
    await desk.connected()
  })
  afterAll(async () => {
    await desk.close()
    await app.stop()
  })

  it("APP-50 shows what a key makes with the next frames", async () => {
    const { id, shows } = await showTerminal(app, desk, { command: "cat", label: "echo" })
    await desk.page.evaluate(echoes(id))
    for (let count = 1; count <= 60; count++) {
      await desk.page.keyboard.press("x")
      await expect.poll(() => desk.page.evaluate("window.echoes.length"), { ...WITHIN, interval: 2 }).toBe(count)
    }
    await shows("x".repeat(60))
    const times = (await desk.page.evaluate("window.echoes")) as ReadonlyArray<number>
    const [half, most] = [percentile(times, 0.5), percentile(times, 0.95)]
    console.log(`echo to the painted frame: p50 ${half.toFixed(1)} ms, p95 ${most.toFixed(1)} ms`)
  })

  it("APP-51 APP-53 gives the program the size of the pane, and every Ctrl and letter", async () => {
    const { run, shows, text } = await showTerminal(app, desk, { ...SHELL, label: "size" })
    await shows("$")
    await run("stty size")
    await shows(/^\d+ \d+$/m)
    const before = /^(\d+) (\d+)$/m.exec(await text())
    await desk.page.setViewportSize({ width: 1200, height: 700 })
    await run("clear")
    await expect
      .poll(async () => {
        await run("stty size")
        return Number(/^\d+ (\d+)$/m.exec(await text())?.[1] ?? before?.[2])
      }, WITHIN)
      .toBeLessThan(Number(before?.[2]))
    await run("clear; stty raw -echo; printf 'ready\\r\\n'; head -c 26 | od -An -v -tu1 -w26 | tr -s ' '; stty sane")
    await shows(/^ready$/m)
    for (let letter = 0; letter < 26; letter++) await desk.page.keyboard.press(`Control+${String.fromCharCode(0x61 + letter)}`)
    await shows(Array.from({ length: 26 }, (_, letter) => letter + 1).join(" "))
    await desk.page.setViewportSize({ width: 1440, height: 900 })
  })

  it("APP-50 obeys Ctrl-C in a flood, says what was skipped, and is there at once when it is returned to", async () => {
    const { id, run, shows, pane } = await showTerminal(app, desk, { ...SHELL, label: "flood" })
    await shows("$")
    await run("yes overflowing with words that nobody reads")
    await shows("overflowing")
    // A machine on which the program is faster than the page.
    const tools = await desk.context.newCDPSession(desk.page)
    await tools.send("Emulation.setCPUThrottlingRate", { rate: 20 })
    await pane.getByText("Skipped to now").waitFor({ timeout: 30_000 })
    await tools.send("Emulation.setCPUThrottlingRate", { rate: 1 })
    const begun = Date.now()
    await desk.page.keyboard.press("Control+c")
    await run("")
    await run("echo st''opped")
    await shows(/^stopped$/m)
    console.log(`Ctrl-C in a flood: ${Date.now() - begun} ms to the next command's output`)
    await showTerminal(app, desk, { command: "cat", label: "another" })
    await app.hub.call("POST", `/api/sessions/${id}/input`, { text: "echo mean''while\r" })
    await desk.row(id).click()
    await shows(/^meanwhile$/m)
  })

  it("APP-52 APP-54 copies lines as they were printed, and asks before lines are run", async () => {
    const { id, run, shows, pane } = await showTerminal(app, desk, { ...SHELL, label: "copy" })
    await shows("$")
    await run("clear; printf '%s\\n' \"$(seq -s ' ' 1 120)\" end")
    await shows(/^end$/m)
    await desk.page.keyboard.press("F1")
    await desk.page.getByRole("combobox").fill("Select all lines")
    await desk.page.keyboard.press("Enter")
    const numbers = Array.from({ length: 120 }, (_, at) => at + 1).join(" ")
    await expect.poll(() => desk.page.evaluate(copied(id)), WITHIN).toContain(`${numbers}\nend\n`)
    await pane.locator(".xterm-screen").first().click()
    // Unlike the shell it does not say that it can tell a paste from keys.
    await run("clear; cat")
    await shows(/^$/)
    await desk.page.evaluate(`navigator.clipboard.writeText("first\\nsecond\\n")`)
    await desk.page.keyboard.press("Control+Shift+v")
    const asked = pane.getByRole("alertdialog")
    await asked.getByText("Paste 2 lines?").waitFor()
    await asked.getByRole("button", { name: "Paste", exact: true }).click()
    await shows(/^(?:first\nsecond\s*){2}$/)
    await desk.page.keyboard.press("Control+c")
  })

  it("APP-55 lets a program write to the clipboard once that was allowed, and never opens a script", async () => {
    const { run, shows, pane } = await showTerminal(app, desk, { ...SHELL, label: "links" })
    const clipboard = (): Promise<unknown> => desk.page.evaluate("navigator.clipboard.readText()")
    await shows("$")
    await run(`printf '\\033]52;c;%s\\a' $(printf 'from the program' | base64)`)
    await pane.getByText("wants to put this into your clipboard").waitFor()
    await pane.getByRole("button", { name: "Allow in this session" }).click()
    await expect.poll(clipboard, WITHIN).toBe("from the program")
    await pane.locator(".xterm-screen").first().click()
    await run(`printf '\\033]52;c;%s\\a\\033]52;c;?\\a' $(printf 'and again' | base64)`)
    await expect.poll(clipboard, WITHIN).toBe("and again")
    await run("clear; printf '\\033]8;;javascript:alert(1)\\033\\\\press here\\033]8;;\\033\\\\\\n'")
    await shows(/^press here$/m)
    const place = await pane.locator(".xterm-rows").first().getByText("press here").boundingBox()
    const [x, y] = [(place?.x ?? 0) + 20, (place?.y ?? 0) + 8]
    await desk.page.mouse.move(x, y)
    await pane.getByText("javascript:alert(1)").waitFor()
    await desk.page.keyboard.down("Control")
    await desk.page.mouse.click(x, y)
    await desk.page.keyboard.up("Control")
    await pane.getByText("This address is not opened").waitFor()
  })

  it("APP-56 scrolls up into the log, and typing leads back to now", async () => {
    const { run, shows, pane, id, text } = await showTerminal(app, desk, { ...SHELL, label: "older" })
    await shows("$")
    await run("seq -f 'row %g' 1 6000")
    await shows(/^row 6000$/m)
    // A page that comes new has a thousand lines above its screen.
    await desk.page.reload()
    await desk.connected()
    const again = await openTerminal(desk, id)
    await again.shows(/^row 6000$/m)
    await desk.page.keyboard.press("Shift+Home")
    await desk.page.keyboard.press("Shift+PageUp")
    await pane.getByText("The log begins here.").waitFor({ timeout: 30_000 })
    const seen = await text()
    expect(Number(/^row (\d+)$/m.exec(seen)?.[1])).toBeLessThan(6000 - 1000)
    await desk.page.keyboard.type("echo ba")
    await desk.page.keyboard.type("ck")
    await desk.page.keyboard.press("Enter")
    await again.shows(/^back$/m)
    expect(await pane.getByText("The log begins here.").count()).toBe(0)
  })

  it("APP-58 says how the process ended, and starts it again", async () => {
    const { run, shows, pane } = await showTerminal(app, desk, { ...SHELL, label: "ends" })
    await shows("$")
    await run("exit 3")
    await pane.getByText("Exited 3").waitFor()
    await desk.picture("terminal-exited-dark")
    await pane.getByRole("button", { name: "Start again" }).click()
    await pane.getByText("Exited 3").waitFor({ state: "detached" })
    await shows("$")
    await run("echo a''gain")
    await shows(/^again$/m)
  })

  it("APP-51 shows who looks and types, and lets one take the keyboard", async () => {
    const { id, run, shows, pane } = await showTerminal(app, desk, { ...SHELL, label: "shared" })
    const other = await app.open({ form: "narrow", theme: "light" })
    await other.connected()
    const second = await openTerminal(other, id)
    await pane.getByText(/^2 viewers/).waitFor()
    await second.pane.getByText(/^2 viewers · you type/).waitFor()
    await desk.picture("terminal-shared-dark")
    await other.picture("terminal-shared-light")
    await second.pane.getByText(/^2 viewers/).click()
    await other.page.getByRole("menuitem", { name: "Take the keyboard" }).click()
    await pane.getByText(/only .* types/).waitFor()
    await pane.locator(".xterm-screen").first().click()
    await run("x")
    await pane
      .getByText(/keyboard/)
      .first()
      .waitFor()
    await pane.getByText(/^2 viewers/).click()
    await desk.page.getByRole("menuitem", { name: "Take the keyboard" }).click()
    await pane.getByText(/only you type/).waitFor()
    await pane.locator(".xterm-screen").first().click()
    await run("echo mine a''gain")
    await shows(/^mine again$/m)
    await other.close()
  })

  it("APP-50 keeps what is typed while the hub is away, and types it once", async () => {
    const { run, shows, pane, text } = await showTerminal(app, desk, { ...SHELL, label: "away" })
    await shows("$")
    await app.hub.kill("SIGKILL")
    await pane.getByText("Connection lost").waitFor()
    await run("echo on''ce")
    await app.hub.start()
    await shows(/^once$/m)
    expect((await text()).match(/^once$/gm)).toHaveLength(1)
  })

  it("APP-59 types by line on a phone, has the keys that phones do not, and reads another's size wide", async () => {
    const phone = await app.open({ form: "phone" })
    await phone.connected()
    const { id, shows, pane } = await showTerminal(app, phone, { ...SHELL, label: "phone" })
    await shows("$")
    const line = pane.getByLabel("Line for the terminal")
    await line.fill("stty size; cat -v")
    await line.press("Enter")
    await shows(/^\d+ \d+$/m)
    await pane.getByRole("button", { name: "Up" }).tap()
    await pane.getByRole("button", { name: "esc" }).tap()
    await shows("^[[A^[")
    await phone.picture("terminal-phone-dark")
    expect(await phone.overflows()).toEqual([])
    expect(await phone.axe()).toEqual([])
    await pane.getByRole("button", { name: "ctrl" }).tap()
    await line.focus()
    await phone.page.keyboard.type("c")
    await line.fill("echo free")
    await line.press("Enter")
    await shows(/^free$/m)
    const laptop = await openTerminal(desk, id)
    await laptop.run("stty size")
    await pane.getByText(/size, read wide/).waitFor()
    await phone.picture("terminal-phone-wide-dark")
    await phone.close()
  })
})
