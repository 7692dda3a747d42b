/** Answering, writing, queueing: the dock of a session, the inbox, the phone. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { messagesOf, recordOf, sendText, settledAgent, textOf } from "@holdfast/testkit/agent-session"
import { eventually } from "@holdfast/testkit/eventually"
import { type AppPage, type RunningApp, startApp } from "./app.ts"
import type { Locator } from "./playwright.ts"

describe("the dock", () => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app.stop())

  const asking = async (text: string, label = "Asks") => {
    const session = await app.agent({ label, options: { permissions: "ask" } })
    await sendText(app.hub, session.id, text)
    await eventually("it asks", 10_000, async () =>
      (await recordOf(app.hub, session.id)).permissions.length > 0 ? true : undefined,
    )
    return session
  }
  const words = async (session: string): Promise<string> =>
    (await messagesOf(app.hub, session)).map((message) => textOf(message)).join("\n")
  /** All that was said, once a part of it was and nothing works any more. */
  const said = async (session: string, part: string): Promise<string> => {
    await eventually(`${part} was said`, 20_000, async () => ((await words(session)).includes(part) ? true : undefined))
    await settledAgent(app.hub, session)
    return words(session)
  }
  const field = ({ page }: AppPage, session: string): Locator => page.locator(`[data-composer="${session}"]`)
  const queued = async (session: string): Promise<ReadonlyArray<string>> =>
    (await recordOf(app.hub, session)).queue
      .filter(({ status }) => status === "waiting")
      .map(({ parts }) => parts.map((part) => (part.type === "text" ? part.text : "")).join(""))

  it("APP-40 APP-42 APP-45 P-22 answers in the pane by keys: edits a command, makes the rule that it names, refuses with words", async () => {
    const session = await asking("[[bash echo one]] [[bash echo two]] [[write notes.txt hello]] [[bash echo one]]")
    const opened = await app.open({ path: `/s/${session.id}` })
    const { page, pane, picture, overflows, axe, close } = opened
    const request = pane(session.id).locator("[data-request]")
    await request.getByText("Run a command?").waitFor()
    await picture("dock-command-dark")
    expect(await overflows()).toEqual([])
    expect(await axe()).toEqual([])
    await request.focus()
    await page.keyboard.press("e")
    await request.getByLabel("The command that runs instead").fill("echo edited")
    await page.keyboard.press("Enter")
    await request.getByText("echo two").waitFor()
    await request.focus()
    await page.keyboard.press("a")
    await request.getByText(/^exactly echo two in /).waitFor()
    await picture("dock-rule-dark")
    await page.keyboard.press("Enter")
    await request.getByText("Write a file?").waitFor()
    await request.getByText("hello").waitFor()
    await picture("dock-write-dark")
    await request.focus()
    await page.keyboard.press("n")
    await request.getByLabel("Why it is refused").fill("not this file")
    await page.keyboard.press("Enter")
    await request.getByText("echo one").waitFor()
    await request.focus()
    await page.keyboard.press("y")
    const text = await said(session.id, "Tool said: one")
    expect(text).toContain("edited")
    expect(text).toContain("write was not allowed")
    const { body } = await app.hub.call<{ rules: ReadonlyArray<unknown> }>("GET", `/api/permissions/rules?session=${session.id}`)
    expect(body.rules).toMatchObject([{ tool: "bash", allow: true, covers: { type: "command" } }])
    await close()
  })

  it("APP-43 APP-44 lets two pages race an answer: one wins, the other says who, and keeps what was typed", async () => {
    const session = await asking("[[bash echo raced]]")
    const [one, other] = [await app.open({ path: `/s/${session.id}` }), await app.open({ path: `/s/${session.id}` })]
    const request = (opened: AppPage): Locator => opened.pane(session.id).locator("[data-request]")
    await request(one).waitFor()
    await request(other).waitFor()
    await request(other).focus()
    await other.page.keyboard.press("n")
    await request(other).getByLabel("Why it is refused").fill("use printf")
    await request(one).focus()
    await Promise.all([one.page.keyboard.press("y"), other.page.keyboard.press("Enter")])
    const text = await said(session.id, "Tool said")
    const [winner, loser] = text.includes("raced") ? [one, other] : [other, one]
    await loser.page
      .getByText(/owner (allowed|refused) it/)
      .first()
      .waitFor()
    expect(await winner.page.getByText(/Too late/).count()).toBe(0)
    if (loser === other) {
      await loser.page.getByRole("button", { name: "Put your words into the message" }).click()
      await expect.poll(() => field(loser, session.id).inputValue()).toBe("use printf")
    }
    await one.close()
    await other.close()
  })

  it("APP-45 APP-46 answers questions and plans in the inbox, and puts one off", async () => {
    const [question, plan] = [await asking("[[ask Which one?|This|That]]", "Question"), await asking("[[plan 1. Do it]]", "Plan")]
    const quiet = await app.agent({ label: "Quiet" })
    const { page, picture, axe, overflows, close } = await app.open({ path: `/s/${quiet.id}`, theme: "light" })
    await page.getByRole("button", { name: /wait for you/ }).click()
    const inbox = page.locator("[data-inbox]")
    await inbox.getByText("Which one?").first().waitFor()
    await picture("inbox-light")
    expect(await axe()).toEqual([])
    expect(await overflows()).toEqual([])
    await inbox.getByLabel("That").click()
    await inbox.locator("[data-act=allow]").click()
    await said(question.id, "you chose That")
    await inbox.getByText("1. Do it").waitFor()
    await page.keyboard.press("s")
    await page.keyboard.press("2")
    await inbox.getByRole("button", { name: "Show it now" }).click()
    await inbox.locator("[data-act=allow]").click()
    await said(plan.id, "the plan was approved")
    await close()
  })

  it("APP-45 answers over the row of a session, replies there, and opens a request from the palette", async () => {
    const [first, second] = [await asking("[[bash echo from-row]]", "Rowed"), await asking("[[bash echo from-palette]]", "Named")]
    const { page, row, connected, picture, overflows, axe, close } = await app.open({ theme: "light" })
    await connected()
    await row(first.id).focus()
    await page.keyboard.press("Space")
    const peek = page.locator(`[data-peek="${first.id}"]`)
    await peek.getByText("echo from-row").waitFor()
    await picture("peek-light")
    expect(await overflows()).toEqual([])
    expect(await axe()).toEqual([])
    await page.keyboard.press("n")
    await peek.getByLabel("Why it is refused").press("Escape")
    await page.keyboard.press("y")
    await said(first.id, "from-row")
    const reply = peek.getByLabel(/^Reply to /)
    await reply.fill("and thanks")
    await reply.press("Enter")
    await peek.waitFor({ state: "detached" })
    await said(first.id, "You said: and thanks")
    await page.keyboard.press("F1")
    await page.getByRole("combobox").fill("answer named")
    await page.getByRole("option", { name: /Answer Named: Run a command\? echo from-palette/ }).click()
    await page.locator("[data-inbox] [data-act=allow]").click()
    await said(second.id, "from-palette")
    await close()
  })

  it("APP-43 says who answered to a page that did not", async () => {
    const session = await asking("[[bash echo seen]]")
    const { page, pane, close } = await app.open({ path: `/s/${session.id}` })
    await pane(session.id).locator("[data-request]").waitFor()
    const { permissions } = await recordOf(app.hub, session.id)
    await app.hub.call("POST", `/api/sessions/${session.id}/permissions/${permissions[0]?.id}`, {
      optionId: "reject",
      message: "no",
    })
    await page.getByText("owner refused it: “no”").waitFor()
    await close()
  })

  it("APP-40 APP-45 answers on the phone with buttons at the thumb", async () => {
    const [first, second] = [await asking("[[bash echo by-thumb]]", "Thumb"), await asking("[[ask Which?|A|B]]", "Other")]
    const inPane = await app.open({ form: "phone", path: `/s/${first.id}` })
    const run = inPane.pane(first.id).locator("[data-act=allow]")
    await run.waitFor()
    const box = await run.boundingBox()
    expect(box?.height).toBeGreaterThanOrEqual(48)
    expect(box?.y).toBeGreaterThan(400)
    await inPane.picture("dock-command-phone")
    expect(await inPane.overflows()).toEqual([])
    expect(await inPane.axe()).toEqual([])
    await run.tap()
    await said(first.id, "by-thumb")
    await inPane.close()
    const list = await app.open({ form: "phone" })
    await list.page.getByRole("button", { name: /waits? for you/ }).tap()
    const inbox = list.page.locator("[data-inbox=phone]")
    await inbox.getByRole("radio", { name: "B", exact: true }).tap()
    await list.picture("inbox-phone")
    expect(await list.axe()).toEqual([])
    await inbox.locator("[data-act=allow]").tap()
    await said(second.id, "you chose B")
    await inbox.getByText("Nothing waits for you").waitFor()
    await list.close()
  })

  it("APP-47 APP-49 rearranges a queue of five while the turn runs, by keys, by pointer and by editing", async () => {
    const session = await app.agent({ label: "Busy" })
    const opened = await app.open({ path: `/s/${session.id}` })
    const { page, pane, picture, overflows, axe, close } = opened
    const text = field(opened, session.id)
    await text.fill("[[wait 60000]]")
    await text.press("Enter")
    const send = pane(session.id).locator("[data-act=send]")
    await expect.poll(() => send.textContent()).toContain("Queue")
    for (const word of ["one", "two", "three", "four", "five"]) {
      await text.fill(word)
      await text.press("Enter")
      await expect.poll(() => text.inputValue()).toBe("")
    }
    await expect.poll(() => queued(session.id)).toEqual(["one", "two", "three", "four", "five"])
    const rows = pane(session.id).locator("[data-queued]")
    await picture("queue-dark")
    expect(await overflows()).toEqual([])
    expect(await axe()).toEqual([])
    await rows.nth(4).focus()
    await page.keyboard.press("Alt+ArrowUp")
    await expect.poll(() => queued(session.id)).toEqual(["one", "two", "three", "five", "four"])
    const [from, to] = [await rows.nth(0).boundingBox(), await rows.nth(2).boundingBox()]
    if (from === null || to === null) throw new Error("the rows are on the page")
    await page.mouse.move(from.x + 18, from.y + from.height / 2)
    await page.mouse.down()
    await page.mouse.move(from.x + 18, to.y + to.height - 4, { steps: 6 })
    await page.mouse.up()
    await expect.poll(() => queued(session.id)).toEqual(["two", "three", "one", "five", "four"])
    await text.press("ArrowUp")
    await expect.poll(() => text.inputValue()).toBe("four")
    await text.fill("4")
    await text.press("Enter")
    await expect.poll(() => queued(session.id)).toEqual(["two", "three", "one", "five", "4"])
    await rows.nth(1).focus()
    await page.keyboard.press("Delete")
    await expect.poll(() => queued(session.id)).toEqual(["two", "one", "five", "4"])
    await rows.filter({ hasText: "five" }).getByRole("button", { name: "More" }).click()
    await page.getByRole("menuitem", { name: /Interrupt and send it now/ }).click()
    await settledAgent(app.hub, session.id)
    const own = (await messagesOf(app.hub, session.id)).filter(({ role }) => role === "user").map((message) => textOf(message))
    expect(own).toEqual(["[[wait 60000]]", "five", "two", "one", "4"])
    await close()
  })

  it("APP-47 stops with Escape twice, and continues what is held", async () => {
    const session = await app.agent({ label: "Stops" })
    const opened = await app.open({ path: `/s/${session.id}` })
    const text = field(opened, session.id)
    await text.fill("[[wait 60000]]")
    await text.press("Enter")
    await opened.pane(session.id).locator("[data-act=stop]").waitFor()
    // What the agent has not taken would come back into the queue.
    await eventually("it was taken", 10_000, async () => ((await messagesOf(app.hub, session.id)).length > 0 ? true : undefined))
    await text.fill("later")
    await text.press("Enter")
    await expect.poll(() => queued(session.id)).toEqual(["later"])
    await text.press("Escape")
    await text.press("Escape")
    await opened.page.getByText("Stopped by a person. What waits is held.").waitFor()
    await opened.picture("held-dark")
    await opened.pane(session.id).locator("[data-act=release]").click()
    await said(session.id, "You said: later")
    await opened.close()
  })

  it("APP-48 has a draft again after the page crashed and the server was killed", async () => {
    const session = await app.agent({ label: "Draft" })
    const opened = await app.open({ path: `/s/${session.id}` })
    const text = field(opened, session.id)
    await text.pressSequentially("not sent yet")
    await opened
      .pane(session.id)
      .locator("[data-attach=files]")
      .setInputFiles({
        name: "notes.txt",
        mimeType: "text/plain",
        buffer: Buffer.from("kept"),
      })
    await opened.page.getByText("notes.txt").waitFor()
    await expect.poll(() => opened.page.evaluate(KEPT)).toBe(true)
    await app.hub.kill("SIGKILL")
    const tools = await opened.context.newCDPSession(opened.page)
    await Promise.race([tools.send("Page.crash").catch(() => undefined), new Promise((done) => setTimeout(done, 500))])
    opened.problems.length = 0
    await app.hub.start()
    const page = await opened.context.newPage()
    await page.goto(`${app.hub.url()}/s/${session.id}`)
    await expect.poll(() => page.locator(`[data-composer="${session.id}"]`).inputValue()).toBe("not sent yet")
    await page.getByText("notes.txt").waitFor()
    opened.problems.length = 0
    await opened.close()
  })

  it("APP-49 keeps what is sent without a server, takes one back, and sends the other once", async () => {
    const session = await app.agent({ label: "Away" })
    const opened = await app.open({ path: `/s/${session.id}` })
    const { page, pane, connected, picture, overflows, close } = opened
    await connected()
    await app.hub.kill("SIGKILL")
    const text = field(opened, session.id)
    await expect.poll(() => pane(session.id).locator("[data-act=send]").textContent()).toContain("Send when connected")
    for (const word of ["first", "second"]) {
      await text.fill(word)
      await text.press("Enter")
      await pane(session.id).locator("[data-outgoing]").filter({ hasText: word }).waitFor()
    }
    await picture("outgoing-dark")
    expect(await overflows()).toEqual([])
    await pane(session.id)
      .locator("[data-outgoing]")
      .filter({ hasText: "first" })
      .getByRole("button", { name: "Take back" })
      .click()
    await expect.poll(() => text.inputValue()).toBe("first")
    await app.hub.start()
    await said(session.id, "You said: second")
    const own = (await messagesOf(app.hub, session.id)).filter(({ role }) => role === "user").map((message) => textOf(message))
    expect(own).toEqual(["second"])
    expect(await text.inputValue()).toBe("first")
    await page.getByRole("button", { name: "All right" }).click()
    await close()
  })

  it("APP-48 APP-49 refuses files that do not fit before sending, and gives back what the server refuses with the reason", async () => {
    const session = await app.agent({ label: "Files" })
    const opened = await app.open({ path: `/s/${session.id}` })
    const { page, pane, picture, close } = opened
    const input = pane(session.id).locator("[data-attach=files]")
    const file = (name: string, mimeType: string, bytes: number) => ({ name, mimeType, buffer: Buffer.alloc(bytes, 7) })
    await input.setInputFiles([file("film.mp4", "video/mp4", 10), file("large.pdf", "application/pdf", 6 * 1024 * 1024)])
    await page.getByText(/film.mp4 is video\/mp4.*large.pdf has 6 MB; a message takes 5 MB/).waitFor()
    await input.setInputFiles([file("fake.png", "image/png", 100)])
    const text = field(opened, session.id)
    await text.fill("look at this")
    await picture("attached-dark")
    await text.press("Enter")
    await page.getByRole("alert").filter({ hasText: "It was refused: " }).waitFor()
    expect(await text.inputValue()).toBe("look at this")
    await pane(session.id).locator("[data-attached='fake.png']").getByRole("button").click()
    await text.press("Enter")
    await said(session.id, "You said: look at this")
    await close()
  })

  it("APP-47 names a file with @ by keys alone", async () => {
    const directory = mkdtempSync(join(tmpdir(), "holdfast-dock-"))
    for (const name of ["notes.txt", "other.md"]) writeFileSync(join(directory, name), name)
    const session = await app.agent({ label: "Names", cwd: directory })
    const opened = await app.open({ path: `/s/${session.id}` })
    const text = field(opened, session.id)
    await text.pressSequentially("read @note")
    await opened.page.getByRole("option", { name: "notes.txt" }).waitFor()
    await opened.picture("files-dark")
    await text.press("Enter")
    expect(await text.inputValue()).toBe("read @notes.txt ")
    await text.press("Enter")
    await said(session.id, "You said: read @notes.txt")
    await opened.close()
    rmSync(directory, { recursive: true })
  })
})

/** The browser has the draft and its file. */
const KEPT = `new Promise((resolve) => {
  const opening = indexedDB.open("holdfast-drafts")
  opening.onsuccess = () => {
    const all = opening.result.transaction("drafts").objectStore("drafts").getAll()
    all.onsuccess = () => {
      opening.result.close()
      resolve(all.result.some(({ text, files }) => text === "not sent yet" && files.length === 1))
    }
  }
})`
