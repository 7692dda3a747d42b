import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { sendText } from "@holdfast/testkit/agent-session"
import { eventually } from "@holdfast/testkit/eventually"
import { type AppPage, type RunningApp, startApp } from "./app.ts"

const BEFORE = Array.from({ length: 60 }, (_, at) => `export const value${at} = ${at}`)
const AFTER = BEFORE.map((line, at) => (at === 20 ? "export const value20 = compute(20, options)" : line)).toSpliced(41, 1)

describe("changes in a browser", () => {
  let app: RunningApp
  let work: string
  const lay = (path: string, content: string): void => {
    mkdirSync(dirname(join(work, path)), { recursive: true })
    writeFileSync(join(work, path), content)
  }
  beforeAll(async () => {
    work = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-changes-")))
    const env = { PATH: process.env["PATH"], HOME: work }
    const git = (...args: ReadonlyArray<string>): void =>
      void execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: work, env })
    git("init", "-q", "-b", "main")
    lay("src/agent/values.ts", `${BEFORE.join("\n")}\n`)
    lay("README.md", "# Values\n\nThey are numbers.\n")
    lay("old-name.txt", "a\nb\nc\n")
    git("add", "-A")
    git("commit", "-q", "-m", "c")
    lay("src/agent/values.ts", `${AFTER.join("\n")}\n`)
    lay("src/agent/a-file-with-a-very-long-name-that-has-to-be-wrapped-somewhere-in-the-list.test.ts", "it()\n")
    git("mv", "old-name.txt", "new-name.txt")
    app = await startApp({ settings: { HOLDFAST_BROWSE_ROOTS: work } })
  })
  afterAll(async () => {
    await app.stop()
    rmSync(work, { recursive: true, force: true })
  })
  const open = async (opened: AppPage, session: string) => {
    await opened.connected()
    await opened.openSession(session)
    const head = opened.pane(session)
    const button = head.getByRole("button", { name: "Show what changed" })
    if ((await button.count()) > 0) await button.click()
    else {
      await head.getByRole("button", { name: "More" }).tap()
      await opened.page.getByRole("menuitem", { name: /^Show what changed/ }).tap()
    }
    const pane = opened.page.locator(`[data-pane][data-session="${session}"]`).filter({ hasText: "Uncommitted" })
    await pane.getByRole("list", { name: "Changed files" }).waitFor()
    return pane
  }

  it("APP-62 APP-63 shows files and their diffs, and what an agent's turn changes without being asked", async () => {
    const agent = await app.agent({ label: "Values", cwd: work })
    const opened = await app.open()
    const { page, picture, overflows, axe, close } = opened
    const pane = await open(opened, agent.id)
    const files = pane.getByRole("list", { name: "Changed files" })
    const file = (name: string) => files.getByRole("button", { name })
    // What has told it is in the title of the session, too, and a fork is one press away.
    await opened.pane(agent.id).locator('[title^="Branch main"]').waitFor()
    await opened.pane(agent.id).getByRole("button", { name: "Fork the session" }).waitFor()
    await file("values.ts").click()
    const diff = pane.getByRole("group", { name: "Changes of src/agent/values.ts" })
    await diff.getByText("compute(20, options)").waitFor()
    expect(await diff.locator('[data-line="add"]').count()).toBe(1)
    expect(await diff.locator('[data-line="del"]').count()).toBe(2)
    await diff.locator("[class*=c4]").first().waitFor()
    await picture("changes-dark")
    expect(await overflows()).toEqual([])
    expect(await axe()).toEqual([])
    // With the whole page there is room for both sides, and for the list beside them.
    await page.keyboard.press("Alt+Shift+Enter")
    await expect.poll(async () => (await diff.locator('[data-line="add"]').boundingBox())?.x ?? 0).toBeGreaterThan(700)
    await picture("changes-wide-dark")
    expect(await overflows()).toEqual([])
    await page.keyboard.press("Alt+Shift+Enter")
    await diff.getByRole("button", { name: "Show 17 unchanged lines" }).first().click()
    await diff.getByText("value5 = 5").waitFor()
    // The agent's turn ends; the list is asked for again by that event alone.
    lay("README.md", "# Values\n\nThey are numbers.\nAll of them.\n")
    await sendText(app.hub, agent.id, "[[say done]]")
    await file("README.md").waitFor()
    await eventually("the snapshot", 20_000, async () => {
      const { body } = await app.hub.call<{ available: boolean }>("GET", `/api/sessions/${agent.id}/changes?base=turn`)
      return body.available
    })
    await pane.getByRole("button", { name: "Last turn" }).click()
    await pane.getByText("Nothing changed.").waitFor()
    await page.keyboard.press("Alt+Shift+ArrowLeft")
    await close()
  })

  it("APP-64 APP-65 comments on lines are kept over a reload and become one message to the agent", async () => {
    const agent = await app.agent({ label: "Comments", cwd: work })
    const opened = await app.open({ theme: "light" })
    const { page, picture, axe, close } = opened
    const pane = await open(opened, agent.id)
    const files = pane.getByRole("list", { name: "Changed files" })
    await files.getByRole("button", { name: "values.ts" }).click()
    const diff = pane.getByRole("group", { name: "Changes of src/agent/values.ts" })
    await diff.getByText("compute(20, options)").waitFor()
    // From the pane the key of the files leads to the diff of one, and Enter or an arrow to its first line.
    await pane.focus()
    await page.keyboard.press("k")
    await page.keyboard.press("j")
    await diff.getByText("compute(20, options)").waitFor()
    await page.keyboard.press("ArrowDown")
    await expect.poll(() => page.evaluate(`document.activeElement?.matches("button[data-number]")`)).toBe(true)
    await diff.focus()
    await page.keyboard.press("Enter")
    // Lines 18 to 20, and 21 before the change.
    for (let line = 0; line < 4; line++) await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    const field = pane.getByRole("textbox", { name: "Comment on line 21 of src/agent/values.ts" })
    await field.fill("Where do the options come from?")
    await picture("changes-comment-light")
    await page.reload()
    await pane.getByText("1 comment to send").waitFor()
    await files.getByRole("button", { name: "values.ts" }).click()
    await pane.getByText("Where do the options come from?").waitFor()
    expect(await axe()).toEqual([])
    await pane.getByRole("button", { name: /^Send to/ }).click()
    await pane.getByText("1 comment to send").waitFor({ state: "detached" })
    const sent = await eventually("the message", 20_000, async () => {
      const { body } = await app.hub.call<{ messages: ReadonlyArray<{ role: string; parts: ReadonlyArray<{ text?: string }> }> }>(
        "GET",
        `/api/sessions/${agent.id}/messages`,
      )
      return body.messages.find(({ role }) => role === "user")
    })
    expect(sent.parts.map(({ text }) => text).join("")).toBe(
      "`src/agent/values.ts`, line 21:\n\n```ts\nexport const value20 = compute(20, options)\n```\n\nWhere do the options come from?",
    )
    await close()
  })

  it("APP-62 on the phone the list and the diff follow each other; without a repository no pane opens", async () => {
    const agent = await app.agent({ label: "Phone", cwd: work })
    const opened = await app.open({ form: "phone" })
    const { picture, overflows, axe, close } = opened
    const pane = await open(opened, agent.id)
    await picture("changes-phone-list")
    expect(await overflows()).toEqual([])
    await pane.getByRole("list", { name: "Changed files" }).getByRole("button", { name: "values.ts" }).tap()
    await pane.getByText("compute(20, options)").waitFor()
    await picture("changes-phone-diff")
    expect(await overflows()).toEqual([])
    expect(await axe()).toEqual([])
    await pane.getByRole("button", { name: "Back to the files" }).tap()
    await close()
    const elsewhere = await app.agent({ label: "Elsewhere", cwd: tmpdir() })
    const other = await app.open()
    await other.connected()
    await other.openSession(elsewhere.id)
    // The key counts outside of the field of the message.
    await other.page.evaluate("document.activeElement?.blur()")
    await other.page.keyboard.press("d")
    await other.page.getByText("is in no Git repository").first().waitFor()
    expect(await other.page.getByText("Uncommitted").count()).toBe(0)
    await other.close()
  })

  it("APP-66 finds the directory of a new session by going from one to the next, as far as the server shows them", async () => {
    const opened = await app.open({ path: "/new" })
    const { page, connected, picture, overflows, axe, close } = opened
    await connected()
    const field = page.getByRole("combobox", { name: "Directory" })
    const option = (name: string | RegExp) => page.getByRole("option", { name })
    await field.click()
    await field.fill("")
    await option(/^src/).waitFor()
    await field.fill(`${work}/`)
    await option(`Use ${work}`).waitFor()
    await picture("new-directory-dark")
    expect(await overflows()).toEqual([])
    expect(await axe()).toEqual([])
    await option(/^src/).click()
    await option(`Use ${work}/src`).waitFor()
    await field.fill(`${work}/src/AG`)
    await option(/^agent/).click()
    await option(`Use ${work}/src/agent`).click()
    expect(await field.inputValue()).toBe(`${work}/src/agent`)
    await field.fill("/etc/")
    await page.getByText(/is outside of/).waitFor()
    await close()
  })
})
