import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { outputOf, wholeLog } from "@holdfast/testkit/logs"
import { type RunningApp, startApp } from "../e2e/app.ts"
import type { Page } from "../e2e/playwright.ts"
import { openTerminal, SHELL, showTerminal, WITHIN } from "../e2e/terminal-screen.ts"

/** Questions of a program: attributes, position, a colour, a mode, the version, a setting, a capability. */
const QUESTIONS =
  "\\033[c\\033[>c\\033[5n\\033[6n\\033]11;?\\007\\033]4;1;?\\007\\033[?25$p\\033[>q\\033P$qm\\033\\\\\\033P+q544e\\033\\\\"

/** Asks for the ground, and prints what is answered as `<rgb:…>`. */
const ASK_GROUND =
  "ask() { stty raw -echo; printf '\\033]11;?\\033\\\\'; IFS= read -r -d '\\' -t 5 answer; stty sane; printf '<%s>\\n' $(printf %s $answer | tr -d '\\033' | cut -d';' -f2); }"

/** The ground of the page's terminals, as a program is told of it. */
async function groundOf(page: Page): Promise<string> {
  const color = String(await page.evaluate(`getComputedStyle(document.documentElement).getPropertyValue("--ground").trim()`))
  const [, ...parts] = /^#(..)(..)(..)$/.exec(color) ?? []
  return `<rgb:${parts.map((part) => part + part).join("/")}>`
}

describe.skipIf(process.env["HOLDFAST_FAULTS"] === "short")("questions of programs in terminals of the app", () => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app.stop())

  it("C-7 are answered once, and by no page that shows them, however often they are replayed to it", async () => {
    const script = `stty raw -echo; printf '${QUESTIONS}'; printf 'asked\\r\\n'; exec cat -v`
    const { id } = await app.terminal({ label: "questions", command: "bash", args: ["-c", script] })
    const printed = async (): Promise<string> => outputOf(await wholeLog(app.hub, id)).toString()
    // The runner's own emulator answers; the program prints what it is given.
    await expect.poll(printed, WITHIN).toMatch(/asked[\s\S]*\^\[\[\?[\d;]+c[\s\S]*rgb:/)
    await app.hub.call("POST", `/api/sessions/${id}/input`, { text: "|before|" })
    await expect.poll(printed, WITHIN).toContain("|before|")
    const [desk, phone] = [await app.open(), await app.open({ form: "phone" })]
    const screen = await openTerminal(desk, id)
    await screen.shows("|before|")
    await (await openTerminal(phone, id)).shows("|before|")
    await desk.page.reload()
    await screen.shows("|before|")
    await app.hub.call("POST", `/api/sessions/${id}/input`, { text: "|after|" })
    await screen.shows("|after|")
    expect((await printed()).split("|before|")[1]).toBe("|after|")
    await desk.close()
    await phone.close()
  })

  it("T-20 are told the colours of the page that types, in either theme", async () => {
    const light = await app.open({ theme: "light" })
    await light.connected()
    const { id, run, shows, pane } = await showTerminal(app, light, { ...SHELL, label: "colours" })
    await shows("$")
    await run(ASK_GROUND)
    await run("clear; ask")
    const [inLight, inDark] = [await groundOf(light.page), "<rgb:"]
    expect(inLight).toMatch(/^<rgb:(?:f|e)/)
    await shows(inLight)
    const dark = await app.open({ theme: "dark" })
    const other = await openTerminal(dark, id)
    await other.run("clear; ask")
    const ground = await groundOf(dark.page)
    expect(ground).not.toBe(inLight)
    expect(ground.startsWith(inDark)).toBe(true)
    await other.shows(ground)
    // The other one types again, and has turned dark meanwhile.
    await light.page.emulateMedia({ colorScheme: "dark" })
    await expect.poll(() => groundOf(light.page)).toBe(ground)
    await light.page.emulateMedia({ colorScheme: "light" })
    await expect.poll(() => groundOf(light.page)).toBe(inLight)
    await pane.locator(".xterm-screen").first().click()
    await run("clear; ask")
    await shows(inLight)
    await dark.close()
    await light.close()
  })
})
