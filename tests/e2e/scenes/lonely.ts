/** States of the connection, and what is shown where there is no hub, or none that lets the page in. They end with everything as it was. */
import { expect } from "vitest"
import { fieldOf } from "../agents.ts"
import { type Scene, showSession, until } from "./scene.ts"

/** Names that are hard to show. */
const NAMES = [
  `${"a very long name ".repeat(11)}end`.slice(0, 200),
  "تحديث الملفات في المستودع ".repeat(7).trim().slice(0, 200),
  "会話の一覧を並べ替える".repeat(18).slice(0, 200),
]

const named = new Set<string>()

/** What needs the hub to stop or to be another one. */
export const LONELY: ReadonlyArray<Scene> = [
  {
    name: "names",
    show: async (opened, { app, project }) => {
      for (const label of NAMES) named.add((await app.agent({ label, cwd: project.path, tags: ["x".repeat(64)] })).id)
      const [first = ""] = named
      for (const id of named) await opened.row(id).waitFor()
      await showSession(opened, first)
      await opened.pane(first).getByRole("textbox").waitFor()
    },
    leave: async (_, { app }) => {
      for (const id of named) await app.hub.call("DELETE", `/api/sessions/${id}`)
      named.clear()
    },
  },
  {
    name: "offline",
    guide: "dark",
    show: async (opened, { app, ids }) => {
      await showSession(opened, ids.finished, "600 runs without a failure")
      await fieldOf(opened, ids.finished).waitFor()
      await app.hub.kill("SIGKILL")
      const send = `document.querySelector('[data-session="${ids.finished}"] [data-act=send]')?.textContent`
      await until(opened, `${send}?.includes("Send when connected")`)
      for (const text of ["Write down why it failed.", "Then close the issue."]) {
        await fieldOf(opened, ids.finished).fill(text)
        await opened.pane(ids.finished).locator("[data-act=send]").click()
        await opened.pane(ids.finished).locator("[data-outgoing]").filter({ hasText: text }).waitFor()
      }
    },
    leave: async (opened, { ids }) => {
      const outgoing = opened.pane(ids.finished).locator("[data-outgoing]")
      for (let left = 2; left > 0; left--) {
        await outgoing.first().getByRole("button", { name: "Take back" }).click()
        await expect.poll(() => outgoing.count()).toBe(left - 1)
        await fieldOf(opened, ids.finished).fill("")
      }
    },
  },
  {
    name: "reconnecting",
    show: async ({ page }) => {
      await page.getByRole("button", { name: /^(?:Not connected|Connecting)/ }).click()
      await page.getByText("Sessions keep running on the server").waitFor()
    },
  },
  {
    name: "server-restarted",
    show: async (opened, { app }) => {
      await app.hub.start()
      await opened.connected()
      await opened.page.getByText(/The server was restarted/).waitFor({ state: "attached" })
    },
  },
  {
    name: "connecting",
    show: async (opened, { app, ids }) => {
      await opened.kept()
      process.kill(app.hub.pid(), "SIGSTOP")
      await opened.page.reload()
      await opened.page.getByRole("button", { name: /^Connecting/ }).waitFor({ state: "attached" })
      await opened.row(ids.asks).waitFor()
    },
    leave: async (opened, { app }) => {
      process.kill(app.hub.pid(), "SIGCONT")
      await opened.connected()
    },
  },
]
