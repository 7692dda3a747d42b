/** What programs in terminals report, and how the list is limited and walked: the parts of a day beside the talk with agents. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { messagesOf, sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { seedLog } from "@holdfast/testkit/seeded-log"
import { type AppPage, type RunningApp, startApp } from "./app.ts"
import { SHELL, showTerminal } from "./terminal-screen.ts"

/** A shell that marks its prompts and commands, as docs/program-reports.md says for bash. */
const MARKING = {
  ...SHELL,
  env: {
    ...SHELL.env,
    PS0: String.raw`\e]133;C\a`,
    PS1: String.raw`\[\e]133;D;$?\a\e]133;A\a\]$ \[\e]133;B\a\]`,
  },
}

/** A program that reports with OSC 7501 and waits for a line in between. */
const asks = (state: string, message: string): string =>
  String.raw`printf '\033]7501;state=%s:msg=%s\033\\' '${state}' "$(printf %s '${message}' | base64)"`

/** An agent's session of an earlier month, in a directory of its own. */
const EARLIER = {
  begin: [
    {
      name: "session/created",
      data: {
        kind: "agent",
        label: "Of an earlier month",
        tags: [],
        owner: "owner",
        agent: { name: "claude", adapter: "claude", cwd: "/srv/earlier/project", env: [], options: {} },
      },
    },
  ],
  records: () => [],
} as const

