/** The Svelte example, as a page that people reload and whose hub is killed. */
import { expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { messagesOf, openAgent, recordOf, sendText, settledAgent, textOf } from "@holdfast/testkit/agent-session"
import type { Page } from "../chromium.ts"
import { until, type World } from "./world.ts"

const texts = (role: string) => `[...document.querySelectorAll("[data-role=${role}]")]
  .map((one) => [...one.querySelectorAll("p[dir]")].map((text) => text.textContent).join(""))`

/** Loads the application into a page of the hub's. */
async function begin(world: World, page: Page, hash: string): Promise<void> {
  await page.evaluate(`(() => {
    location.hash = ${JSON.stringify(hash)}
    globalThis.HOLDFAST_TOKEN = undefined
    globalThis.sent = []
    const send = WebSocket.prototype.send
    WebSocket.prototype.send = function (data) {
      if (typeof data === "string") sent.push(...[JSON.parse(data)].flat())
      return send.call(this, data)
    }
  })()`)
  await world.load(page, "svelte")
}

const say = (page: Page, text: string): Promise<unknown> =>
  page.evaluate(`(() => {
    const field = document.querySelector("form input")
    field.value = ${JSON.stringify(text)}
    field.dispatchEvent(new Event("input", { bubbles: true }))
    document.querySelector("form button").click()
  })()`)
const statuses = `[...document.querySelectorAll("[data-status]")].map((one) => one.textContent)`

/** The tests of a hub that is away, and of sessions that there are none of. */
export function svelteAway(world: World): void {
  it("U-10 a message that is written while the hub is away waits, also when the page goes, and is there once", async () => {
    const { id: agent } = await openAgent(world.hub)
    const made = await world.hub.call<Session>("POST", "/api/sessions", { kind: "terminal", command: "cat" })
    const hash = `terminal=${made.body.id}&agent=${agent}`
    const page = await world.signedIn()
    await begin(world, page, hash)
    await until(page, statuses).toEqual(["Live", "Live"])
    world.proxy.refuse()
    world.proxy.cut("rst")
    await until(page, statuses).toEqual(["Away", "Away"])
    await say(page, "[[say kept]]")
    await until(page, `document.querySelector("[data-unsent]")?.textContent`).toContain("not sent yet")
    await until(page, `document.querySelector("form input").value`).toBe("")
    await page.goto("about:blank")
    world.proxy.allow()
    await page.goto(`${world.url}/health/ready`)
    await begin(world, page, hash)
    await until(page, texts("assistant")).toEqual(["kept"])
    await until(page, texts("user")).toEqual(["[[say kept]]"])
    await until(page, `document.querySelectorAll("[data-unsent]").length`).toBe(0)
  })

  it("U-2 says why it cannot show a session, and starts another one in its place", async () => {
    const page = await world.signedIn()
    await begin(world, page, "terminal=nope&agent=nope")
    await until(page, statuses).toEqual(["Ended", "Ended"])
    await until(page, `[...document.querySelectorAll("[role=alert]")].map((one) => one.textContent.includes("nope"))`).toEqual([
      true,
      true,
    ])
    await page.evaluate(`document.querySelectorAll("[data-anew]").forEach((one) => one.click())`)
    await until(page, statuses).toEqual(["Live", "Live"])
    expect(await page.evaluate("location.hash")).not.toContain("nope")
  })
}

/** The tests. */
export function svelte(world: World): void {
  it("U-5 U-2 shows an agent and a terminal over a reload and a kill of the hub, from their cursors, as one client", async () => {
    const { id: agent } = await openAgent(world.hub)
    const made = await world.hub.call<Session>("POST", "/api/sessions", { kind: "terminal", command: "cat" })
    const terminal = made.body.id
    const page = await world.signedIn()
    const hash = `terminal=${terminal}&agent=${agent}`
    await begin(world, page, hash)
    await until(page, statuses).toEqual(["Live", "Live"])
    const client = await page.evaluate(`document.querySelector("[data-client]").textContent`)
    await say(page, "[[say first]]")
    await until(page, texts("assistant")).toEqual(["first"])
    await sendText(world.hub, agent, "[[slow 30 20]] [[bash echo asked]]")
    await until(page, texts("assistant")).toHaveLength(2)

    await page.goto(`${world.url}/health/ready`)
    await begin(world, page, hash)
    // What the tab had is there at once, and the log is asked for what follows.
    await until(page, `document.querySelector("[data-from]")?.textContent`).toContain("resumed from")
    await until(
      page,
      `sent.filter(({ tag }) => tag === "Attach").some(({ payload }) => payload.after > 0 && payload.session === ${JSON.stringify(agent)})`,
    ).toBe(true)
    expect(await page.evaluate(`document.querySelector("[data-client]").textContent`)).toBe(client)
    await world.hub.kill("SIGKILL")
    await world.hub.start()
    await until(page, `document.querySelector("fieldset button") !== null`).toBe(true)
    await page.evaluate(`document.querySelector("fieldset button").click()`)
    await settledAgent(world.hub, agent)
    const stored = await messagesOf(world.hub, agent)
    const said = stored.filter(({ role }) => role === "user").map(textOf)
    await until(page, texts("user")).toEqual(said)
    await until(page, `[...document.querySelectorAll("[data-outcome]")].map((one) => one.dataset.outcome)`).toEqual([
      "completed",
      "completed",
    ])
    const answers = stored.filter(({ role }) => role === "assistant").map(textOf)
    await until(page, texts("assistant")).toEqual(answers)

    // The terminal has what is typed in it, once.
    await page.evaluate(`document.querySelector(".xterm-helper-textarea")
      .dispatchEvent(new InputEvent("input", { data: "typed here\\r", inputType: "insertText" }))`)
    await until(page, `document.querySelector(".xterm-rows").textContent.split("typed here").length`).toBe(3)
    expect((await recordOf(world.hub, terminal)).process).toBe("running")
  })
}
