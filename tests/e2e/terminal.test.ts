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

/** Hides the page's tab, or shows it; a browser without a window does not. */
const LOOK = (state: "hidden" | "visible"): string => `(() => {
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "${state}" })
  document.dispatchEvent(new Event("visibilitychange"))
})()`

/** Moves a finger over a terminal by so many pixels, slowly enough that nothing glides far. */
async function drag({ page, context }: AppPage, session: string, pixels: number): Promise<void> {
  const tools = await context.newCDPSession(page)
  const box = await page.locator(`[data-session="${session}"] .xterm-screen`).boundingBox()
  const x = (box?.x ?? 0) + 100
  const from = (box?.y ?? 0) + (pixels > 0 ? 40 : (box?.height ?? 0) - 20)
  const touch = (type: string, y?: number): Promise<unknown> =>
    tools.send("Input.dispatchTouchEvent" as never, { type, touchPoints: y === undefined ? [] : [{ x, y }] } as never)
  await touch("touchStart", from)
  for (let step = 1; step <= 10; step++) await touch("touchMove", from + (pixels * step) / 10)
  await touch("touchEnd")
}

/** A line of the eight colours, and one of the brighter. */
const COLORS =
  "clear; for b in 3 9; do for c in 0 1 2 3 4 5 6 7; do printf '\\033[%sm color %s \\033[0m' $b$c $c; done; echo; done; printf 'brighter\\n'"

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
    // At any moment of a frame, as people type.
    await desk.page.keyboard.type("x".repeat(60), { delay: 37 })
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

  it("APP-50 obeys Ctrl-C in a flood", async () => {
    const { run, shows, text } = await showTerminal(app, desk, { ...SHELL, label: "flood" })
    await shows("$")
    await run("yes overflowing with words that no one reads")
    await shows("overflowing")
    const begun = Date.now()
    await desk.page.keyboard.press("Control+c")
    await expect.poll(text, { ...WITHIN, interval: 5 }).toMatch(/\^C.*\n\$$/)
    console.log(`Ctrl-C in a flood: ${Date.now() - begun} ms to the prompt`)
  })

  it("APP-50 is there at once when it is returned to, with what came meanwhile, or with the screen as it is now", async () => {
    const { id, shows, pane } = await showTerminal(app, desk, { ...SHELL, label: "left" })
    await shows("$")
    const type = (line: string): Promise<unknown> => app.hub.call("POST", `/api/sessions/${id}/input`, { text: `${line}\r` })
    const seen = async (line: string): Promise<void> =>
      void (await expect
        .poll(async () => (await app.hub.call<{ text: string }>("GET", `/api/sessions/${id}/screen`)).body.text, WITHIN)
        .toContain(line))
    await showTerminal(app, desk, { command: "cat", label: "another" })
    await type("echo mean''while")
    await seen("meanwhile")
    const again = await openTerminal(desk, id)
    await again.shows(/^meanwhile$/m)
    expect(await pane.getByText("Skipped to now").count()).toBe(0)
    await showTerminal(app, desk, { command: "cat", label: "a third" })
    // What is no longer looked at is known once the page has been painted without it.
    await desk.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    await type("seq 1 80000; echo al''l")
    await seen("all")
    await openTerminal(desk, id)
    await pane.getByText("Skipped to now").waitFor()
    await again.shows(/^80000\nall$/m)
    await desk.picture("terminal-skipped-dark")
  })

  it("APP-50 parses nothing of a flood in a tab that no one sees, and shows its end at once when someone looks again", async () => {
    const { id, shows } = await showTerminal(app, desk, { ...SHELL, label: "out of sight" })
    await shows("$")
    const tools = await desk.context.newCDPSession(desk.page)
    await tools.send("Performance.enable", { timeDomain: "threadTicks" })
    const spent = async (): Promise<number> => {
      const { metrics } = (await tools.send("Performance.getMetrics")) as {
        metrics: ReadonlyArray<{ name: string; value: number }>
      }
      return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN) * 1000
    }
    const heap = async (): Promise<number> => {
      await tools.send("HeapProfiler.collectGarbage")
      return ((await tools.send("Runtime.getHeapUsage")) as { usedSize: number }).usedSize / 1e6
    }
    const before = [await spent(), await heap()] as const
    await desk.page.evaluate(LOOK("hidden"))
    const flood = "yes flooding with words that no one reads | head -c 20000000; clear; echo fl''ooded"
    await app.hub.call("POST", `/api/sessions/${id}/input`, { text: `${flood}\r` })
    await expect
      .poll(async () => (await app.hub.call<{ text: string }>("GET", `/api/sessions/${id}/screen`)).body.text, {
        timeout: 120_000,
        interval: 100,
      })
      .toMatch(/^flooded$/m)
    const [thread, kept] = [(await spent()) - before[0], (await heap()) - before[1]]
    await desk.page.evaluate(LOOK("visible"))
    const begun = Date.now()
    await shows(/^flooded$/m)
    console.log(
      `20 MB out of sight: ${thread.toFixed(0)} ms of thread, ${kept.toFixed(1)} MB kept, its end ${Date.now() - begun} ms after`,
    )
    // Parsed, they were seconds.
    expect(thread).toBeLessThan(1500)
    expect(kept).toBeLessThan(8)
  })

  it("APP-50 continues after the page was frozen, with everything that came meanwhile", async () => {
    const { id, shows, text } = await showTerminal(app, desk, { ...SHELL, label: "frozen" })
    await shows("$")
    const tools = await desk.context.newCDPSession(desk.page)
    await tools.send("Page.setWebLifecycleState", { state: "frozen" })
    await app.hub.call("POST", `/api/sessions/${id}/input`, { text: "clear; seq 1 30; echo tha''wed\r" })
    await tools.send("Page.setWebLifecycleState", { state: "active" })
    await shows(/^thawed$/m)
    expect((await text()).match(/^30$/gm)).toHaveLength(1)
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
    await desk.picture("terminal-paste-dark")
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
    await desk.picture("terminal-older-dark")
    const seen = await text()
    expect(Number(/^row (\d+)$/m.exec(seen)?.[1])).toBeLessThan(6000 - 1000)
    await desk.page.keyboard.type("echo ba")
    await desk.page.keyboard.type("ck")
    await desk.page.keyboard.press("Enter")
    await again.shows(/^back$/m)
    expect(await pane.getByText("The log begins here.").count()).toBe(0)
  })

  it("APP-4 APP-56 finds text, and changes the size of text", async () => {
    const { run, shows, pane, text } = await showTerminal(app, desk, { ...SHELL, label: "find" })
    await shows("$")
    await run("clear; seq -f 'line %g of many' 1 300")
    await shows("line 300 of many")
    await desk.page.keyboard.press("Alt+Shift+F")
    await desk.page.keyboard.type("line 2")
    await pane.getByText("of 111").waitFor()
    await desk.page.keyboard.press("Enter")
    await pane.getByText("110 of 111").waitFor()
    await desk.picture("terminal-find-dark")
    expect(await desk.axe()).toEqual([])
    await desk.page.keyboard.press("Escape")
    await pane.getByRole("search").waitFor({ state: "detached" })
    const columns = async (): Promise<number> => {
      await run("clear; stty size")
      await shows(/^\d+ \d+$/m)
      return Number(/^\d+ (\d+)$/m.exec(await text())?.[1])
    }
    const before = await columns()
    for (let press = 0; press < 4; press++) await desk.page.keyboard.press("Control+=")
    await expect.poll(columns, WITHIN).toBeLessThan(before)
    await desk.page.keyboard.press("Control+0")
    await expect.poll(columns, WITHIN).toBe(before)
  })

  it("APP-56 T-57 goes from command to command where the shell marks them, by keys", async () => {
    const { run, shows, text } = await showTerminal(app, desk, { ...SHELL, label: "marks" })
    await shows("$")
    await run("PS0=$'\\e]133;C\\a'; PS1=$'\\[\\e]133;D\\a\\e]133;A\\a\\]$ \\[\\e]133;B\\a\\]'; clear")
    // A line that is typed before the prompt stands is shown before it.
    for (const [line, end] of [
      ["echo first''one", /^firstone$/m],
      ["seq 1 200", /^200$/m],
      ["echo last''one", /^lastone$/m],
    ] as const) {
      await run(line)
      await shows(end)
    }
    await desk.page.keyboard.press("Alt+Shift+p")
    await desk.page.keyboard.press("Alt+Shift+p")
    await expect.poll(text, WITHIN).toMatch(/seq 1 200\n1\n2\n/)
    expect(await text()).not.toMatch(/^lastone$/m)
    await desk.page.keyboard.press("Alt+Shift+n")
    await shows(/^lastone$/m)
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
    await second.run(COLORS)
    await second.shows("brighter")
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
    const { id, shows, pane, text } = await showTerminal(app, phone, { ...SHELL, label: "phone" })
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
    // What is typed before the shell is back goes with the program.
    await shows(/\^C\n\$$/)
    await line.fill("echo free")
    await line.press("Enter")
    await shows(/^free$/m)
    await line.fill("seq 1 200")
    await line.press("Enter")
    await shows(/^200$/m)
    await drag(phone, id, 300)
    // A finger that moves down brings lines from above.
    await expect.poll(text, WITHIN).not.toMatch(/^200$/m)
    expect(await text()).toMatch(/^1[5-9]\d$/m)
    await drag(phone, id, -600)
    await shows(/^200$/m)
    const laptop = await openTerminal(desk, id)
    await laptop.run("stty size")
    await pane.getByText(/size, read wide/).waitFor()
    await phone.picture("terminal-phone-wide-dark")
    await phone.close()
  })
})
