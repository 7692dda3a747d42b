/** Pages whose commands go through an outbox: what they show while the hub is away, and that each thing is there once. */
import { expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { messagesOf, openAgent, settledAgent, textOf } from "@holdfast/testkit/agent-session"
import type { DevTools, Page } from "../chromium.ts"
import { compose, until, type World } from "./world.ts"

/** What a page shows of what people said, and how it stands: nothing when the hub has it. */
const SAID = `[...document.querySelectorAll("[data-role=user]")].map((one) => [one.dataset.outcome, one.querySelector("p").textContent.slice(0, 40)])`
const stored = (...texts: ReadonlyArray<string>) => texts.map((text) => [undefined, text])
const waiting = (...texts: ReadonlyArray<string>) => texts.map((text) => ["offline", text])

/** The hub has each message once, in the order that the pages show, and has answered each. */
async function areStored(world: World, session: string, pages: ReadonlyArray<Page>, texts: ReadonlyArray<string>): Promise<void> {
  for (const page of pages) await until(page, SAID).toEqual(stored(...texts))
  await settledAgent(world.hub, session)
  const messages = await messagesOf(world.hub, session)
  expect(messages.filter(({ role }) => role === "user").map(textOf)).toEqual(texts)
  expect(messages).toHaveLength(texts.length * 2)
  for (const page of pages) await world.shownIsStored(page, session)
}

/** The tests of a hub that is away. */
export function away(world: World): void {
  it("U-10 shows a message at once while the hub is away, and once when it has it", async () => {
    const { id } = await openAgent(world.hub)
    const page = await world.open("both", id, { box: "react" })
    await until(page, "window.test.now.outbox?.isDurable").toBe(true)
    await compose(page, "[[say before]]")
    await until(page, `document.querySelector("[data-role=assistant]")?.dataset.outcome`).toBe("completed")
    await world.hub.kill("SIGKILL")
    await compose(page, "[[say after]]")
    await until(page, SAID).toEqual([...stored("[[say before]]"), ...waiting("[[say after]]")])
    await until(page, `document.querySelector("textarea").value`).toBe("")
    await world.hub.start()
    await areStored(world, id, [page], ["[[say before]]", "[[say after]]"])
  })

  it("U-10 C-60 two tabs with one outbox show the same, and what either sends is there once", async () => {
    const { id } = await openAgent(world.hub)
    const context = await world.context()
    const tabs = [
      await world.open("both", id, { box: "shared", context }),
      await world.open("both", id, { box: "shared", context }),
    ]
    const [first, second] = tabs as [Page, Page]
    for (const tab of tabs) await until(tab, "window.test.now.events?.isConnected").toBe(true)
    world.proxy.refuse()
    world.proxy.cut("rst")
    const texts = ["[[say one]]", "[[say two]]", "[[say three]]"]
    await compose(first, texts[0] ?? "")
    await until(second, SAID).toEqual(waiting("[[say one]]"))
    await compose(second, texts[1] ?? "")
    await until(first, SAID).toEqual(waiting("[[say one]]", "[[say two]]"))
    await compose(first, texts[2] ?? "")
    for (const tab of tabs) await until(tab, SAID).toEqual(waiting(...texts))
    world.proxy.allow()
    await areStored(world, id, tabs, texts)
  })
}

/** The tests of what is refused, or kept in part. */
export function refused(world: World): void {
  it("U-10 C-59 keeps in the field what a full disk has no room for, and says so", async () => {
    const { id } = await openAgent(world.hub)
    const context = await world.context()
    const page = await world.open("both", id, { box: "full", context })
    await until(page, "window.test.now.events?.isConnected").toBe(true)
    const tools: DevTools = await context.newCDPSession(page)
    await tools.send("Storage.overrideQuotaForOrigin", { origin: world.url, quotaSize: 40_000 })
    const long = `[[say long]] ${"word ".repeat(16_000)}`
    await compose(page, long)
    await until(page, `document.querySelector("form [role=alert]")?.textContent`).toContain("QuotaExceededError")
    expect(await page.evaluate(`document.querySelector("textarea").value.length`)).toBe(long.length)
    await until(page, SAID).toEqual([])
    await tools.send("Storage.overrideQuotaForOrigin", { origin: world.url })
    await compose(page, "[[say short]]")
    await areStored(world, id, [page], ["[[say short]]"])
    expect(await page.evaluate(`document.querySelector("form [role=alert]")`)).toBe(null)
  })

  it("U-10 C-51 a page that may store nothing shows a message at once, and says that it ends with the page", async () => {
    const page = await world.blank()
    await page.evaluate(`document.body.innerHTML = '<iframe sandbox="allow-scripts" srcdoc="<p>private"></iframe>'`)
    await expect.poll(() => page.frames().length).toBe(2)
    const frame = page.frames()[1] as Page
    await until(frame, "document.readyState").toBe("complete")
    await world.mount(frame, "both", "00000000-0000-7000-8000-000000000001", { box: "private" })
    await until(frame, "window.test.now.outbox?.counts").toBeDefined()
    await compose(frame, "[[say private]]")
    await until(frame, SAID).toEqual(waiting("[[say private]]"))
    const state = "({ isDurable: window.test.now.outbox.isDurable, pending: window.test.now.outbox.counts.pending })"
    expect(await frame.evaluate(state)).toEqual({ isDurable: false, pending: 1 })
  })

  it("U-11 C-62 shows a session before the hub has it, then the real one, and takes back what is refused, with the reason", async () => {
    const page = await world.open("offline", "", { box: "sessions" })
    const rows = `[...document.querySelectorAll("li")].map((one) => [one.dataset.pending, one.textContent])`
    const create = (label: string, agent = "scripted"): Promise<unknown> =>
      page.evaluate(
        `void window.test.now.outbox.box.create({ kind: "agent", agent: "${agent}", label: "${label}", tags: ["offline"] })`,
      )
    await until(page, "window.test.now.outbox?.box !== undefined && window.test.states.at(-1)").toBe("Online")
    world.proxy.refuse()
    world.proxy.cut("rst")
    await until(page, "window.test.states.at(-1)").toBe("Reconnecting")
    await create("mine")
    await until(page, rows).toEqual([["true", "mine: offline"]])
    await create("other", "no-such-agent")
    await until(page, rows).toEqual([
      ["true", "other: offline"],
      ["true", "mine: offline"],
    ])
    world.proxy.allow()
    await until(page, rows).toEqual([
      ["false", expect.stringContaining("no-such-agent")],
      [undefined, "mine: active"],
    ])
    const listed = await world.hub.call<{ readonly sessions: ReadonlyArray<Session> }>("GET", "/api/sessions?tag=offline")
    expect(listed.body.sessions.map(({ label }) => label)).toEqual(["mine"])
    const id = listed.body.sessions[0]?.id ?? ""
    // A change that waits is shown on the real one.
    world.proxy.refuse()
    world.proxy.cut("rst")
    await page.evaluate(`void window.test.now.outbox.box.add("sessions.update", { session: "${id}", label: "renamed" })`)
    await until(page, `${rows}.at(-1)`).toEqual(["true", "renamed: active"])
    world.proxy.allow()
    await until(page, `${rows}.at(-1)`).toEqual([undefined, "renamed: active"])
    await page.evaluate("window.test.now.outbox.clearFailed()")
    await until(page, rows).toEqual([[undefined, "renamed: active"]])
  })
}
