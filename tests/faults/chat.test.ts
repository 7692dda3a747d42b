import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { longConversation, seedTranscript } from "@holdfast/testkit/seeded-transcript"
import { type AppPage, type RunningApp, startApp } from "../e2e/app.ts"
import { IS_SHORT } from "../e2e/sizes.ts"

const ALLOW = { options: { permissions: "allow", pace: 0 } }

/** Messages of the long conversation: enough for many pages. */
const LONG = 800

const MARKDOWN = `# A heading

Some **bold** words, a \`code span\` and https://example.org/a.

- one
- two
  - inner

| a | b |
|---|---|
| 1 | 2 |

\`\`\`ts
const answer: number = 42
\`\`\`

- [x] done
- [ ] open`

const EVIL = `<script>window.ran = 1</script> <img src="https://evil.example/a.png" onerror="window.ran = 2">

![picture](https://evil.example/b.png) [click](javascript:window.ran=3) <svg onload="window.ran=4"></svg>

[ref]: https://evil.example

<iframe src="https://evil.example"></iframe> <a href="javascript:window.ran=5">x</a> \u202e reversed`

describe("the chat", () => {
  const data = mkdtempSync(join(tmpdir(), "holdfast-chat-"))
  let app: RunningApp
  let long = ""
  beforeAll(async () => {
    long = await seedTranscript(data, "A long talk", longConversation(LONG))
    app = await startApp({ data })
  })
  afterAll(async () => {
    await app.stop()
    rmSync(data, { recursive: true, force: true })
  })

  const textIn = async ({ page }: AppPage): Promise<string> =>
    String(await page.evaluate(`document.querySelector("[data-pane] [aria-label=Transcript]")?.innerText ?? ""`))

  it("APP-31 APP-32 APP-33 APP-36 shows what an agent does while it does it, and how it ended", async () => {
    const agent = await app.agent({ label: "Shown", options: { permissions: "allow", pace: 2 } })
    const shown = await app.open({ path: `/s/${agent.id}` })
    await shown.pane(agent.id).waitFor()
    await sendText(
      app.hub,
      agent.id,
      `[[think hm, let me see]][[say ${MARKDOWN}]][[bash printf 'a\\n\\033[31mred\\033[0m\\n']][[write notes.txt one\ntwo]][[tool Read {"file_path":"a.ts"}]][[tool Read {"file_path":"b.ts"}]][[say The end.]]`,
    )
    const { page } = shown
    await page.getByText("The end.").last().waitFor()
    await settledAgent(app.hub, agent.id)
    await page.locator("table").first().waitFor()
    expect(await page.locator("[data-pane] h3").first().textContent()).toBe("A heading")
    const lines = async (): Promise<ReadonlyArray<string>> =>
      (await page.locator("[data-kind=tools] button[aria-expanded]").allInnerTexts()).map((line) => line.replaceAll(/\s+/g, " "))
    await expect
      .poll(lines)
      .toEqual(
        expect.arrayContaining([expect.stringMatching(/Run .*printf/), expect.stringMatching(/Write notes\.txt .*\+2 −0/)]),
      )
    // Colours come from the worker.
    await expect.poll(() => page.evaluate(`document.querySelector("figure[data-lang=ts] pre span span") !== null`)).toBe(true)
    await page.getByRole("button", { name: /Run.*printf/ }).click()
    const looks = `[...document.querySelectorAll("pre[aria-label=Output] span span")].map((one) => one.textContent)`
    await expect.poll(() => page.evaluate(looks)).toContain("red")
    await shown.picture("chat-dark")
    expect(await shown.overflows()).toEqual([])
    await sendText(app.hub, agent.id, "[[say Some words]][[error 500]]")
    await page.getByText("The turn failed: the model answered with status 500").first().waitFor()
    await sendText(app.hub, agent.id, "[[slow 400 20]]")
    await page.getByText(/word9/).first().waitFor()
    await app.hub.call("POST", `/api/sessions/${agent.id}/interrupt`)
    await page
      .getByText(/Interrupted by /)
      .first()
      .waitFor()
    await shown.close()
  })

  it("APP-36 says who answered what was asked, and stops what runs in the background", async () => {
    const agent = await app.agent({ label: "Asks", options: { permissions: "ask", pace: 0 } })
    const shown = await app.open({ path: `/s/${agent.id}` })
    const { page } = shown
    await shown.pane(agent.id).waitFor()
    await sendText(app.hub, agent.id, "[[bash echo asked]][[ask Which one?|This|That]][[say Done.]]")
    const answer = async (body: object): Promise<void> => {
      const waiting = async (): Promise<ReadonlyArray<{ readonly session: string; readonly request: { readonly id: string } }>> =>
        (
          await app.hub.call<{ permissions: ReadonlyArray<{ session: string; request: { id: string } }> }>(
            "GET",
            "/api/permissions",
          )
        ).body.permissions
      await expect.poll(async () => (await waiting()).length).toBe(1)
      const [open] = await waiting()
      await app.hub.call("POST", `/api/sessions/${agent.id}/permissions/${open?.request.id}`, body)
    }
    await answer({ optionId: "allow" })
    await answer({ optionId: "answer", answers: { "Which one?": "That" } })
    await page.getByText("Done.").last().waitFor()
    await page
      .getByText(/allowed by/)
      .first()
      .waitFor()
    await page
      .getByText(/That \(/)
      .first()
      .waitFor()
    await sendText(app.hub, agent.id, "[[background sleep 600]][[say Started.]]")
    await answer({ optionId: "allow" })
    const tasks = page.getByRole("region", { name: "In the background" })
    await tasks.waitFor()
    await tasks.getByRole("button", { name: "Stop" }).click()
    await tasks.waitFor({ state: "detached" })
    await shown.close()
  })

  it("APP-30 APP-34 runs nothing of what is in names, words, files and output, and asks no other server", async () => {
    const agent = await app.agent({ label: `<script>window.ran=1</script>`, ...ALLOW })
    const shown = await app.open({ path: `/s/${agent.id}` })
    const { page } = shown
    await shown.pane(agent.id).waitFor()
    await sendText(
      app.hub,
      agent.id,
      `${EVIL} [[say ${EVIL}]][[bash printf '\\033]8;;javascript:window.ran=6\\007link\\033]8;;\\007 <img src=x onerror=window.ran=7>']][[write <b>.svg <svg onload="window.ran=8"/>]][[say The end.]]`,
    )
    await page.getByText("The end.").last().waitFor()
    await page.getByRole("button", { name: /Run/ }).first().click()
    await page.getByText("link <img").first().waitFor()
    expect(await page.evaluate("window.ran")).toBeUndefined()
    expect(
      await page.evaluate(
        `[...document.querySelectorAll("[data-pane] a")].filter((one) => !/^(https?|mailto):/.test(one.href)).length`,
      ),
    ).toBe(0)
    expect(
      await page.evaluate(
        `document.querySelectorAll("[data-pane] script, [data-pane] iframe, [data-pane] svg[onload], [data-pane] img").length`,
      ),
    ).toBe(0)
    expect(shown.problems).toEqual([])
    await shown.close()
  })

  it.skipIf(IS_SHORT)("APP-37 nothing moves in 150 steps up from the end, over the pages that are read in front", async () => {
    const shown = await app.open({ path: `/s/${long}` })
    const { page } = shown
    await page
      .getByText(`Answer ${LONG - 1}:`)
      .first()
      .waitFor()
    const jumps = (await page.evaluate(STEPS_UP)) as ReadonlyArray<number>
    expect(jumps).toEqual([])
    await page.getByRole("button", { name: /Latest/ }).click()
    await page
      .getByText(`Answer ${LONG - 1}:`)
      .first()
      .waitFor()
    await expect.poll(() => page.getByRole("button", { name: /Latest/ }).count()).toBe(0)
    await shown.close()
  })

  it("APP-38 APP-39 finds words in older messages, goes to a message's address, and copies as Markdown", async () => {
    const shown = await app.open({ path: `/s/${long}/m/m400` })
    const { page } = shown
    await page.locator("[data-message=m400]").first().waitFor()
    await page.keyboard.press("Control+/")
    await page.getByPlaceholder("Find in this session").fill("Question 20:")
    await page.getByText(new RegExp(`1 place in all ${LONG.toLocaleString("en")} messages`)).waitFor()
    await page.getByPlaceholder("Find in this session").press("Enter")
    await page.locator("[data-message=m20]").first().waitFor()
    await page.getByPlaceholder("Find in this session").press("Escape")
    const marked = (): Promise<string | null> => page.locator("[data-marked]").first().getAttribute("data-message")
    await page.keyboard.press("]")
    await expect.poll(marked).not.toBeNull()
    const first = await marked()
    await page.keyboard.press("]")
    await expect.poll(marked).not.toBe(first)
    await page.keyboard.press("[")
    await expect.poll(marked).toBe(first)
    // A selection over more than one block is copied as Markdown.
    expect(await page.evaluate(COPIED)).toMatch(/^Answer \d+:[\s\S]*\n\n- /)
    await shown.close()
  })

  it("D-1 APP-37 a hub that is killed in mid-turn leaves the transcript whole, once", async () => {
    const agent = await app.agent({ label: "Killed", options: { permissions: "allow", pace: 0 } })
    const shown = await app.open({ path: `/s/${agent.id}` })
    const { page } = shown
    await shown.pane(agent.id).waitFor()
    await sendText(app.hub, agent.id, "[[slow 300 10]]")
    await page
      .getByText(/word20 /)
      .first()
      .waitFor()
    await app.hub.kill("SIGKILL")
    await app.hub.start()
    await page
      .getByText(/word299/)
      .first()
      .waitFor()
    const words = (await textIn(shown)).match(/word\d+/g) ?? []
    expect(words).toEqual(Array.from({ length: 300 }, (_, index) => `word${index}`))
    await shown.close()
  })
})

/** Scrolls up 150 times and tells by how much the row in the middle of the view moved otherwise than by the step. */
const STEPS_UP = `(async () => {
  const scroller = document.querySelector("[data-pane] [aria-label=Transcript]")
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  const middle = () => {
    const { top, height } = scroller.getBoundingClientRect()
    const rows = [...scroller.querySelectorAll("[data-key]")]
    return rows.find((row) => { const box = row.getBoundingClientRect(); return box.top <= top + height / 2 && box.bottom >= top + height / 2 })
  }
  const jumps = []
  for (let step = 0; step < 150; step++) {
    const row = middle()
    if (row === undefined) { jumps.push("no row at step " + step); continue }
    const before = row.getBoundingClientRect().top
    scroller.dispatchEvent(new WheelEvent("wheel", { deltaY: -90 }))
    scroller.scrollTop -= 90
    await frame()
    const moved = row.isConnected ? row.getBoundingClientRect().top - before : 90
    if (Math.abs(moved - 90) > 2) jumps.push("step " + step + ": " + moved)
  }
  return jumps
})()`

/** What is copied when an answer with a list is selected. */
const COPIED = `(() => {
  const list = document.querySelector("[data-kind=text] ul")
  const rows = [...document.querySelectorAll("[data-kind=text]")]
  const at = rows.findIndex((row) => row.contains(list))
  const range = document.createRange()
  range.setStartBefore(rows[at - 1].querySelector("p"))
  range.setEndAfter(list)
  getSelection().removeAllRanges()
  getSelection().addRange(range)
  const clipboardData = new DataTransfer()
  document.querySelector("[aria-label=Transcript]").dispatchEvent(new ClipboardEvent("copy", { clipboardData, cancelable: true }))
  return clipboardData.getData("text/plain")
})()`
