/** Every screen and state of the app that a hub with sessions shows, in the order in which they are pictured. */
import { eventually } from "@holdfast/testkit/eventually"
import type { AppPage } from "../app.ts"
import { armed, type Scene, showRequest, showSession, until, visit } from "./scene.ts"
import type { SceneName } from "./world.ts"

/** A session with what its pane says. */
const session = (name: string, which: SceneName, text: string | RegExp, more: Partial<Scene> = {}): Scene => ({
  name,
  show: (opened, { ids }) => showSession(opened, ids[which], text),
  ...more,
})

/** A session that waits, with what its request says. */
const request = (name: string, which: SceneName, text: string, more: Partial<Scene> = {}): Scene => ({
  name,
  show: (opened, { ids }) => showRequest(opened, ids[which], text),
  ...more,
})

/** A part of the settings. */
const settings = (part: string, title: string, more: Partial<Scene> = {}): Scene => ({
  name: `settings-${part}`,
  show: async (opened) => {
    await visit(opened, `/settings/${part}`)
    await opened.page.locator("main").getByRole("heading", { name: title }).first().waitFor()
    await until(opened, `!document.querySelector("main").innerText.match(/On its way|They are looked for/)`)
  },
  ...more,
})

/** Puts the focus on a row. */
async function toRow({ page, row }: AppPage, id: string): Promise<void> {
  await page.evaluate("document.activeElement?.blur()")
  await row(id).focus()
}

/** Opens a terminal and waits for what is on its screen. */
async function showScreen(opened: AppPage, id: string, text: string): Promise<void> {
  await showSession(opened, id)
  const rows = `document.querySelector('[data-session="${id}"] .xterm-rows')?.textContent.replaceAll("\\u00a0", " ")`
  await until(opened, `${rows}?.includes(${JSON.stringify(text)})`)
}

const LIST: ReadonlyArray<Scene> = [
  {
    name: "list",
    guide: "phone",
    show: async (opened, { ids }) => {
      await opened.row(ids.asks).waitFor()
      await opened.row(ids.finished).waitFor()
    },
  },
  {
    name: "workspace",
    only: "desktop",
    guide: "dark",
    show: async (opened, { ids }) => {
      const { page } = opened
      await showSession(opened, ids.asks, "Run a command?")
      await opened.pane(ids.asks).locator("header").getByText("$0.41").waitFor()
      await toRow(opened, ids.test)
      await page.keyboard.press("v")
      await opened.pane(ids.test).locator(".xterm-rows").first().waitFor()
      await toRow(opened, ids.porting)
      await page.keyboard.press("h")
      await opened.pane(ids.porting).getByText("Two rules have no test").first().waitFor()
      await showRequest(opened, ids.asks, "Run a command?")
      await until(opened, `document.querySelector('[data-pane][data-focused][data-session="${ids.asks}"]') !== null`)
    },
  },
  {
    name: "list-peek",
    guide: "light",
    only: "desktop",
    show: async (opened, { ids }) => {
      await toRow(opened, ids.diff)
      await opened.page.keyboard.press("Space")
      await armed(opened, `[data-peek="${ids.diff}"]`)
    },
  },
  {
    name: "list-card",
    only: "desktop",
    show: async ({ page, row }, { ids }) => {
      await row(ids.asks).hover()
      await page.getByText("Directory").first().waitFor()
    },
    leave: ({ page }) => page.mouse.move(900, 500),
  },
  {
    name: "list-menu",
    only: "desktop",
    show: async ({ page, row }, { ids }) => {
      await row(ids.finished).click({ button: "right" })
      await page.getByRole("menu").waitFor()
    },
    leave: ({ page }) => page.mouse.move(900, 500),
  },
  {
    name: "list-searching",
    show: async (opened) => {
      await opened.page.evaluate("document.activeElement?.blur()")
      await opened.page.keyboard.press("/")
      await opened.page.getByRole("searchbox").fill("fo")
    },
    leave: ({ page }) => page.getByRole("searchbox").press("Escape"),
  },
  {
    name: "list-nothing-found",
    show: async ({ page }) => {
      await page.evaluate("document.activeElement?.blur()")
      await page.keyboard.press("/")
      await page.getByRole("searchbox").fill("nothing is called that")
      await page.getByText(/Nothing is called/).waitFor()
    },
    leave: ({ page }) => page.getByRole("button", { name: "Show all", exact: true }).click(),
  },
]

const SESSIONS: ReadonlyArray<Scene> = [
  {
    name: "new-session",
    guide: "dark",
    show: async (opened) => {
      await visit(opened, "/new")
      await opened.page.getByLabel("First message").waitFor()
      await opened.page.getByRole("radio", { name: /Scripted agent/ }).waitFor()
    },
  },
  session("streaming", "working", "That is all the fence is"),
  request("waits-command", "asks", "Run a command?", { guide: "phone" }),
  request("waits-diff", "diff", "Change a file?", { guide: "dark" }),
  request("waits-question", "question", "Keep the legacy plugin?"),
  {
    name: "waits-plan",
    show: async (opened, { ids }) => {
      await showRequest(opened, ids.plan, "Keep 30 nights")
      await opened.pane(ids.plan).getByRole("listitem").filter({ hasText: "Keep 30 nights" }).last().waitFor()
    },
  },
  session("queue", "queue", "Commit it when all is green.", { guide: "dark" }),
  session("held", "held", "Then the second."),
  session("usage-limit", "limit", /usage limit is reached/),
  session("interrupted", "interrupted", /Interrupted by/),
  session("failed", "failed", /status 529/),
  session("runner-lost", "lost", /Half of the sessions/),
  session("trimmed", "trimmed", "How was the build of night 12?"),
  session("forked", "forked", "Forked from"),
  session("finished", "finished", "600 runs without a failure"),
]