describe("terminals that report, and the list", () => {
  const data = mkdtempSync(join(tmpdir(), "holdfast-reports-"))
  let app: RunningApp
  let opened: AppPage
  let earlier = ""
  beforeAll(async () => {
    earlier = await seedLog(data, EARLIER)
    app = await startApp({ data })
    opened = await app.open()
    await opened.connected()
  })
  afterAll(async () => {
    await opened.close()
    await app.stop()
    rmSync(data, { recursive: true, force: true })
  })

  const rowText = (id: string): Promise<string> =>
    opened.page.locator(`[data-region=list] [data-session="${id}"]`).first().innerText()
  const focused = () => opened.page.evaluate("document.activeElement?.closest('[data-pane]')?.dataset.session")
  const active = () => opened.page.evaluate("document.activeElement?.closest('[data-region]')?.dataset.region")

  it("T-55 APP-7 APP-20 a program's question is in its row and its title, F8 leads to it, and its end is there once it is answered", async () => {
    const { page, picture } = opened
    const shell = await showTerminal(app, opened, { ...SHELL, label: "deploys" })
    await shell.shows("$")
    const other = await app.agent({ label: "Elsewhere", options: { permissions: "allow", pace: 0 } })
    const script = `${asks("working", "copies the files")}; read x; ${asks("blocked:kind=question", "Switch over now?")}; read x; ${asks("done", "version 7 is live")}`
    await shell.run(`bash -c ${JSON.stringify(script).replaceAll("$", String.raw`\$`)}`)
    await expect.poll(() => rowText(shell.id)).toContain("copies the files")
    await page.keyboard.press("Enter")
    await expect.poll(() => rowText(shell.id)).toContain("Switch over now?")
    await expect.poll(() => page.title()).toMatch(/^\(1\)/)
    await opened.openSession(other.id)
    await expect.poll(focused).toBe(other.id)
    await picture("program-asks-dark")
    await page.keyboard.press("F8")
    await expect.poll(focused).toBe(shell.id)
    await page.keyboard.insertText("yes")
    await page.keyboard.press("Enter")
    await expect.poll(() => rowText(shell.id)).toContain("version 7 is live")
    await expect.poll(() => page.title()).not.toMatch(/^\(/)
  })

  it("T-53 T-57 APP-20 APP-24 progress in the older form and the commands of a shell that marks them are in its row, and keys lead from command to command", async () => {
    const { page } = opened
    const shell = await showTerminal(app, opened, { ...MARKING, label: "marks" })
    await shell.shows("$")
    await shell.run(String.raw`printf '\033]9;4;1;40\007'; read x; printf '\033]9;4;0;0\007'; seq 200; false`)
    await expect.poll(() => rowText(shell.id)).toMatch(/40 %/)
    await page.keyboard.press("Enter")
    await shell.shows("200")
    await expect.poll(() => rowText(shell.id)).not.toContain("40 %")
    await shell.run("read x; echo the-last")
    await expect.poll(() => rowText(shell.id)).toContain("run read x; echo the-last")
    await page.keyboard.press("Enter")
    await shell.shows(/^the-last$/m)
    await page.keyboard.press("Alt+Shift+p")
    await shell.shows(/^\$ printf /m)
    await page.keyboard.press("Alt+Shift+n")
    await shell.shows(/^the-last$/m)
    await page.keyboard.press("Alt+Shift+o")
    const last = async () => (await app.hub.call<Session>("GET", `/api/sessions/${shell.id}`)).body.terminal?.lastCommand
    await expect.poll(last).toMatchObject({ line: "read x; echo the-last", exitCode: 0 })
  })

  it("APP-24 APP-25 the list is limited by kind, tag, agent, directory and time, each shown with a way to end it, and tags are written in the row", async () => {
    const { page, row, picture, overflows, axe } = opened
    const [talk, other, cat] = [
      await app.agent({ label: "Talk", tags: ["backend"] }),
      await app.agent({ label: "Other talk" }),
      await app.terminal({ label: "cat" }),
    ]
    await row(other.id).focus()
    await page.keyboard.press("t")
    await page.getByLabel("Tags, with blanks between them").first().waitFor()
    await page.keyboard.type("frontend backend")
    await page.keyboard.press("Enter")
    const tagsOf = async (id: string) => (await app.hub.call<Session>("GET", `/api/sessions/${id}`)).body.tags
    await expect.poll(() => tagsOf(other.id)).toEqual(["frontend", "backend"])
    const limit = async (name: string, value: RegExp): Promise<void> => {
      await page.getByRole("button", { name: "Filter the list" }).click()
      await page.getByRole("menuitem", { name }).click()
      await page.getByRole("menuitemcheckbox", { name: value }).click()
    }
    const shown = async (): Promise<ReadonlyArray<unknown>> =>
      (await page.evaluate(
        `[...document.querySelectorAll("[data-region=list] [data-row]")].map((row) => row.textContent)`,
      )) as Array<string>
    await limit("Kind", /^Agents/)
    await row(cat.id).waitFor({ state: "detached" })
    await limit("Tag", /^backend · 2/)
    await expect.poll(async () => (await shown()).toSorted()).toEqual(["Other talk", "Talk"])
    await limit("Tag", /^frontend · 1/)
    await expect.poll(shown).toEqual(["Other talk"])
    await picture("list-limited-dark")
    expect(await overflows()).toEqual([])
    expect(await axe()).toEqual([])
    await page.getByRole("button", { name: "Do not limit the list to frontend" }).click()
    await row(talk.id).waitFor()
    await page.getByRole("button", { name: "Do not limit the list to Agents" }).click()
    await row(cat.id).waitFor()
    for (const [name, value, chip] of [
      ["Agent", /^claude · 1$/, "claude"],
      ["Directory", /^\/srv\/earlier\/project · 1$/, "/srv/earlier/project"],
    ] as const) {
      await limit(name, value)
      await expect.poll(shown).toEqual(["Of an earlier month"])
      await picture(`list-limited-${name.toLowerCase()}-dark`)
      expect(await overflows()).toEqual([])
      await page.getByRole("button", { name: `Do not limit the list to ${chip}` }).click()
      await row(cat.id).waitFor()
    }
    for (const [value, words] of [
      [/^Today · \d+$/, "today"],
      [/^The last 30 days · \d+$/, "the last 30 days"],
    ] as const) {
      await limit("Active since", value)
      await page.getByText(`Active since: ${words}`).waitFor()
      await row(earlier).waitFor({ state: "detached" })
      await row(cat.id).waitFor()
      await page.getByRole("button", { name: `Do not limit the list to Active since: ${words}` }).click()
      await row(earlier).waitFor()
    }
  })

  it("APP-4 F6 leads from one part of the page to the next, and back", async () => {
    const { page, openSession } = opened
    const talk = await app.agent({ label: "Rounds" })
    await openSession(talk.id)
    await expect.poll(focused).toBe(talk.id)
    for (const part of ["status", "list", "panes"]) {
      await page.keyboard.press("F6")
      await expect.poll(active).toBe(part)
    }
    await expect.poll(focused).toBe(talk.id)
    for (const part of ["list", "status", "panes"]) {
      await page.keyboard.press("Shift+F6")
      await expect.poll(active).toBe(part)
    }
    // Out of a terminal, too.
    const shell = await showTerminal(app, opened)
    await expect.poll(focused).toBe(shell.id)
    await page.keyboard.press("F6")
    await expect.poll(active).toBe("status")
  })

  it("APP-72 a click on the trace of an agent, and Enter there, lead to the message of that time", async () => {
    const { page, pane, openSession } = opened
    const talk = await app.agent({ label: "Traced", options: { permissions: "allow", pace: 0 } })
    for (const word of ["first", "second", "third", "fourth"]) {
      await sendText(app.hub, talk.id, `w-${word} [[say ${`a line of it\n\n`.repeat(30)}]]`)
      await settledAgent(app.hub, talk.id)
    }
    const [first] = await messagesOf(app.hub, talk.id)
    await openSession(talk.id)
    await pane(talk.id)
      .getByText(/w-fourth/)
      .first()
      .waitFor()
    const sees = (message: string | undefined) =>
      page.evaluate(`(() => {
        const row = document.querySelector('[data-session="${talk.id}"] [data-message="${message}"]')
        const box = row?.getBoundingClientRect()
        return box !== undefined && box.bottom > 0 && box.top < innerHeight
      })()`)
    expect(await sees(first?.id)).toBe(false)
    const trace = page.locator(`[data-whole-trace="${talk.id}"]`)
    const box = await trace.boundingBox()
    await page.mouse.click((box?.x ?? 0) + 2, (box?.y ?? 0) + (box?.height ?? 0) / 2)
    await expect.poll(() => sees(first?.id)).toBe(true)
    await trace.focus()
    await trace.press("End")
    await trace.press("Enter")
    const last = (await messagesOf(app.hub, talk.id)).at(-1)
    await expect.poll(() => sees(last?.id)).toBe(true)
    await expect.poll(() => sees(first?.id)).toBe(false)
  })
})
