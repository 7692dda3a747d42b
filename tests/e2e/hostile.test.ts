import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { recordOf, sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { eventually } from "@holdfast/testkit/eventually"
import { devicePair } from "@holdfast/testkit/push-service"
import { type AppPage, type RunningApp, startApp } from "./app.ts"
import { WITHIN } from "./terminal-screen.ts"

/** What would run, or ask a foreign server, in a place that takes text for HTML; if it does, it says which place that was. */
const evil = (place: string): string =>
  `<img src=//evil.example/${place} onerror=ran('${place}')><script>ran('${place}')</script><svg onload=ran('${place}')>`
/** The part of it that is text wherever it is shown as text. */
const shownOf = (place: string): string => `onerror=ran('${place}')`
/** As short as a file name has to be, without a slash. */
const evilName = (place: string): string => `<img src=x onerror=ran('${place}')>`

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="ran('svg file')"><script>ran('svg file')</script><image href="//evil.example/svg"/></svg>`
const dataUrl = (type: string, text: string): string => `data:${type};base64,${Buffer.from(text).toString("base64")}`
const base64 = (text: string): string => Buffer.from(text).toString("base64")

const MARKDOWN = `${evil("markdown")}

# ${evil("heading")}

- ${evil("list")}

| ${evil("table")} |
|---|
| [javascript link](javascript:ran('link')) [data link](data:text/html,${"<script>ran('link')</script>"}) [ref][r] |

![foreign picture](https://evil.example/picture.png) ![data picture](data:image/svg+xml,<svg/onload=ran('picture')>)

[r]: javascript:ran('reference')

<iframe src="//evil.example/frame"></iframe> <a href="javascript:ran('anchor')">anchor</a> <style>@import "//evil.example/style"</style>

\`\`\`html
${evil("code")}
\`\`\``

/** Sequences of a program: raw HTML, links, a title, a directory, a picture, a notification, a report of its state. */
const SCREEN = [
  `\u001b]0;${evil("terminal title")}\u0007`,
  `\u001b]7;file://evil.example/${evil("terminal directory")}\u0007`,
  `\u001b]9;${evil("terminal notification")}\u0007`,
  `\u001b]1337;File=inline=1:${base64(SVG)}\u0007`,
  `\u001b]7501;state=blocked:kind=question:msg=${base64(evilName("program message"))}\u0007`,
  `\u001b]8;;javascript:ran('terminal link')\u0007a link of a script\u001b]8;;\u0007\r\n`,
  `\u001b]8;;//evil.example/link\u0007a link of no scheme\u001b]8;;\u0007\r\n`,
  `${evil("terminal output")}\r\nthe screen ends\r\n`,
].join("")
const TITLED = `\u001b]7501;state=blocked:kind=question:title=${base64("<img src=x onerror=ran('program title')>")}\u0007`
const OUTPUT = `\u001b]8;;javascript:ran('output link')\u0007a link\u001b]8;;\u0007 \u001b[31m${evil("tool output")}\u001b[0m\n`

/** Elements that no text may have made, and links that lead to a script. */
const MADE = `[...document.querySelectorAll("iframe, object, embed, body base, meta[http-equiv=refresh], body script, body link, body style:not([type]), [onerror], [onload], [onclick], img, image, a")]
  .filter((one) => {
    // The film of a file and its player.
    if (one.matches("body > script") && location.protocol === "file:") return false
    if (one.tagName === "STYLE") return one.textContent.includes("evil")
    if (one.tagName === "A") return !/^(?:https?:|mailto:|$)/.test(one.href) || one.href.includes("evil.example") && !one.hasAttribute("rel")
    if (one.tagName === "IMG") return !/^(?:blob:|data:image\\/png)/.test(one.src) && !one.src.startsWith(location.origin)
    return !one.closest("[data-own]")
  }).map((one) => one.outerHTML.slice(0, 200))`

describe("texts that are scripts", () => {
  let app: RunningApp
  let work = ""
  let talks: Session
  let asks: Session
  let shell: Session
  beforeAll(async () => {
    work = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-hostile-")))
    const env = { PATH: process.env["PATH"], HOME: work }
    const git = (...args: ReadonlyArray<string>): void =>
      void execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: work, env })
    git("init", "-q", "-b", evilName("branch").replaceAll(" ", "-"))
    mkdirSync(join(work, evilName("directory")))
    writeFileSync(join(work, evilName("changed file")), `${evil("diff before")}\n`)
    git("add", "-A")
    git("commit", "-q", "-m", evil("commit"))
    writeFileSync(join(work, evilName("changed file")), `${evil("diff after")}\n`)
    writeFileSync(join(work, "output.txt"), OUTPUT)
    writeFileSync(join(work, "screen.txt"), SCREEN)
    writeFileSync(join(work, "titled.txt"), TITLED)
    app = await startApp({ settings: { HOLDFAST_BROWSE_ROOTS: work } })
    const allow = { options: { permissions: "allow", pace: 0 } }
    talks = await app.agent({ label: evil("name"), cwd: work, ...allow })
    asks = await app.agent({
      label: `asks ${evil("asking name")}`,
      cwd: join(work, evilName("directory")),
      options: { permissions: "ask" },
    })
    shell = await app.terminal({
      label: `shell ${evil("terminal name")}`,
      command: "sh",
      args: ["-c", "cat screen.txt; cat"],
      cwd: work,
      cols: 200,
    })
    await app.terminal({ label: "titled", command: "sh", args: ["-c", "cat titled.txt; cat"], cwd: work })
    const files = [
      {
        type: "file",
        mediaType: "image/svg+xml",
        url: dataUrl("image/svg+xml", SVG),
        filename: `${evilName("attached file")}.svg`,
      },
      { type: "file", mediaType: "text/html", url: dataUrl("text/html", evil("html file")), filename: "page.html" },
    ]
    const said = `${evil("message")} [[think ${evil("reasoning")}]][[say ${MARKDOWN}]][[bash cat output.txt]][[write ${evilName("written").replaceAll(" ", "/")} ${evil("written text")}]][[tool ${evilName("tool").replaceAll(" ", "/")} {"input":"${evil("tool input")}"}]][[say The end.]]`
    const { status, body } = await app.hub.call("POST", `/api/sessions/${talks.id}/messages`, {
      parts: [{ type: "text", text: said }, ...files],
    })
    if (status !== 201 && status !== 200) {
      // Files that the agent does not take.
      console.log(`files were refused: ${JSON.stringify(body)}`)
      await sendText(app.hub, talks.id, said)
    }
    await settledAgent(app.hub, talks.id)
    await sendText(
      app.hub,
      asks.id,
      `[[bash echo ${evil("command")}]][[ask ${evil("question")}|${evil("choice")}|other]][[plan ${evil("plan")}]]`,
    )
    await eventually("it asks", 20_000, async () => (await recordOf(app.hub, asks.id)).permissions.length > 0 || undefined)
    await sendText(app.hub, asks.id, evil("queue"))
    await eventually(
      "it waits",
      20_000,
      async () => (await recordOf(app.hub, shell.id)).terminal?.program?.state === "blocked" || undefined,
    )
  })
  afterAll(async () => {
    await app.stop()
    rmSync(work, { recursive: true, force: true })
  })

  /** Says what of a page's places is not shown as it was written, what ran, and what else was made or asked for. */
  const judged = async ({ page, problems }: AppPage, where: string, places: ReadonlyArray<string>): Promise<void> => {
    const hidden = async () => {
      const text = String(await page.evaluate("document.body.textContent")).replaceAll("\u00a0", " ")
      return places.filter((place) => !text.includes(shownOf(place)))
    }
    await expect.poll(async () => ({ where, hidden: await hidden() }), WITHIN).toEqual({ where, hidden: [] })
    expect({ where, ran: await page.evaluate("globalThis.hasRun"), made: await page.evaluate(MADE), problems }).toEqual({
      where,
      ran: [],
      made: [],
      problems: [],
    })
  }
  const opened = async (path = "/"): Promise<AppPage> => {
    const one = await app.open({ path })
    await one.context.addInitScript({ content: `globalThis.hasRun = []; globalThis.ran = (place) => void hasRun.push(place)` })
    await one.page.reload()
    await one.connected()
    return one
  }

  it("APP-30 APP-34 (check:S9) run in no pane: transcript, requests, queue, terminal, changes", async () => {
    const one = await opened()
    const { page, openSession, pane, row } = one
    await row(talks.id).waitFor()
    await judged(one, "the list", ["name", "asking name", "terminal name", "command", "program title", "program message"])

    // High enough for all of the transcript: what is out of sight is not in the page.
    await page.setViewportSize({ width: 1440, height: 4000 })
    await openSession(talks.id)
    await page.getByText("The end.").last().waitFor()
    for (const name of [/Run/, /Write/, /Thought|Thinking/]) {
      const fold = pane(talks.id).getByRole("button", { name }).first()
      if ((await fold.count()) > 0 && (await fold.getAttribute("aria-expanded")) === "false") await fold.click()
    }
    const folded = pane(talks.id).locator(":is([data-kind=tools], [data-kind=reasoning]) button[aria-expanded=false]")
    // What unfolds can take the place of its button before the press is done, and what is inside can be folded itself.
    const unfold = async (): Promise<boolean> => {
      for (let tries = 0; tries < 40 && (await folded.count()) > 0; tries++)
        await folded
          .first()
          .click({ timeout: 1000 })
          .catch((cause: Error) => {
            if (!cause.message.includes("Timeout")) throw cause
          })
      return String(await pane(talks.id).textContent())
        .replaceAll("\u00a0", " ")
        .includes(shownOf("tool output"))
    }
    await expect.poll(unfold, WITHIN).toBe(true)
    expect(await folded.count()).toBe(0)
    await judged(one, "the transcript", [
      ...["message", "reasoning", "markdown", "heading", "list", "table", "code"],
      ...["tool output", "written text", "tool input"],
    ])
    await page.getByText("javascript link").first().waitFor()
    await page.getByText("foreign picture").first().waitFor()

    await openSession(asks.id)
    await pane(asks.id).locator("[data-request]").first().waitFor()
    await judged(one, "a command that is asked about, and the queue", ["command", "queue", "asking name"])
    const answered = new Set<string>()
    for (const [place, optionId, more] of [
      ["question", "allow", {}],
      ["plan", "answer", { answers: { [evil("question")]: evil("choice") } }],
    ] as const) {
      const request = await eventually("it asks", 20_000, async () => {
        const { permissions } = await recordOf(app.hub, asks.id)
        return permissions.find(({ decision, id }) => decision === undefined && !answered.has(id))?.id
      })
      answered.add(request)
      const { status } = await app.hub.call("POST", `/api/sessions/${asks.id}/permissions/${request}`, { optionId, ...more })
      expect([place, status]).toEqual([place, 200])
      await judged(one, `a ${place}`, place === "question" ? ["question", "choice"] : ["plan", "choice"])
    }

    await openSession(shell.id)
    await pane(shell.id).locator(".xterm-rows").getByText("the screen ends").first().waitFor()
    await judged(one, "a terminal", ["terminal output", "terminal title"])

    await openSession(talks.id)
    await pane(talks.id).getByRole("button", { name: "Show what changed" }).click()
    const files = page.getByRole("list", { name: "Changed files" })
    await files.waitFor()
    await files.getByText(shownOf("changed file").slice(0, 20)).first().click()
    await judged(one, "the changes", ["changed file", "diff before", "diff after"])
    await one.close()
  })

  it("APP-30 APP-34 (check:S9) run in nothing that opens over the panes, in no other screen and in no film", async () => {
    const one = await opened()
    const { page, row } = one
    await row(asks.id).waitFor()
    await page.keyboard.press("F1")
    await page.getByRole("option").first().waitFor()
    await judged(one, "the palette", ["name", "asking name", "terminal name"])
    await page.keyboard.press("Escape")
    await page.getByRole("button", { name: /\d waits? for you/ }).click()
    await page.getByRole("dialog").waitFor()
    await judged(one, "the inbox", ["asking name", "program message"])
    await page.keyboard.press("Escape")
    const visit = async (path: string): Promise<void> => {
      await page.goto(app.hub.url() + path)
      await one.connected()
    }
    const { auth, point } = await devicePair()
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url")
    // Nothing happens while it is there: the address is never asked.
    const device = { endpoint: "https://1.1.1.1/none", keys: { p256dh: text(point), auth: text(auth) }, name: evilName("device") }
    expect((await app.hub.call("PUT", "/api/push/phone-01", device)).status).toBe(200)
    await visit("/settings/notifications")
    await judged(one, "the devices", ["device"])
    await app.hub.call("DELETE", "/api/push/phone-01")
    await visit("/new")
    await page.getByRole("radio", { name: /Scripted agent/ }).waitFor()
    await judged(one, "a new session", ["asking name"])
    await visit("/recordings")
    await judged(one, "the recordings", ["name", "terminal name"])
    for (const { id, lastSeq } of await Promise.all([talks, shell].map((session) => recordOf(app.hub, session.id)))) {
      await visit(`/s/${id}/at/${lastSeq}`)
      await expect
        .poll(() => page.evaluate(`Number(document.querySelector('[data-player="${id}"]')?.dataset.seq)`), WITHIN)
        .toBe(lastSeq)
      if (id === shell.id) await judged(one, "the film of a terminal", ["terminal output", "terminal name"])
      else await judged(one, "the film of an agent", ["message", "markdown", "heading", "table", "code"])
    }
    await one.close()
  })

  it("APP-79 H-29 (check:S9) run in no exported file, which asks for nothing", async () => {
    const one = await opened()
    const headers = { authorization: `Bearer ${app.hub.token}` }
    for (const [session, places] of [
      [talks, ["message", "markdown", "heading", "table", "code"]],
      [shell, ["terminal output"]],
    ] as const) {
      const answer = await fetch(`${app.hub.url()}/api/sessions/${session.id}/export?format=html`, { headers })
      const path = join(app.hub.data, `${session.id}.html`)
      writeFileSync(path, Buffer.from(await answer.arrayBuffer()))
      const { lastSeq } = await recordOf(app.hub, session.id)
      await one.page.goto(`file://${path}#${lastSeq}`)
      await expect
        .poll(() => one.page.evaluate(`Number(document.querySelector("[data-player]")?.dataset.seq)`), WITHIN)
        .toBe(lastSeq)
      // The file itself, and nothing else.
      const problems = one.problems.filter(
        (problem) => !problem.endsWith(`${session.id}.html`) && !problem.includes(`${session.id}.html#`),
      )
      one.problems.length = 0
      expect({ session: session.label, problems }).toEqual({ session: session.label, problems: [] })
      await judged(one, `the file of ${session.label.slice(0, 5)}`, places)
    }
    await one.close()
  })
})
