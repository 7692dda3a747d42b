import { describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { messagesOf, openAgent, recordOf, sendText, settledAgent } from "@holdfast/testkit/agent-session"
import type { Page } from "./chromium.ts"
import { documents } from "./react/documents.ts"
import { lifecycles } from "./react/lifecycles.ts"
import { away, refused } from "./react/offline.ts"
import { resume } from "./react/resume.ts"
import { svelte, svelteAway } from "./react/svelte.ts"
import { compose, now, startWorld, until } from "./react/world.ts"

/** Commands that the page sent for an attachment. */
const attaches = (page: Page) =>
  page.evaluate(
    `window.test.sent.filter(({ tag }) => tag === "Attach" || tag === "Detach").map(({ tag, payload }) => [tag, payload.after !== undefined])`,
  ) as Promise<ReadonlyArray<readonly [string, boolean]>>
const text = (page: Page) => page.evaluate("document.body.innerText")

describe("pages in a browser", () => {
  const world = startWorld()

  describe("of a reader", () => lifecycles(world))
  describe("with an outbox", () => {
    away(world)
    refused(world)
  })
  describe("in the documents", () => documents(world))
  describe("in Svelte", () => {
    svelte(world)
    svelteAway(world)
  })
  describe("on the client alone", () => resume(world))

  it("U-2 (check:O3) renders one part for a delta, and the stored message at the end", async () => {
    const { id } = await openAgent(world.hub)
    const page = await world.open("chat", id)
    await sendText(world.hub, id, "[[say first]] [[think hm]]")
    await settledAgent(world.hub, id)
    await until(page, `[...document.querySelectorAll("article")].at(-1)?.dataset.outcome`).toBe("completed")
    const before = (await page.evaluate("({ ...window.test.renders })")) as Record<string, number>
    await sendText(world.hub, id, "[[slow 60 20]]")
    await until(page, "window.test.now.turn.status").toBe("streaming")
    await until(page, `document.querySelectorAll("article").length`).toBe(4)
    await settledAgent(world.hub, id)
    await until(page, "window.test.now.turn.status").toBe("idle")
    const after = (await page.evaluate("({ ...window.test.renders })")) as Record<string, number>
    const grown = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)] as const)
    const [turn] = (await messagesOf(world.hub, id)).slice(-1)
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
    const { id } = await openAgent(world.hub)
    const page = await world.open("everything", id, { hidden: 0, linger: 100 })
    await until(page, "window.test.now.events?.isConnected").toBe(true)
    expect(await attaches(page)).toEqual([["Attach", false]])
    await sendText(world.hub, id, "[[say before]] [[bash echo asked]] [[say after]]")
    await until(page, "window.test.now.permissions.length").toBe(1)
    await page.evaluate("window.app.hide()")
    await until(page, `window.test.sent.some(({ tag }) => tag === "Detach")`).toBe(true)
    const { turn, permissions } = await recordOf(world.hub, id)
    expect(turn.status).toBe("streaming")
    await world.hub.call("POST", `/api/sessions/${id}/permissions/${permissions[0]?.id}`, { optionId: "allow" })
    expect((await settledAgent(world.hub, id)).agent?.turns).toBe(1)
    await page.evaluate(`window.app.show("everything", ${JSON.stringify(id)})`)
    const stored = await world.shownIsStored(page, id)
    expect(stored.at(-1)).toMatchObject({ role: "assistant", outcome: "completed" })
    expect(await attaches(page)).toEqual([
      ["Attach", false],
      ["Detach", false],
      ["Attach", true],
    ])
    expect(await page.evaluate("window.test.sent.some(({ tag }) => tag === 'agent.interrupt')")).toBe(false)
  })

  it("U-5 C-36 keeps what is no longer shown attached, the last few of them; who returns finds it as it is", async () => {
    const ids: Array<string> = []
    for (let count = 0; count < 3; count++) ids.push((await openAgent(world.hub)).id)
    const [first = "", second = "", third = ""] = ids
    const page = await world.open("nothing", "", { hidden: 1, linger: 20 })
    const commands = `window.test.sent.flatMap(({ tag, payload: { session } }) =>
      tag === "Attach" || tag === "Detach" ? [tag + " " + ${JSON.stringify(ids)}.indexOf(session)] : [])`
    const show = async (session: string): Promise<void> => {
      await page.evaluate(`window.app.show("everything", ${JSON.stringify(session)})`)
      await until(page, "[window.test.now.events?.isConnected, window.test.now.record?.id]").toEqual([true, session])
    }
    await show(first)
    await show(second)
    await show(third)
    const before = ["Attach 0", "Attach 1", "Attach 2", "Detach 0"]
    await until(page, commands).toEqual(before)
    // What happens meanwhile is there at once.
    await sendText(world.hub, second, "[[say meanwhile]]")
    await settledAgent(world.hub, second)
    await page.evaluate(`window.app.show("everything", ${JSON.stringify(second)})`)
    await world.shownIsStored(page, second)
    expect(await page.evaluate(commands)).toEqual(before)
    await show(first)
    await until(page, commands).toEqual([...before, "Attach 0", "Detach 2"])
    expect((await attaches(page)).at(-2)).toEqual(["Attach", true])
  })

  it("U-2 U-3 (check:O2) shows what is stored after a kill of the hub, turns and answers from elsewhere, and a queue", async () => {
    const { id } = await openAgent(world.hub)
    const page = await world.open("everything", id)
    await until(page, "window.test.now.events?.isConnected").toBe(true)
    await sendText(world.hub, id, "[[slow 40 20]] [[say one]]")
    await sendText(world.hub, id, "[[bash echo asked]]")
    await until(page, "window.test.now.queue.length").toBe(1)
    await until(page, "window.test.now.messages.length").toBe(2)
    await world.hub.kill("SIGKILL")
    await until(page, "window.test.now.connection._tag").toBe("Reconnecting")
    await world.hub.start()
    // Asked by the second turn, and answered elsewhere.
    await until(page, "window.test.now.permissions.length").toBe(1)
    expect(await now(page, "queue")).toEqual([])
    const request = String(await page.evaluate("window.test.now.permissions[0].id"))
    await until(page, "window.test.now.all.map(({ session }) => session)").toContain(id)
    expect((await world.hub.call("POST", `/api/sessions/${id}/permissions/${request}`, { optionId: "allow" })).status).toBe(200)
    await until(page, "window.test.now.permissions.length").toBe(0)
    const stored = await world.shownIsStored(page, id)
    expect(stored.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"])
    // The record that its own events made is the hub's.
    const { queue, permissions, turn, label, agent } = await recordOf(world.hub, id)
    const seen = `(() => {
      const { events: { queue, turn }, permissions, session: { label, agent } } = window.test.now
      return JSON.parse(JSON.stringify({ queue, permissions, turn, label, agent }))
    })()`
    await until(page, seen).toEqual({ queue, permissions, turn, label, agent })
    expect(await page.evaluate("window.test.tornCount()")).toBe(0)
  })

  it("U-2 U-8 answers a request in the chat; an answer that comes too late gives the one that won", async () => {
    const { id } = await openAgent(world.hub)
    const page = await world.open("plain", id)
    await until(page, `document.querySelector("textarea") !== null`).toBe(true)
    await compose(page, "[[bash echo from a page]]")
    await until(page, `document.querySelectorAll("[data-holdfast=permission] button").length`).toBeGreaterThan(1)
    expect(await text(page)).toContain("echo from a page")
    const request = (await recordOf(world.hub, id)).permissions[0]?.id
    await page.evaluate(`document.querySelector("[data-kind=allow_once]").click()`)
    await until(page, `document.querySelectorAll("[data-holdfast=permission]").length`).toBe(0)
    await settledAgent(world.hub, id)
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

  it("U-4 has the last events at once, one frozen object each, and people who come and go", async () => {
    const { id } = await openAgent(world.hub)
    for (const text of ["[[say a]]", "[[say b]]"]) {
      await sendText(world.hub, id, text)
      await settledAgent(world.hub, id)
    }
    const page = await world.open("everything", id)
    const names = "window.test.now.events?.events.map(({ channel, type }) => channel + '/' + type)"
    await until(page, names).toContain("session/created")
    await page.evaluate("void (window.shown = window.test.now.events.events)")
    await page.evaluate(
      `void (window.leave = window.test.visit(location.origin, ${JSON.stringify(world.hub.token)}, ${JSON.stringify(id)}))`,
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
    const { id } = await openAgent(world.hub)
    await sendText(world.hub, id, "[[say rendered]]")
    await settledAgent(world.hub, id)
    const page = await world.open("nothing", id)
    await page.evaluate(`window.test.hydrate(location.origin, ${JSON.stringify(world.hub.token)}, ${JSON.stringify(id)})`)
    await until(page, `document.querySelector("[data-role=assistant]")?.textContent`).toBe("rendered")
    expect(await page.evaluate("window.test.problems")).toEqual([])
  })

  it("U-7 lists sessions as the hub does, and renders the row of a record that changed", async () => {
    const make = (label: string) =>
      world.hub.call<Session>("POST", "/api/sessions", { kind: "terminal", command: "cat", label, tags: ["listed"] })
    const [first, second] = [(await make("first")).body, (await make("second")).body]
    const page = await world.open("list", first.id)
    await until(page, "document.body.innerText.trim()").toBe("second\nfirst")
    const before = (await page.evaluate("({ ...window.test.renders })")) as Record<string, number>
    await world.hub.call("PATCH", `/api/sessions/${first.id}`, { label: "renamed" })
    await until(page, "document.body.innerText.trim()").toBe("second\nrenamed")
    const after = (await page.evaluate("({ ...window.test.renders })")) as Record<string, number>
    expect([after["list"], after["row second"]]).toEqual([before["list"], before["row second"]])
    await world.hub.call("POST", `/api/sessions/${second.id}/archive`)
    await until(page, "document.body.innerText.trim()").toBe("renamed")
    await page.evaluate(`window.app.show("everything", ${JSON.stringify(first.id)})`)
    const listed = await world.hub.call<{ readonly sessions: ReadonlyArray<Session> }>(
      "GET",
      "/api/sessions?status=all&sort=created",
    )
    const ids = listed.body.sessions.map(({ id }) => id)
    await until(page, "window.test.now.sessions?.map(({ id }) => id)").toEqual(ids)
  })

  it("U-1 (trap:13) shows one state in every component while React gives way between them", async () => {
    const { id } = await openAgent(world.hub)
    const page = await world.open("tearing", id)
    await until(page, `document.querySelector("[data-round]") !== null`).toBe(true)
    await sendText(world.hub, id, "[[slow 30 20]]")
    await settledAgent(world.hub, id)
    await until(page, `Number(document.querySelector("[data-round]").dataset.round)`).toBeGreaterThan(3)
    await until(page, `new Set([...document.querySelectorAll("[data-slow]")].map((one) => one.textContent)).size`).toBe(1)
    expect(await page.evaluate("window.test.tornCount()")).toBe(0)
  })

  it("U-6 C-7 types into a terminal and shows it over a kill of the hub and a new mount, in one rendering", async () => {
    const made = await world.hub.call<Session>("POST", "/api/sessions", { kind: "terminal", command: "cat" })
    const { id } = made.body
    const page = await world.open("terminal", id)
    const screen = "window.test.screenText()"
    const type = (line: string) => page.evaluate(`window.test.now.terminal.input(${JSON.stringify(`${line}\r`)})`)
    await until(
      page,
      `document.querySelector(".xterm-screen") !== null && window.test.sent.some(({ tag }) => tag === "Attach")`,
    ).toBe(true)
    await type("before")
    await until(page, screen).toBe("before\nbefore")
    await type("\u001b[c")
    await world.hub.kill("SIGKILL")
    await type("between")
    await world.hub.start()
    await until(page, `${screen}.split("between").length`).toBe(3)
    // The hub's emulator has answered what the program asked, and the page's has not.
    await until(page, screen).toContain("^[[?")
    const shown = await page.evaluate(screen)
    expect(String(shown).split("before").length).toBe(3)
    expect(String(shown).split("^[[?").length).toBe(2)
    const renders = await page.evaluate("window.test.renders.terminal")
    expect(renders).toBeLessThanOrEqual(4)
    // The session took the size of the element, without its padding.
    const { width, height } = (await page.evaluate(
      `(({ clientWidth, clientHeight }) => ({ width: clientWidth, height: clientHeight }))(document.querySelector(".xterm-screen"))`,
    )) as { readonly width: number; readonly height: number }
    expect([width > 600 && width <= 700, height > 300 && height <= 340]).toEqual([true, true])
    const { terminal } = await recordOf(world.hub, id)
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
