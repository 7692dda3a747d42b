import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type RunningApp, startApp } from "../e2e/app.ts"
import type { Route } from "../e2e/playwright.ts"

/** Files of the panes, and what they bring. */
const PANES = /assets\/(?:ChatPane|TerminalPane|Markdown|rest|Dock)-[^/]+$/

/** What a pane says that waits for the server. */
const AWAY = /This pane has not been loaded yet, and the server does not answer/

describe.skipIf(process.env["HOLDFAST_FAULTS"] === "short")("parts of the app that cannot be loaded", () => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app.stop())

  /** A page that has no pane yet, and marks itself: a page that is loaded again has no mark. */
  const withoutPanes = async (refuse: (route: Route) => Promise<void>) => {
    const opened = await app.open({ hasWorker: false })
    await opened.connected()
    let refused = 0
    await opened.context.route(PANES, (route) => {
      refused++
      return refuse(route)
    })
    // Before, the page may have loaded them when it had time.
    await opened.page.reload()
    await opened.connected()
    await opened.page.evaluate("void (window.mark = true)")
    // What it wants besides is here by then.
    await expect.poll(() => refused, { timeout: 20_000 }).toBeGreaterThan(0)
    return { ...opened, refused: () => refused, isMarked: () => opened.page.evaluate("window.mark === true") }
  }

  it("APP-16 shows a pane once the server is back that was first wanted while it was away", async () => {
    const [agent, terminal] = [await app.agent({ label: "Wanted too late" }), await app.terminal({ label: "This one too" })]
    const { page, context, connected, row, pane, isMarked, picture, close } = await withoutPanes((route) => route.abort())
    await row(terminal.id).waitFor()
    await app.hub.kill("SIGKILL")
    await page.getByRole("button", { name: /^Not connected/ }).waitFor()
    await context.unroute(PANES)
    await row(agent.id).click()
    await pane(agent.id).getByText(AWAY).waitFor()
    await picture("pane-awaited-dark")
    await row(terminal.id).click()
    await pane(terminal.id).getByText(AWAY).waitFor()
    await app.hub.start()
    await connected()
    await pane(terminal.id).locator(".xterm").first().waitFor()
    await row(agent.id).click()
    await pane(agent.id).getByRole("textbox").waitFor()
    expect(await isMarked()).toBe(true)
    await close()
  })

  it("APP-16 shows a pane that failed for a moment while the connection stood", async () => {
    const agent = await app.agent({ label: "Fails for a moment" })
    const { context, row, pane, refused, isMarked, close } = await withoutPanes((route) => route.abort())
    const before = refused()
    await row(agent.id).click()
    await expect.poll(refused).toBeGreaterThan(before)
    await context.unroute(PANES)
    await pane(agent.id).getByRole("textbox").waitFor()
    expect(await isMarked()).toBe(true)
    await close()
  })

  it("APP-16 offers to load the page again where the server has another version, and keeps what was written", async () => {
    const [agent, terminal] = [await app.agent({ label: "Written to" }), await app.terminal({ label: "of another version" })]
    const { page, context, connected, openSession, pane, row, isMarked, picture, close } = await withoutPanes((route) =>
      /TerminalPane/.test(route.request().url()) ? route.fulfill({ status: 404, headers: {}, body: "" }) : route.fallback(),
    )
    const field = (await openSession(agent.id)).getByRole("textbox")
    await field.fill("words that nobody sent yet")
    await row(terminal.id).click()
    const again = pane(terminal.id).getByRole("button", { name: "Load the page again" })
    await pane(terminal.id).getByText("The server has another version of the app, without this part.").waitFor()
    await picture("pane-gone-dark")
    await context.unroute(PANES)
    await again.click()
    await pane(terminal.id).locator(".xterm").first().waitFor()
    await connected()
    expect(await isMarked()).toBe(false)
    await row(agent.id).click()
    await expect.poll(() => pane(agent.id).getByRole("textbox").inputValue()).toContain("words that nobody sent yet")
    expect(await page.getByText(/has failed/).count()).toBe(0)
    await close()
  })
})
