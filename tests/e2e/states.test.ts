import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { type RunningApp, startApp } from "./app.ts"

describe("the states of the app", () => {
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
})
