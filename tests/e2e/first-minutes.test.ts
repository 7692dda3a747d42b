/** What a person does first: gets an agent, brings along what another program has, keeps two agents apart, signs in again. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { knownAgent } from "@holdfast/agents/inside/catalog/entries"
import type { Session } from "@holdfast/protocol/session"
import { settledAgent } from "@holdfast/testkit/agent-session"
import { fieldOf, ownWords, said } from "./agents.ts"
import { type RunningApp, startApp } from "./app.ts"

const known = knownAgent("codex")?.package
const FOLDER = `node_modules/${known?.name}`

/** An npm that fetches nothing and leaves what npm would, with its words. */
const NPM = `#!/bin/sh
echo "npm http fetch GET 200 codex"
mkdir -p ${FOLDER}/$(dirname ${known?.file})
echo '{"name": "${known?.name}", "version": "${known?.version}"}' > ${FOLDER}/package.json
printf '#!/bin/sh\\n' > ${FOLDER}/${known?.file}
chmod 755 ${FOLDER}/${known?.file}
`

/** A transcript of Claude Code with one question and its answer. */
function transcript(cwd: string, question: string, answer: string): string {
  const at = { cwd, timestamp: "2026-05-04T08:00:00.000Z" }
  const lines = [
    { type: "user", uuid: "u1", parentUuid: null, message: { role: "user", content: question }, ...at },
    {
      ...{ type: "assistant", uuid: "a1", parentUuid: "u1", ...at },
      message: { id: "m1", role: "assistant", content: [{ type: "text", text: answer }] },
    },
  ]
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("")
}

