import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { messagesOf, recordOf, sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { said } from "../e2e/agents.ts"
import { type RunningApp, startApp } from "../e2e/app.ts"
import { WITHIN } from "../e2e/terminal-screen.ts"

const ALLOW = { options: { permissions: "allow", pace: 0 } }

describe.skipIf(process.env["HOLDFAST_FAULTS"] === "short")("a transcript in the app", () => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app.stop())

  it("APP-38 has a line above what came while the person was elsewhere, in this browser and by the mark of another", async () => {
    const [talk, other] = [await app.agent({ label: "Talk", ...ALLOW }), await app.agent({ label: "Elsewhere", ...ALLOW })]
    await sendText(app.hub, talk.id, "[[say seen before]]")
    await settledAgent(app.hub, talk.id)
    const { page, connected, openSession, pane, picture, close } = await app.open()
    await connected()
    await openSession(talk.id)
    await pane(talk.id).getByText("seen before").last().waitFor()
    const { lastSeq } = await recordOf(app.hub, talk.id)
    const seen = async () => (await app.hub.call<{ seen?: number }>("GET", `/api/sessions/${talk.id}`)).body.seen ?? 0
    await expect.poll(seen, WITHIN).toBeGreaterThanOrEqual(lastSeq)
    expect(await pane(talk.id).getByRole("separator", { name: "New" }).count()).toBe(0)
    await openSession(other.id)
    await sendText(app.hub, talk.id, "[[say came meanwhile]]")
    await settledAgent(app.hub, talk.id)
    const head = (await recordOf(app.hub, talk.id)).lastSeq
    expect(await seen()).toBeLessThan(head)
    await openSession(talk.id)
    await pane(talk.id).getByRole("separator", { name: "New" }).waitFor()
    // From top to bottom, whatever the order in the page is.
    const rows = `[...document.querySelectorAll('[data-pane][data-session="${talk.id}"] :is([data-message], [role=separator])')]
      .toSorted((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)
      .map((row) => row.dataset.message ?? row.ariaLabel)`
    const ids = (await messagesOf(app.hub, talk.id)).map(({ id }) => id)
    const shown = (await page.evaluate(rows)) as ReadonlyArray<string>
    expect(shown.filter((one, at) => one !== shown[at - 1])).toEqual(ids.toSpliced(2, 0, "New"))
    await picture("chat-new-since-dark")
    await expect.poll(seen, WITHIN).toBeGreaterThanOrEqual(head)
    await close()
    // Another browser knows it by the mark alone.
    await sendText(app.hub, talk.id, "[[say came meanwhile, again]]")
    await settledAgent(app.hub, talk.id)
    const elsewhere = await app.open({ path: `/s/${talk.id}`, form: "phone" })
    await elsewhere.pane(talk.id).getByRole("separator", { name: "New" }).waitFor()
    await elsewhere.close()
  })

  it("APP-39 copies a message as Markdown, and its address, which leads to it", async () => {
    const talk = await app.agent({ label: "Copied", ...ALLOW })
    await sendText(app.hub, talk.id, "[[say Some **bold** words and `code`.]]")
    await settledAgent(app.hub, talk.id)
    const { page, context, connected, pane, close } = await app.open({ path: `/s/${talk.id}` })
    await context.grantPermissions(["clipboard-read", "clipboard-write"])
    await connected()
    const answer = (await messagesOf(app.hub, talk.id)).at(-1)
    const row = pane(talk.id).locator(`[data-message="${answer?.id}"]`)
    await row.first().hover()
    const clipboard = () => page.evaluate("navigator.clipboard.readText()")
    await row.getByRole("button", { name: "Copy as Markdown" }).first().click()
    await expect.poll(clipboard).toContain("Some **bold** words and `code`.")
    await row.getByRole("button", { name: "Copy the message's address" }).first().click()
    await expect.poll(clipboard).toBe(`${app.hub.url()}/s/${talk.id}/m/${answer?.id}`)
    await page.goto(String(await clipboard()))
    await row.first().waitFor()
    await close()
  })

  it("APP-36 says that the agent's process was lost with its runner, keeps what it had said, and continues with the next message", async () => {
    const talk = await app.agent({ label: "Lost", ...ALLOW })
    const { page, connected, pane, picture, close } = await app.open({ path: `/s/${talk.id}` })
    await connected()
    await pane(talk.id).waitFor()
    await sendText(app.hub, talk.id, "[[slow 2000 10]]")
    await page
      .getByText(/word20 /)
      .first()
      .waitFor()
    for (const pid of app.hub.runners()) process.kill(pid, "SIGKILL")
    await page
      .getByText(/The agent's process was lost/)
      .first()
      .waitFor()
    await picture("chat-runner-lost-dark")
    expect(await page.getByText(/word20 /).count()).toBeGreaterThan(0)
    await sendText(app.hub, talk.id, "[[say back again]]")
    await said(app, talk.id, "back again")
    await pane(talk.id).getByText("back again").last().waitFor()
    await close()
  })
})
