import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { sendText } from "@holdfast/testkit/agent-session"
import { type AppPage, type RunningApp, startApp } from "./app.ts"

const LONG = `${"a very long name ".repeat(11)}end`.slice(0, 200)
const RTL = "تحديث الملفات في المستودع ".repeat(7).trim().slice(0, 200)
const CJK = "会話の一覧を並べ替える".repeat(18).slice(0, 200)

describe("the list of sessions", () => {
  let app: RunningApp
  const ids: Record<string, string> = {}
  const keep = async (name: string, made: Promise<Session>): Promise<void> => void (ids[name] = (await made).id)
  const record = async (id: string): Promise<Session> => (await app.hub.call<Session>("GET", `/api/sessions/${id}`)).body
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app.stop())

  /** Sections and names, in order. */
  const shown = ({ page }: AppPage): Promise<ReadonlyArray<string>> =>
    page.locator("[data-region=list] h2, [data-region=list] [data-row]").allInnerTexts()
  const active = ({ page }: AppPage) => page.evaluate("document.activeElement?.dataset.row")

  it("APP-28 offers a terminal and the scripted agent with one press when there are no sessions", async () => {
    const opened = await app.open()
    const { page, connected, axe, overflows, picture, close } = opened
    await connected()
    await page.getByRole("heading", { name: "Start here" }).waitFor()
    await page.getByText("There are none on the server's machine.").waitFor()
    await picture("first-run-dark")
    expect(await overflows()).toEqual([])
    expect(await axe()).toEqual([])
    await page.getByRole("button", { name: /Try the scripted agent/ }).click()
    await page.waitForURL(/\/s\//)
    await expect
      .poll(() => shown(opened))
      .toEqual([expect.stringContaining("Waits for you"), expect.stringContaining("How it works")])
    await close()
  })

  it("APP-20 has sections in their order, and says in each row what its session asks, does or did", async () => {
    await keep("asks", app.agent({ label: "Prune sealed segments" }))
    await keep("done", app.agent({ label: "Fix the flaky test" }))
    await keep("shell", app.terminal({ label: "cat", command: "cat", cwd: "/usr" }))
    await keep("pinned", app.terminal({ label: "staging", command: "cat" }))
    await keep("ended", app.terminal({ label: "Bench", command: "sh", args: ["-c", "exit 3"] }))
    await app.hub.call("PATCH", `/api/sessions/${ids["pinned"]}`, { pinned: true })
    await sendText(app.hub, ids["asks"] ?? "", "[[bash rm -r data/seg-old]]")
    await sendText(app.hub, ids["done"] ?? "", "[[say ready]]")
    const opened = await app.open()
    const { page, connected, axe, overflows, picture, close, row } = opened
    await connected()
    await expect
      .poll(async () => (await shown(opened)).map((text) => text.split(/\n|\d/)[0]?.trim()))
      .toEqual([
        ...["Waits for you", "Prune sealed segments", "How it works"],
        ...["Finished, not seen", "Fix the flaky test", "Bench", "Pinned", "staging", "Quiet", "cat usr"],
      ])
    const line = async (id: string | undefined) =>
      (await page.locator(`[role=listitem][data-session="${id}"]`).innerText()).replaceAll("\n", " ")
    expect(await line(ids["asks"])).toMatch(/run\s+rm -r data\/seg-old/)
    expect(await line(ids["ended"])).toContain("ended with exit code 3")
    expect(await page.getByRole("tab").allInnerTexts()).toEqual([
      expect.stringMatching(/^All/),
      expect.stringMatching(/Waiting\s*2/),
      expect.stringMatching(/^Working/),
      expect.stringMatching(/Unread\s*2/),
    ])
    await row(ids["asks"] ?? "").focus()
    await page.keyboard.press("Space")
    await page.getByRole("dialog", { name: /What Prune sealed segments asks/ }).waitFor()
    await page.getByRole("button", { name: /Run it/ }).waitFor()
    await picture("list-peek-dark")
    await page.keyboard.press("Escape")
    await page.getByRole("dialog").waitFor({ state: "detached" })
    expect(await active(opened)).toBe(ids["asks"])
    await row(ids["asks"] ?? "").hover()
    await picture("list-dark")
    expect(await overflows()).toEqual([])
    expect(await axe()).toEqual([])
    await close()
  })

  it("APP-22 APP-23 is worked by keys alone, each with a way back", async () => {
    const opened = await app.open()
    const { page, connected, pane, close, row } = opened
    await connected()
    await row(ids["shell"] ?? "").focus()
    await page.keyboard.press("k")
    expect(await active(opened)).toBe(ids["pinned"])
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await pane(ids["shell"] ?? "").waitFor()
    // A terminal takes the focus once it is there.
    await expect
      .poll(() => page.evaluate("document.activeElement?.closest('[data-pane]') && document.activeElement.tagName"))
      .toBe("TEXTAREA")
    await row(ids["shell"] ?? "").focus()
    await page.keyboard.press("e")
    await expect.poll(async () => (await record(ids["shell"] ?? "")).status).toBe("archived")
    await row(ids["shell"] ?? "").waitFor({ state: "detached" })
    await page.getByText(/Archived “cat”/).waitFor()
    await page.keyboard.press("z")
    await row(ids["shell"] ?? "").waitFor()
    await expect.poll(async () => (await record(ids["shell"] ?? "")).status).toBe("active")
    await row(ids["shell"] ?? "").focus()
    await page.keyboard.press("r")
    await page.keyboard.type("renamed")
    await page.keyboard.press("Enter")
    await expect.poll(async () => (await record(ids["shell"] ?? "")).label).toBe("renamed")
    await page.keyboard.press("t")
    await page.keyboard.type("build, ci")
    await page.keyboard.press("Enter")
    await expect.poll(async () => (await record(ids["shell"] ?? "")).tags).toEqual(["build", "ci"])
    await page.keyboard.press("x")
    await page.keyboard.press("Shift+ArrowUp")
    await page.getByRole("toolbar", { name: "Chosen sessions" }).getByText("2 chosen").waitFor()
    await page.keyboard.press("p")
    await expect.poll(async () => (await record(ids["shell"] ?? "")).pinned).toBe(true)
    await close()
  })

  it("APP-24 searches as it is typed, says where else it would find something, and shows the trash", async () => {
    await keep("old", app.terminal({ label: "Old export" }))
    await app.hub.call("POST", `/api/sessions/${ids["old"]}/archive`, {})
    const opened = await app.open()
    const { page, connected, picture, axe, close, row } = opened
    await connected()
    await row(ids["shell"] ?? "").focus()
    await page.keyboard.press("/")
    await page.keyboard.type("BUILD")
    await expect.poll(() => shown(opened)).toEqual([expect.stringContaining("Pinned"), "renamed"])
    await page.getByRole("searchbox").fill("export")
    await page.getByText(/Nothing is called/).waitFor()
    await picture("list-nothing-found-dark")
    expect(await axe()).toEqual([])
    await page.getByRole("button", { name: "1 in the archive" }).click()
    await row(ids["old"] ?? "").waitFor()
    await row(ids["old"] ?? "").focus()
    await page.keyboard.press("Delete")
    await expect.poll(async () => (await record(ids["old"] ?? "")).status).toBe("deleted")
    await page.getByRole("button", { name: "Filter the list" }).click()
    await page.getByRole("menuitemcheckbox", { name: "Trash" }).click()
    await page.getByText(/deleted for good on/).waitFor()
    await close()
  })

  it("APP-23 APP-26 takes changes and new sessions without the server, and has them done once when it is back", async () => {
    const opened = await app.open({ path: "/new" })
    const { page, connected, picture, close, row } = opened
    await connected()
    await page.getByRole("radio", { name: /Scripted agent/ }).waitFor()
    await app.hub.kill("SIGKILL")
    await page.getByText(/cannot be reached/).waitFor()
    await page.getByLabel("First message").fill("[[say made offline]]")
    await page.keyboard.press("Control+Enter")
    await page.getByRole("heading", { name: /Created once connected/ }).waitFor()
    await row(ids["pinned"] ?? "").focus()
    await page.keyboard.press("e")
    await row(ids["pinned"] ?? "").waitFor({ state: "detached" })
    await picture("list-offline-dark")
    await app.hub.start()
    await expect.poll(async () => (await record(ids["pinned"] ?? "")).status).toBe("archived")
    const made = async () =>
      (await app.hub.call<{ sessions: ReadonlyArray<Session> }>("GET", "/api/sessions?q=made")).body.sessions.length
    await expect.poll(made).toBe(1)
    await page.getByRole("heading", { name: /Created once connected/ }).waitFor({ state: "detached" })
    await close()
  })

  it("APP-25 lets no name overflow, on the desk and on the phone", async () => {
    for (const label of [LONG, RTL, CJK]) await app.agent({ label, tags: ["x".repeat(64)] })
    for (const form of ["desktop", "phone"] as const) {
      const { page, connected, overflows, axe, picture, close } = await app.open({ form, theme: "light" })
      await connected()
      await page.getByText(LONG).waitFor()
      await picture(`list-names-light-${form}`)
      expect(await overflows()).toEqual([])
      expect(await axe()).toEqual([])
      await close()
    }
  })

  it("APP-21 keeps the row under the pointer while others move", async () => {
    const opened = await app.open()
    const { page, connected, close, row } = opened
    await connected()
    const target = row(ids["shell"] ?? "")
    const place = async () => (await target.boundingBox())?.y
    await expect.poll(() => page.getByRole("tab", { name: /Waiting/ }).innerText()).toMatch(/2/)
    await target.hover()
    const before = await place()
    await keep("late", app.agent({ label: "Late question" }))
    await sendText(app.hub, ids["late"] ?? "", "[[ask Now?|yes|no]]")
    await expect.poll(() => page.getByRole("tab", { name: /Waiting/ }).innerText()).toMatch(/3/)
    expect(await place()).toBe(before)
    await page.mouse.move(900, 400)
    await row(ids["late"] ?? "").waitFor()
    await close()
  })

  it("APP-27 shows text and terminals as they are chosen, whatever the theme of the page", async () => {
    const said = await app.agent({ label: "Sizes", message: { text: "[[say some words]]" } })
    const shell = await app.terminal({ label: "colours" })
    const { page, connected, openSession, overflows, axe, picture, close } = await app.open({
      theme: "light",
      path: "/settings/appearance",
    })
    await connected()
    await page.getByLabel("Largest").click()
    await page.getByLabel("Face of code and terminals").fill("Some Mono")
    await page.goto(`${app.hub.url()}/settings/terminals`)
    await page.getByRole("group", { name: "Colours" }).getByLabel("Dark").click()
    const words = (await openSession(said.id)).getByText("some words").last()
    await words.waitFor()
    const styled = (selector: string, name: string) =>
      page.evaluate(`getComputedStyle(document.querySelector('${selector}')).getPropertyValue("${name}")`)
    expect(await styled(`[data-session="${said.id}"] [data-message] p`, "font-size")).toBe("19px")
    await picture("largest-light")
    expect(await overflows()).toEqual([])
    await openSession(shell.id)
    const terminal = `[data-when=terminal][data-session="${shell.id}"]`
    await expect.poll(() => styled(terminal, "--ground")).toBe("#0b1315")
    expect(await styled(terminal, "--mono")).toContain("Some Mono")
    await picture("terminal-dark-in-light")
    expect(await axe()).toEqual([])
    await close()
  })

  it("APP-27 changes settings at once, each part by its address", async () => {
    const { page, connected, axe, overflows, picture, close } = await app.open({ path: "/settings/devices" })
    await connected()
    await page.getByPlaceholder(/Name, such as/).fill("build machine")
    await page.getByRole("button", { name: "Make a token" }).click()
    await page.getByText(/It is shown only now/).waitFor()
    await picture("settings-devices-dark")
    expect(await overflows()).toEqual([])
    expect(await axe()).toEqual([])
    await page.getByRole("button", { name: "Revoke build machine" }).click()
    await page.getByText(/There are none\. A link/).waitFor()
    await page.getByRole("link", { name: "Appearance" }).click()
    await page.waitForURL(/\/settings\/appearance$/)
    await page.getByRole("radio", { name: "Light" }).click()
    await expect.poll(() => page.evaluate("document.documentElement.dataset.theme")).toBe("light")
    await page.getByRole("link", { name: "Agents" }).click()
    await page.getByText("Codex", { exact: true }).waitFor()
    await picture("settings-agents-light")
    await page.keyboard.press("Escape")
    await page.waitForURL(/\/$/)
    await close()
  })
})