describe("the first minutes with the app", () => {
  const home = mkdtempSync(join(tmpdir(), "holdfast-first-"))
  const work = join(home, "work")
  let app: RunningApp
  beforeAll(async () => {
    const [bin, project] = [join(home, "bin"), join(home, ".claude", "projects", "-work")]
    for (const path of [bin, work, project]) mkdirSync(path, { recursive: true })
    writeFileSync(join(bin, "npm"), NPM, { mode: 0o755 })
    const talks = [
      ["1", "Why is the build slow?", "It compiles twice."],
      ["2", "Where is the fence?", "In the reader."],
    ] as const
    for (const [digit, question, answer] of talks) {
      const id = `${digit.repeat(8)}-${digit.repeat(4)}-4333-8444-${digit.repeat(12)}`
      writeFileSync(join(project, `${id}.jsonl`), transcript(work, question, answer))
    }
    app = await startApp({
      settings: { PATH: `${bin}:${process.env["PATH"]}`, HOME: home, CLAUDE_CONFIG_DIR: join(home, ".claude") },
    })
  })
  afterAll(async () => {
    await app.stop()
    rmSync(home, { recursive: true, force: true })
  })

  const sessions = async (): Promise<ReadonlyArray<Session>> =>
    (await app.hub.call<{ readonly sessions: ReadonlyArray<Session> }>("GET", "/api/sessions")).body.sessions

  it("APP-28 imports what Claude Code has, each once, and opens it", async () => {
    const { page, connected, pane, picture, overflows, close } = await app.open()
    await connected()
    await page.getByRole("heading", { name: "Start here" }).waitFor()
    await page.getByRole("checkbox", { name: /Why is the build slow/ }).click()
    await picture("import-dark")
    expect(await overflows()).toEqual([])
    await page.getByRole("button", { name: "Import 1" }).click()
    await expect.poll(async () => (await sessions()).length).toBe(1)
    // There is a session now, so the page is another one; the rest is in the settings.
    await page.goto(`${app.hub.url()}/settings/import`)
    const rest = page.getByRole("button", { name: "Import all 1" })
    await rest.click()
    await page.getByText("1 imported").waitFor()
    const lines = page.getByRole("listitem").filter({ hasText: "Where is the fence?" })
    await lines.getByRole("button", { name: "Open" }).click()
    await expect.poll(async () => (await sessions()).length).toBe(2)
    const made = (await sessions()).find(({ label }) => label.includes("fence"))
    await pane(made?.id ?? "")
      .getByText("In the reader.")
      .waitFor()
    expect(await ownWords(app, made?.id ?? "")).toEqual(["Where is the fence?"])
    await close()
  })

  it("APP-26 APP-28 A-73 installs an agent from the page, which can be started then", async () => {
    const { page, connected, picture, close } = await app.open({ path: "/new" })
    await connected()
    await page.getByText(/agents? (?:is|are) not installed/).click()
    const codex = page.getByRole("listitem").filter({ hasText: "Codex" })
    await codex.getByRole("button", { name: "Install Codex" }).click()
    await page.getByRole("radio", { name: /Codex/ }).waitFor()
    await picture("installed-dark")
    await page.getByRole("radio", { name: /Codex/ }).click()
    await page.getByRole("button", { name: "Start Codex" }).waitFor()
    const label = page.locator("label").filter({ hasText: "Codex" })
    expect(await label.innerText()).toContain(known?.version ?? "")
    await close()
  })

  it("APP-26 says that another agent works in the directory, and how a worktree keeps them apart", async () => {
    const there = await app.agent({ label: "Works there", cwd: work })
    const { page, context, connected, picture, close } = await app.open({ path: "/new" })
    await context.grantPermissions(["clipboard-read", "clipboard-write"])
    await connected()
    await page.getByRole("radio", { name: /Scripted agent/ }).click()
    const directory = page.getByLabel("Directory").first()
    await directory.fill(work)
    await page.getByText(/overwrite each other/).waitFor()
    await page.getByText("Works there").last().waitFor()
    await page.getByRole("button", { name: "Copy the command" }).click()
    await page.getByRole("button", { name: "Copied" }).waitFor()
    await picture("worktree-dark")
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(`git -C ${work} worktree add ${work}-2 -b work-2`)
    await app.hub.call("POST", `/api/sessions/${there.id}/archive`, {})
    await close()
  })

  it("APP-49 C-16 signs in again by the form, and sends what was kept meanwhile, once", async () => {
    const { id } = await app.agent({ label: "Kept", options: { permissions: "allow", pace: 0 } })
    const { body: token } = await app.hub.call<{ readonly id: string; readonly secret: string }>("POST", "/api/tokens", {
      name: "a browser",
      scope: "write",
    })
    const opened = await app.open({ isSignedIn: false })
    const { page, context, connected, kept, picture, axe, close } = opened
    await page.getByRole("heading", { name: "This browser is not signed in" }).waitFor()
    const field = page.getByLabel("Or paste a link or a key here")
    const enter = async (text: string): Promise<void> => {
      await field.fill(text)
      await field.press("Enter")
    }
    await page.getByRole("button", { name: "Sign in" }).click()
    await page.getByText("Paste a link, or a key.").waitFor()
    await enter("https://example.org/open#abc")
    await page.getByText("This link is for another server.").waitFor()
    await picture("sign-in-dark")
    expect(await axe()).toEqual([])
    await enter(token.secret)
    await connected()
    await kept()
    await page.goto(`${app.hub.url()}/s/${id}`)
    await fieldOf(opened, id).waitFor()
    await context.setOffline(true)
    await expect.poll(() => page.evaluate("navigator.onLine")).toBe(false)
    for (const word of ["w-one", "w-two"]) {
      await fieldOf(opened, id).fill(word)
      await fieldOf(opened, id).press("Enter")
      await expect.poll(() => fieldOf(opened, id).inputValue()).toBe("")
    }
    expect((await app.hub.call("DELETE", `/api/tokens/${token.id}`)).status).toBeLessThan(300)
    await context.setOffline(false)
    await field.waitFor()
    expect(await ownWords(app, id)).toEqual([])
    const { body: link } = await app.hub.call<{ readonly url: string }>("POST", "/api/links")
    await enter(app.hub.url() + link.url.slice(link.url.indexOf("/open")))
    await connected()
    await said(app, id, "w-two")
    await settledAgent(app.hub, id)
    expect(await ownWords(app, id)).toEqual(["w-one", "w-two"])
    // The refusals are what the browser reports.
    await close()
  })
})
