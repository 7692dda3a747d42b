/** Writing to agents: the queue, stopping, drafts, files, and what is sent without a server. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { messagesOf, settledAgent } from "@holdfast/testkit/agent-session"
import { eventually } from "@holdfast/testkit/eventually"
import { asking, fieldOf, ownWords, queued, said } from "../e2e/agents.ts"
import { type RunningApp, startApp } from "../e2e/app.ts"
import { IS_SHORT } from "../e2e/sizes.ts"

describe("the dock", () => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app.stop())

  it("APP-47 APP-49 rearranges a queue of five while the turn runs, by keys, by pointer and by editing", async () => {
    const session = await app.agent({ label: "Busy" })
    const opened = await app.open({ path: `/s/${session.id}` })
    const { page, pane, picture, overflows, axe, close } = opened
    const text = fieldOf(opened, session.id)
    await text.fill("[[wait 60000]]")
    await text.press("Enter")
    const send = pane(session.id).locator("[data-act=send]")
    await expect.poll(() => send.textContent()).toContain("Queue")
    for (const word of ["one", "two", "three", "four", "five"]) {
      await text.fill(word)
      await text.press("Enter")
      await expect.poll(() => text.inputValue()).toBe("")
    }
    await expect.poll(() => queued(app, session.id)).toEqual(["one", "two", "three", "four", "five"])
    const rows = pane(session.id).locator("[data-queued]")
    await picture("queue-dark")
    expect(await overflows()).toEqual([])
    expect(await axe()).toEqual([])
    await rows.nth(4).focus()
    await page.keyboard.press("Alt+ArrowUp")
    await expect.poll(() => queued(app, session.id)).toEqual(["one", "two", "three", "five", "four"])
    const [from, to] = [await rows.nth(0).boundingBox(), await rows.nth(2).boundingBox()]
    if (from === null || to === null) throw new Error("the rows are on the page")
    await page.mouse.move(from.x + 18, from.y + from.height / 2)
    await page.mouse.down()
    await page.mouse.move(from.x + 18, to.y + to.height - 4, { steps: 6 })
    await page.mouse.up()
    await expect.poll(() => queued(app, session.id)).toEqual(["two", "three", "one", "five", "four"])
    await text.press("ArrowUp")
    await expect.poll(() => text.inputValue()).toBe("four")
    await text.fill("4")
    await text.press("Enter")
    await expect.poll(() => queued(app, session.id)).toEqual(["two", "three", "one", "five", "4"])
    await rows.nth(1).focus()
    await page.keyboard.press("Delete")
    await expect.poll(() => queued(app, session.id)).toEqual(["two", "one", "five", "4"])
    await rows.filter({ hasText: "five" }).getByRole("button", { name: "More" }).click()
    await page.getByRole("menuitem", { name: /Interrupt and send it now/ }).click()
    await settledAgent(app.hub, session.id)
    const own = await ownWords(app, session.id)
    expect(own).toEqual(["[[wait 60000]]", "five", "two", "one", "4"])
    await close()
  })

  it("APP-47 stops with Escape twice, and continues what is held", async () => {
    const session = await app.agent({ label: "Stops" })
    const opened = await app.open({ path: `/s/${session.id}` })
    const text = fieldOf(opened, session.id)
    await text.fill("[[wait 60000]]")
    await text.press("Enter")
    await opened.pane(session.id).locator("[data-act=stop]").waitFor()
    // What the agent has not taken would come back into the queue.
    await eventually("it was taken", 10_000, async () => ((await messagesOf(app.hub, session.id)).length > 0 ? true : undefined))
    await text.fill("later")
    await text.press("Enter")
    await expect.poll(() => queued(app, session.id)).toEqual(["later"])
    await text.press("Escape")
    await text.press("Escape")
    await opened.page.getByText("Stopped by a person. What waits is held.").waitFor()
    await opened.picture("held-dark")
    await opened.pane(session.id).locator("[data-act=release]").click()
    await said(app, session.id, "You said: later")
    await opened.close()
  })

  it.skipIf(IS_SHORT)("APP-47 leaves the field by Escape for what waits, or for the pane, and says so on the keys", async () => {
    const session = await asking(app, "[[bash echo by-keys]]")
    const opened = await app.open({ path: `/s/${session.id}` })
    const text = fieldOf(opened, session.id)
    const { page, pane } = opened
    await pane(session.id).locator("[data-request][data-armed][data-whole]").waitFor()
    await text.focus()
    await opened.picture("keys-in-field-dark")
    const before = `getComputedStyle(document.querySelector("[data-act=allow] kbd"), "::before").content`
    expect(await page.evaluate(before)).toContain("Esc, then")
    await page.keyboard.press("Escape")
    await expect.poll(() => page.evaluate("document.activeElement.matches('[data-request]')")).toBe(true)
    expect(await page.evaluate(before)).toBe("none")
    await page.keyboard.press("y")
    await said(app, session.id, "Tool said: by-keys")
    await text.focus()
    await page.keyboard.press("Escape")
    await expect.poll(() => page.evaluate("document.activeElement.matches('[data-pane]')")).toBe(true)
    await page.keyboard.press("i")
    await expect.poll(() => page.evaluate("document.activeElement.dataset.composer")).toBe(session.id)
    await opened.close()
  })

  it.skipIf(IS_SHORT)("APP-47 tries a stop again until the connection is back, and lets it be taken back", async () => {
    const session = await app.agent({ label: "Far" })
    const opened = await app.open({ path: `/s/${session.id}`, hasWorker: false })
    const { page, context, pane } = opened
    const text = fieldOf(opened, session.id)
    await text.fill("[[wait 60000]]")
    await text.press("Enter")
    await pane(session.id).locator("[data-act=stop]").waitFor()
    await eventually("it was taken", 10_000, async () => ((await messagesOf(app.hub, session.id)).length > 0 ? true : undefined))
    await context.setOffline(true)
    const later = pane(session.id).locator("[data-act=stop-later]")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await later.click()
    await pane(session.id).locator("[data-act=stop]").click()
    await later.waitFor()
    await context.setOffline(false)
    await settledAgent(app.hub, session.id)
    await opened.close()
  })

  it("APP-48 has a draft again after the page crashed and the server was killed", async () => {
    const session = await app.agent({ label: "Draft" })
    const opened = await app.open({ path: `/s/${session.id}` })
    const text = fieldOf(opened, session.id)
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
    const { page, pane, connected, kept, picture, overflows, close } = opened
    await connected()
    const text = fieldOf(opened, session.id)
    await text.waitFor()
    await kept()
    await app.hub.kill("SIGKILL")
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
    await said(app, session.id, "You said: second")
    const own = await ownWords(app, session.id)
    expect(own).toEqual(["second"])
    expect(await text.inputValue()).toBe("first")
    await page.getByRole("button", { name: "Put away" }).click()
    await close()
  })

  it.skipIf(IS_SHORT)(
    "APP-48 APP-49 refuses files that do not fit before sending, and gives back what the server refuses with the reason",
    async () => {
      const session = await app.agent({ label: "Files" })
      const opened = await app.open({ path: `/s/${session.id}` })
      const { page, context, pane, picture, close } = opened
      const input = pane(session.id).locator("[data-attach=files]")
      const file = (name: string, mimeType: string, bytes: number) => ({ name, mimeType, buffer: Buffer.alloc(bytes, 7) })
      await input.setInputFiles([file("film.mp4", "video/mp4", 10), file("large.pdf", "application/pdf", 6 * 1024 * 1024)])
      await page.getByText(/film.mp4 is video\/mp4.*large.pdf has 6 MB; a message takes 5 MB/).waitFor()
      await input.setInputFiles([file("fake.png", "image/png", 100)])
      const text = fieldOf(opened, session.id)
      await text.fill("look at this")
      await picture("attached-dark")
      await text.press("Enter")
      await page.getByRole("alert").filter({ hasText: "It was refused: " }).waitFor()
      expect(await text.inputValue()).toBe("look at this")
      const tabs = await Promise.all(
        [1, 2].map(async () => {
          const tab = await context.newPage()
          await tab.goto(`${app.hub.url()}/s/${session.id}`)
          return tab.locator(`[data-composer="${session.id}"]`)
        }),
      )
      for (const field of tabs) await expect.poll(() => field.inputValue()).toBe("look at this")
      await tabs[1]?.press("End")
      await tabs[1]?.pressSequentially(", or at that")
      await pane(session.id).locator("[data-attached='fake.png']").getByRole("button").click()
      await text.press("Enter")
      await said(app, session.id, "You said: look at this")
      // Another tab has it no more, unless something else was typed there.
      await expect.poll(() => Promise.all(tabs.map((field) => field.inputValue()))).toEqual(["", "look at this, or at that"])
      await close()
    },
  )

  it.skipIf(IS_SHORT)("APP-47 names a file with @ by keys alone", async () => {
    const directory = mkdtempSync(join(tmpdir(), "holdfast-dock-"))
    for (const name of ["notes.txt", "other.md"]) writeFileSync(join(directory, name), name)
    const session = await app.agent({ label: "Names", cwd: directory })
    const opened = await app.open({ path: `/s/${session.id}` })
    const text = fieldOf(opened, session.id)
    await text.pressSequentially("read @note")
    await opened.page.getByRole("option", { name: "notes.txt" }).waitFor()
    await opened.picture("files-dark")
    await text.press("Enter")
    expect(await text.inputValue()).toBe("read @notes.txt ")
    await text.press("Enter")
    await said(app, session.id, "You said: read @notes.txt")
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
