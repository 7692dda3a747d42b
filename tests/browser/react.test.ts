import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Message } from "@holdfast/protocol/agent/message"
import type { Session } from "@holdfast/protocol/session"
import { messagesOf, openAgent, recordOf, sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { startHub, type HubProcess } from "@holdfast/testkit/hub-process"
import { launchBrowser, type Browser, type Page } from "./chromium.ts"
import { bundle } from "./react/bundle.ts"

const PAGE = fileURLToPath(new URL("react/page.ts", import.meta.url))
const WITHIN = { timeout: 60_000, interval: 20 }

describe("React in a browser", () => {
  let browser: Browser
  let hub: HubProcess
  let script: string
  const errors: Array<string> = []

  beforeAll(async () => {
    let made
    ;[hub, browser, made] = await Promise.all([startHub(), launchBrowser(), bundle(PAGE)])
    script = made.script
  })

  afterAll(async () => {
    await browser.close()
    await hub.stop()
    expect(errors).toEqual([])
  })

  /** A page that shows a session in one way. */
  const open = async (kind: string, session: string, box?: string): Promise<Page> => {
    const page = await browser.newPage({ bypassCSP: true })
    page.on("pageerror", (error) => errors.push(error.message))
    await page.goto(hub.url())
    await page.evaluate(`(async () => {
      document.body.replaceChildren()
      const source = URL.createObjectURL(new Blob([${JSON.stringify(script)}], { type: "text/javascript" }))
      window.test = await import(source)
      window.app = window.test.mount(location.origin, ${JSON.stringify(hub.token)}, ${JSON.stringify(box)})
      window.app.show(${JSON.stringify(kind)}, ${JSON.stringify(session)})
    })()`)
    return page
  }

  const until = (page: Page, condition: string) => expect.poll(() => page.evaluate(condition), WITHIN)
  const now = (page: Page, name: string) =>
    page.evaluate(`JSON.parse(JSON.stringify(window.test.now[${JSON.stringify(name)}] ?? null))`)
  /** Commands that the page sent for an attachment. */
  const attaches = (page: Page) =>
    page.evaluate(
      `window.test.sent.filter(({ tag }) => tag === "Attach" || tag === "Detach").map(({ tag, payload }) => [tag, payload.after !== undefined])`,
    )
  const text = (page: Page) => page.evaluate("document.body.innerText")
  /** Types a message into the composer, and Enter. */
  const compose = async (page: Page, message: string): Promise<void> => {
    await page.evaluate(`(() => {
      const field = document.querySelector("textarea")
      Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, ${JSON.stringify(message)})
      field.dispatchEvent(new Event("input", { bubbles: true }))
    })()`)
    await page.evaluate(
      `document.querySelector("textarea").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }))`,
    )
  }
  /** What the page shows of the messages is what the hub has stored, message by message. */
  const shownIsStored = async (page: Page, session: string): Promise<ReadonlyArray<Message>> => {
    await settledAgent(hub, session)
    const stored = await messagesOf(hub, session)
    await expect.poll(() => now(page, "messages"), WITHIN).toEqual(stored)
    return stored
  }

  it("U-2 (check:O3) renders one part for a delta, and the stored message at the end", async () => {
    const { id } = await openAgent(hub)
    const page = await open("chat", id)
    await sendText(hub, id, "[[say first]] [[think hm]]")
    await settledAgent(hub, id)
    await until(page, `[...document.querySelectorAll("article")].at(-1)?.dataset.outcome`).toBe("completed")
    const before = (await page.evaluate("({ ...window.test.renders })")) as Record<string, number>
    await sendText(hub, id, "[[slow 60 20]]")
    await until(page, "window.test.now.turn.status").toBe("streaming")
    await until(page, `document.querySelectorAll("article").length`).toBe(4)
    await settledAgent(hub, id)
    await until(page, "window.test.now.turn.status").toBe("idle")
    const after = (await page.evaluate("({ ...window.test.renders })")) as Record<string, number>
    const grown = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)] as const)
    const [turn] = (await messagesOf(hub, id)).slice(-1)
    const streaming = grown.filter(([name]) => name.includes(`part ${turn?.id} text`)).map(([, count]) => count)
    expect(Math.max(...streaming)).toBeGreaterThan(10)
    // Parts of messages that were there are not rendered again.
    const others = grown.filter(([name]) => name.startsWith("part ") && before[name] !== undefined)
    expect(others.length).toBeGreaterThan(1)
    expect(others.filter(([, count]) => count > 0)).toEqual([])
    // StrictMode renders everything twice: the turn begins, and ends.
    expect(after["beside"]! - before["beside"]!).toBeLessThanOrEqual(8)
  })

  it("U-5 (trap:11) attaches once under StrictMode; unmounting in mid-turn leaves the turn alone, and the next mount resumes", async () => {
    const { id } = await openAgent(hub)
    const page = await open("everything", id)
    await until(page, "window.test.now.events?.isConnected").toBe(true)
    expect(await attaches(page)).toEqual([["Attach", false]])
    await sendText(hub, id, "[[slow 120 25]]")
    await until(page, "window.test.now.messages.at(-1)?.role").toBe("assistant")
    await page.evaluate("window.app.hide()")
    await until(page, `window.test.sent.some(({ tag }) => tag === "Detach")`).toBe(true)
    expect((await recordOf(hub, id)).turn.status).toBe("streaming")
    expect((await settledAgent(hub, id)).agent?.turns).toBe(1)
    await page.evaluate(`window.app.show("everything", ${JSON.stringify(id)})`)
    const stored = await shownIsStored(page, id)
    expect(stored.at(-1)).toMatchObject({ role: "assistant", outcome: "completed" })
    expect(await attaches(page)).toEqual([
      ["Attach", false],
      ["Detach", false],
      ["Attach", true],
    ])
    expect(await page.evaluate("window.test.sent.some(({ tag }) => tag === 'agent.interrupt')")).toBe(false)
  })

  it("U-2 U-3 (check:O2) shows what is stored after a kill of the hub, turns and answers from elsewhere, and a queue", async () => {
    const { id } = await openAgent(hub)
    const page = await open("everything", id)
    await until(page, "window.test.now.events?.isConnected").toBe(true)
    await sendText(hub, id, "[[slow 60 20]] [[say one]]")
    await sendText(hub, id, "[[bash echo asked]]")
    await until(page, "window.test.now.queue.length").toBe(1)
    await until(page, "window.test.now.messages.length").toBe(2)
    await hub.kill("SIGKILL")
    await until(page, "window.test.now.connection._tag").toBe("Reconnecting")
    await hub.start()
    // Asked by the second turn, and answered elsewhere.
    await until(page, "window.test.now.permissions.length").toBe(1)
    expect(await now(page, "queue")).toEqual([])
    const request = String(await page.evaluate("window.test.now.permissions[0].id"))
    await until(page, "window.test.now.all.map(({ session }) => session)").toContain(id)
    expect((await hub.call("POST", `/api/sessions/${id}/permissions/${request}`, { optionId: "allow" })).status).toBe(200)
    await until(page, "window.test.now.permissions.length").toBe(0)
    const stored = await shownIsStored(page, id)
    expect(stored.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"])
    // The record that its own events made is the hub's.
    const { queue, permissions, turn, label, agent } = await recordOf(hub, id)
    const seen = `(() => {
      const { events: { queue, turn }, permissions, session: { label, agent } } = window.test.now
      return JSON.parse(JSON.stringify({ queue, permissions, turn, label, agent }))
    })()`
    await until(page, seen).toEqual({ queue, permissions, turn, label, agent })
    expect(await page.evaluate("window.test.tornCount()")).toBe(0)
  })

  it("U-2 U-8 answers a request in the chat; an answer that comes too late gives the one that won", async () => {
    const { id } = await openAgent(hub)
    const page = await open("plain", id)
    await until(page, `document.querySelector("textarea") !== null`).toBe(true)
    await compose(page, "[[bash echo from a page]]")
    await until(page, `document.querySelectorAll("[data-holdfast=permission] button").length`).toBeGreaterThan(1)
    expect(await text(page)).toContain("echo from a page")
    const request = (await recordOf(hub, id)).permissions[0]?.id
    await page.evaluate(`document.querySelector("[data-kind=allow_once]").click()`)
    await until(page, `document.querySelectorAll("[data-holdfast=permission]").length`).toBe(0)
    await settledAgent(hub, id)
    await until(page, `document.querySelector("[data-role=assistant]")?.dataset.outcome`).toBe("completed")
    await page.evaluate(`window.app.show("everything", ${JSON.stringify(id)})`)
    await until(page, "window.test.now.service !== undefined").toBe(true)
    const call = (expression: string) =>
      page.evaluate(`${expression}.then((value) => value, ({ name, tag, reason, session }) => ({ tag, reason, session }))`)
    const late = await call(`window.test.now.service.answer(${JSON.stringify(id)}, ${JSON.stringify(request)}, "reject")`)
    expect(late).toMatchObject({ optionId: "allow", allow: true })
    expect(await call(`window.test.now.service.create({ kind: "agent", agent: "no-such-agent" })`)).toMatchObject({
      tag: "SessionCreationError",
    })
    const gone = "00000000-0000-7000-8000-000000000000"
    expect(await call(`window.test.now.service.archive("${gone}")`)).toEqual({ tag: "SessionNotFoundError", session: gone })
  })

  it("U-10 shows a message at once while the hub is away, and once when it has it", async () => {
    const { id } = await openAgent(hub)
    const page = await open("plain", id, "react")
    const shown = `[...document.querySelectorAll("[data-role=user]")].map((one) => [one.dataset.outcome, one.querySelector("p").textContent])`
    await compose(page, "[[say before]]")
    await until(page, `document.querySelector("[data-role=assistant]")?.dataset.outcome`).toBe("completed")
    await hub.kill("SIGKILL")
    await compose(page, "[[say after]]")
    await until(page, shown).toEqual([
      [undefined, "[[say before]]"],
      ["offline", "[[say after]]"],
    ])
    await until(page, `document.querySelector("textarea").value`).toBe("")
    await hub.start()
    await until(page, shown).toEqual([
      [undefined, "[[say before]]"],
      [undefined, "[[say after]]"],
    ])
    await settledAgent(hub, id)
    expect((await messagesOf(hub, id)).map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"])
  })

  it("U-4 has the last events at once, one frozen object each, and people who come and go", async () => {
    const { id } = await openAgent(hub)
    for (const text of ["[[say a]]", "[[say b]]"]) {
      await sendText(hub, id, text)
      await settledAgent(hub, id)
    }
    const page = await open("everything", id)
    const names = "window.test.now.events?.events.map(({ channel, type }) => channel + '/' + type)"
    await until(page, names).toContain("session/created")
    await page.evaluate("void (window.shown = window.test.now.events.events)")
    await page.evaluate(
      `void (window.leave = window.test.visit(location.origin, ${JSON.stringify(hub.token)}, ${JSON.stringify(id)}))`,
    )
    await until(page, names).toContain("presence/joined")
    await page.evaluate("window.leave()")
    await until(page, names).toContain("presence/left")
    const people = "window.test.now.events.events.filter(({ channel }) => channel === 'presence')"
    expect(await page.evaluate(`${people}.map(({ data }) => data.name)`)).toEqual(["visitor", "visitor"])
    expect(await page.evaluate("window.shown.every((event, index) => event === window.test.now.events.events[index])")).toBe(true)
    expect(await page.evaluate("window.test.now.events.events.every(Object.isFrozen)")).toBe(true)
    const seqs = (await page.evaluate(
      "window.test.now.events.events.filter(({ channel }) => channel !== 'presence').map(({ seq, from = seq }) => [from, seq])",
    )) as ReadonlyArray<readonly [number, number]>
    for (const [index, [from]] of seqs.entries()) expect(from).toBe((seqs[index - 1]?.[1] ?? 0) + 1)
  })

  it("U-9 continues in the browser what a server rendered", async () => {
    const { id } = await openAgent(hub)
    await sendText(hub, id, "[[say rendered]]")
    await settledAgent(hub, id)
    const page = await open("nothing", id)
    await page.evaluate(`window.test.hydrate(location.origin, ${JSON.stringify(hub.token)}, ${JSON.stringify(id)})`)
    await until(page, `document.querySelector("[data-role=assistant]")?.textContent`).toBe("rendered")
    expect(await page.evaluate("window.test.problems")).toEqual([])
  })

  it("U-7 lists sessions as the hub does, and renders the row of a record that changed", async () => {
    const make = (label: string) =>
      hub.call<Session>("POST", "/api/sessions", { kind: "terminal", command: "cat", label, tags: ["listed"] })
    const [first, second] = [(await make("first")).body, (await make("second")).body]
    const page = await open("list", first.id)
    await until(page, "document.body.innerText.trim()").toBe("second\nfirst")
    const before = (await page.evaluate("({ ...window.test.renders })")) as Record<string, number>
    await hub.call("PATCH", `/api/sessions/${first.id}`, { label: "renamed" })
    await until(page, "document.body.innerText.trim()").toBe("second\nrenamed")
    const after = (await page.evaluate("({ ...window.test.renders })")) as Record<string, number>
    expect([after["list"], after["row second"]]).toEqual([before["list"], before["row second"]])
    await hub.call("POST", `/api/sessions/${second.id}/archive`)
    await until(page, "document.body.innerText.trim()").toBe("renamed")
    await page.evaluate(`window.app.show("everything", ${JSON.stringify(first.id)})`)
    const listed = await hub.call<{ readonly sessions: ReadonlyArray<Session> }>("GET", "/api/sessions?status=all&sort=created")
    const ids = listed.body.sessions.map(({ id }) => id)
    await until(page, "window.test.now.sessions?.map(({ id }) => id)").toEqual(ids)
  })

  it("U-1 (trap:13) shows one state in every component while React gives way between them", async () => {
    const { id } = await openAgent(hub)
    const page = await open("tearing", id)
    await until(page, `document.querySelector("[data-round]") !== null`).toBe(true)
    await sendText(hub, id, "[[slow 60 20]]")
    await settledAgent(hub, id)
    await until(page, `Number(document.querySelector("[data-round]").dataset.round)`).toBeGreaterThan(3)
    await until(page, `new Set([...document.querySelectorAll("[data-slow]")].map((one) => one.textContent)).size`).toBe(1)
    expect(await page.evaluate("window.test.tornCount()")).toBe(0)
  })

  it("U-6 C-7 types into a terminal and shows it over a kill of the hub and a new mount, in one rendering", async () => {
    const made = await hub.call<Session>("POST", "/api/sessions", { kind: "terminal", command: "cat" })
    const { id } = made.body
    const page = await open("terminal", id)
    const screen = "window.test.screenText()"
    const type = (line: string) => page.evaluate(`window.test.now.terminal.input(${JSON.stringify(`${line}\r`)})`)
    await until(
      page,
      `document.querySelector(".xterm-screen") !== null && window.test.sent.some(({ tag }) => tag === "Attach")`,
    ).toBe(true)
    await type("before")
    await until(page, screen).toBe("before\nbefore")
    await type("\u001b[c")
    await hub.kill("SIGKILL")
    await type("between")
    await hub.start()
    await until(page, `${screen}.split("between").length`).toBe(3)
    // The hub's emulator has answered what the program asked, and the page's has not.
    await until(page, screen).toContain("^[[?")
    const shown = await page.evaluate(screen)
    expect(String(shown).split("before").length).toBe(3)
    expect(String(shown).split("^[[?").length).toBe(2)
    const renders = await page.evaluate("window.test.renders.terminal")
    expect(renders).toBeLessThanOrEqual(4)
    // The session took the size of the element.
    const { terminal } = await recordOf(hub, id)
    expect(terminal?.cols).not.toBe(80)
    expect(await page.evaluate("[window.test.now.terminal.cols, window.test.now.terminal.rows]")).toEqual([
      terminal?.cols,
      terminal?.rows,
    ])
    await page.evaluate("window.app.hide()")
    await until(page, `document.querySelector(".xterm") === null`).toBe(true)
    await page.evaluate(`window.app.show("terminal", ${JSON.stringify(id)})`)
    await until(page, screen).toBe(shown)
  })
})