/** Other pages of a scene. */
const others = new Set<AppPage>()

const TERMINALS: ReadonlyArray<Scene> = [
  { name: "terminal", guide: "dark", show: (opened, { ids }) => showScreen(opened, ids.test, "213 passed") },
  {
    name: "terminal-exited",
    show: async (opened, { ids }) => {
      await showScreen(opened, ids.exited, "3 findings")
      await opened.pane(ids.exited).getByText("Exited 3").waitFor()
    },
  },
  {
    name: "terminal-lost",
    show: async (opened, { ids }) => {
      await showScreen(opened, ids.bench, "warming up")
      await opened.pane(ids.bench).getByText("Lost", { exact: true }).waitFor()
    },
  },
  {
    name: "terminal-two-typists",
    show: async (opened, { app, ids, form }) => {
      const other = await app.open({ form: form.form, theme: form.theme === "dark" ? "light" : "dark", path: `/s/${ids.test}` })
      others.add(other)
      await other.pane(ids.test).locator(".xterm-rows").first().waitFor()
      await showScreen(opened, ids.test, "213 passed")
      await opened
        .pane(ids.test)
        .getByText(form.form === "phone" ? /read wide|viewers/ : /^2 viewers/)
        .first()
        .waitFor()
    },
    leave: async () => {
      for (const other of others) await other.close()
      others.clear()
    },
  },
  {
    name: "terminal-skipped",
    only: "desktop",
    show: async (opened, { app, ids }) => {
      const input = (text: string) => app.hub.call("POST", `/api/sessions/${ids.shell}/input`, { text })
      await showSession(opened, ids.shell)
      await opened.pane(ids.shell).locator(".xterm-rows").first().waitFor()
      await showScreen(opened, ids.test, "213 passed")
      await input("seq 1 80000; echo a''ll\r")
      await eventually("all was printed", 20_000, async () => {
        const { body } = await app.hub.call<{ readonly text: string }>("GET", `/api/sessions/${ids.shell}/screen`)
        return /^all$/m.test(body.text) ? true : undefined
      })
      await visit(opened, `/s/${ids.shell}`)
      await opened.pane(ids.shell).getByText("Skipped to now").waitFor()
    },
    leave: (_, { app, ids }) => app.hub.call("POST", `/api/sessions/${ids.shell}/input`, { text: "clear\r" }),
  },
]

const OVER: ReadonlyArray<Scene> = [
  {
    name: "recordings",
    show: async (opened) => {
      await visit(opened, "/recordings")
      await opened.page.getByRole("list", { name: "Recordings" }).waitFor()
    },
  },
  {
    name: "changes",
    guide: "dark",
    show: async (opened, { ids, form }) => {
      await showSession(opened, ids.finished, "600 runs without a failure")
      const pane = opened.pane(ids.finished)
      if (form.form === "phone") {
        await pane.getByRole("button", { name: "More" }).click()
        await opened.page.getByRole("menuitem", { name: /^Show what changed/ }).click()
      } else await pane.getByRole("button", { name: "Show what changed" }).click()
      const files = opened.page.getByRole("list", { name: "Changed files" })
      await files.getByRole("button").filter({ hasText: "core/src/agent" }).first().click()
      await opened.page.getByText("foldAll(batch, { epoch })").first().waitFor()
    },
  },
  {
    name: "inbox",
    guide: "light",
    show: async (opened, { ids }) => {
      await opened.row(ids.asks).waitFor()
      await opened.page.getByRole("button", { name: /wait for you/ }).click()
      await armed(opened, "[data-inbox]")
    },
  },
  {
    name: "palette",
    guide: "dark",
    show: async ({ page }) => {
      await page.keyboard.press("F1")
      await page.getByRole("combobox").fill("fold")
      await page.getByRole("option").first().waitFor()
    },
  },
  {
    name: "keys",
    only: "desktop",
    show: async (opened, { ids }) => {
      await showSession(opened, ids.asks, "Run a command?")
      await opened.page.getByRole("button", { name: "Keys" }).click()
      await opened.page.getByRole("dialog").waitFor()
    },
  },
  {
    name: "pane-menu",
    show: async (opened, { ids }) => {
      await showSession(opened, ids.asks, "Run a command?")
      await opened.pane(ids.asks).getByRole("button", { name: "More" }).click()
      await opened.page.getByRole("menu").waitFor()
    },
  },
  settings("appearance", "Appearance"),
  settings("keys", "Keys"),
  settings("terminals", "Terminals"),
  settings("notifications", "Notifications", { guide: "light" }),
  settings("devices", "Tokens"),
  settings("agents", "Agents"),
  settings("rules", "Permission rules"),
  settings("trust", "Trusted directories"),
  settings("import", "Claude Code"),
  settings("about", "About"),
  {
    name: "player",
    guide: "dark",
    show: async (opened, { ids }) => {
      await visit(opened, `/s/${ids.finished}/at/9`)
      await opened.page.getByRole("group", { name: "Player" }).waitFor()
      await opened.page.getByRole("list", { name: "What happened" }).waitFor()
      await opened.page.locator("[data-film]").getByText("It reads the clock").waitFor()
    },
  },
]

/** All of them. */
export const SCENES: ReadonlyArray<Scene> = [...LIST, ...SESSIONS, ...TERMINALS, ...OVER]
