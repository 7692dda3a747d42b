import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { type RunningApp, startApp } from "../e2e/app.ts"

describe.skipIf(process.env["HOLDFAST_FAULTS"] === "short")("the states of the app", () => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app.stop())

  it("APP-6 APP-9 shows list and transcript of before without a server, with their age, then what it says", async () => {
    const agent = await app.agent({ label: "Before the night" })
    await sendText(app.hub, agent.id, "[[say words that are kept]]")
    await settledAgent(app.hub, agent.id)
    const left = await app.agent({ label: "Left before" })
    await sendText(app.hub, left.id, "[[say words of a pane that was closed]]")
    await settledAgent(app.hub, left.id)
    const shell = await app.terminal({ label: "screen", command: "sh", args: ["-c", "echo a screen that is kept; exec cat"] })
    const { page, connected, kept: filesKept, openSession, pane, row, picture, close } = await app.open()
    await connected()
    await (await openSession(shell.id)).getByText("a screen that is kept").waitFor()
    await (await openSession(left.id)).getByText("words of a pane").last().waitFor()
    const transcript = (await openSession(agent.id)).getByText("words that are kept").last()
    await transcript.waitFor()
    const unseen = page.getByRole("heading", { name: /^Finished, not seen/ })
    await unseen.waitFor({ state: "detached" })
    // Kept when the page goes.
    await page.evaluate(`dispatchEvent(new Event("pagehide"))`)
    const kept = `new Promise((resolve, reject) => {
      const open = indexedDB.open("holdfast-app")
      open.onerror = () => reject(open.error)
      open.onsuccess = () => {
        const get = open.result.transaction("views").objectStore("views").count()
        get.onsuccess = () => { open.result.close(); resolve(get.result) }
      }
    })`
    await expect.poll(() => page.evaluate(kept)).toBe(2)
    await filesKept()
    await app.hub.kill("SIGKILL")
    await page.getByRole("button", { name: /^Not connected/ }).waitFor()
    await page.reload()
    await row(agent.id).waitFor()
    expect(await unseen.count()).toBe(0)
    await pane(agent.id).getByText("words that are kept").last().waitFor()
    await pane(agent.id)
      .getByText(/^As it was kept here at /)
      .waitFor()
    await picture("offline-start-dark")
    await (await openSession(left.id)).getByText("words of a pane").last().waitFor()
    await pane(left.id)
      .getByText(/^As it was kept here at /)
      .waitFor()
    await (await openSession(shell.id)).getByText("a screen that is kept").waitFor()
    await openSession(agent.id)
    await page.getByRole("button", { name: /^(?:Not connected|Connecting)/ }).click()
    await page.getByText(/The list is as of/).waitFor()
    await page.keyboard.press("Escape")
    await app.hub.start()
    await connected()
    await pane(agent.id).getByText("words that are kept").last().waitFor()
    await pane(agent.id)
      .getByText(/^As it was kept here at /)
      .waitFor({ state: "detached" })
    await close()
  })

  it("APP-8 says in its place that a pane has failed, and shows it when it is asked to again", async () => {
    const [agent, terminal] = [await app.agent({ label: "Fails" }), await app.terminal({ label: "works" })]
    const { page, context, connected, openSession, pane, row, picture, close } = await app.open({ hasWorker: false })
    await connected()
    await openSession(terminal.id)
    const chunk = /assets\/ChatPane/
    await context.route(chunk, (route) => route.abort())
    // Before, the page may have loaded it when it had time.
    await page.reload()
    await connected()
    await row(agent.id).click()
    await pane(agent.id)
      .getByText(/This pane has failed/)
      .waitFor()
    await picture("pane-failed-dark")
    await openSession(terminal.id)
    expect(
      await pane(terminal.id)
        .getByText(/has failed/)
        .count(),
    ).toBe(0)
    await context.unroute(chunk)
    await openSession(agent.id)
    await pane(agent.id).getByRole("button", { name: "Load the page again" }).click()
    await pane(agent.id).getByRole("textbox").waitFor()
    await page.getByRole("button", { name: /^Connected/ }).waitFor()
    await close()
  })

  it("APP-17 X-30 says what the server announces, until it is over or closed in this browser", async () => {
    const say = async (text: string): Promise<string> =>
      (await app.hub.call<{ readonly id: string }>("POST", "/api/announcements", { kind: "maintenance", text })).body.id
    await say("The server restarts at noon <b>")
    const { page, connected, picture, overflows, axe, close } = await app.open()
    await connected()
    const status = page.locator("[data-region=status]")
    await status.getByText("The server restarts at noon <b>").waitFor()
    const second = await say(`${"A long line that is cut where the page ends. ".repeat(10)}`.trim())
    await picture("announced-dark")
    await status.getByRole("button", { name: "Close" }).click()
    await status.getByText(/A long line/).waitFor()
    expect(await overflows()).toEqual([])
    expect(await axe()).toEqual([])
    await page.reload()
    await connected()
    await status.getByText(/A long line/).waitFor()
    expect(await status.getByText("The server restarts").count()).toBe(0)
    await app.hub.call("DELETE", `/api/announcements/${second}`)
    await status.getByText(/A long line/).waitFor({ state: "detached" })
    await close()
  })
})
