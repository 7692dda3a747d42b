/** What becomes of a page in mid-turn: its connection is cut, it is offline, stands still, or is left and comes back. */
import { expect, it } from "vitest"
import { eventually } from "@holdfast/testkit/eventually"
import { openAgent, recordOf, sendText, settledAgent } from "@holdfast/testkit/agent-session"
import type { DevTools, Page } from "../chromium.ts"
import { until, type World } from "./world.ts"

const ASKED = "window.test.now.permissions[0]?.subject"

/** The tests. */
export function lifecycles(world: World): void {
  /** A page at a turn that asks for permission again and again: it is answered elsewhere, so a turn lasts as long as a test wants. */
  const begin = async (times: number): Promise<{ readonly id: string; readonly page: Page; readonly tools: DevTools }> => {
    const { id } = await openAgent(world.hub)
    const page = await world.blank(undefined, world.site)
    await world.mount(page, "everything", id)
    const tools = await page.context().newCDPSession(page)
    await until(page, "window.test.now.events?.isConnected").toBe(true)
    const steps = Array.from({ length: times }, (_, n) => `[[say text ${n}]] [[bash echo ${n}]]`)
    await sendText(world.hub, id, `${steps.join(" ")} [[say end]]`)
    await until(page, ASKED).toBe("echo 0")
    return { id, page, tools }
  }
  /** Answers the request that is open, and waits until the agent has gone on. */
  const answer = async (id: string): Promise<void> => {
    const open = async () => (await recordOf(world.hub, id)).permissions.find(({ decision }) => decision === undefined)?.id
    const request = await open()
    await world.hub.call("POST", `/api/sessions/${id}/permissions/${request}`, { optionId: "allow" })
    await eventually("the agent went on", 20_000, async () => {
      const { turn } = await recordOf(world.hub, id)
      const next = await open()
      return turn.status === "idle" || (next !== undefined && next !== request)
    })
  }

  it("U-2 C-1 C-32 shows what is stored after a cut, a time offline and one in which the page stood still, all in one turn", async () => {
    const { id, page, tools } = await begin(4)
    world.proxy.refuse()
    world.proxy.cut("rst")
    await until(page, "window.test.states").toEqual(["Online", "Reconnecting"])
    await answer(id)
    world.proxy.allow()
    await until(page, ASKED).toBe("echo 1")
    expect(await page.evaluate("window.test.states")).toEqual(["Online", "Reconnecting", "Online"])

    const context = page.context()
    await context.setOffline(true)
    await until(page, "navigator.onLine").toBe(false)
    await answer(id)
    // The socket is open, and nothing comes.
    expect(await page.evaluate(ASKED)).toBe("echo 1")
    await context.setOffline(false)
    await until(page, ASKED).toBe("echo 2")

    // A headless browser freezes no tab; one that the debugger halts stands as still.
    await tools.send("Debugger.enable")
    await tools.send("Debugger.pause")
    await answer(id)
    await tools.send("Debugger.disable")
    await until(page, ASKED).toBe("echo 3")
    await answer(id)
    const stored = await world.shownIsStored(page, id)
    expect(stored.map(({ role, outcome }) => [role, outcome])).toEqual([
      ["user", undefined],
      ["assistant", "completed"],
    ])
    expect((await settledAgent(world.hub, id)).agent?.turns).toBe(1)
    expect(await page.evaluate("window.test.tornCount()")).toBe(0)
  })

  it("U-2 U-5 C-32 shows what is stored when a page that was left in mid-turn comes back, from the back-forward cache where the browser has one", async () => {
    const { id, page, tools } = await begin(2)
    const reasons: Array<string> = []
    tools.on("Page.backForwardCacheNotUsed", ({ notRestoredExplanations = [] }) =>
      reasons.push(...notRestoredExplanations.map(({ reason }) => reason)),
    )
    await tools.send("Page.enable")
    const url = await page.evaluate("location.href")
    await page.evaluate(`addEventListener("pageshow", ({ persisted }) => (window.persisted = persisted))`)
    await page.goto(`${world.site}/another`)
    await answer(id)
    // Behind its answer, which the page that leaves could not give any more.
    await page.evaluate("void setTimeout(() => history.back())")
    await until(page, "[location.href, document.readyState]").toEqual([url, "complete"])
    if (reasons.includes("BackForwardCacheDisabledForDelegate")) {
      // The browser that tests bring along keeps no page: this one begins anew.
      expect(await page.evaluate("window.app")).toBe(undefined)
      await world.mount(page, "everything", id)
    } else {
      expect(reasons).toEqual([])
      await until(page, "window.persisted").toBe(true)
      await until(page, "window.test.states").toEqual(["Online", "Reconnecting", "Online"])
    }
    await until(page, ASKED).toBe("echo 1")
    await answer(id)
    const stored = await world.shownIsStored(page, id)
    expect(stored.map(({ outcome }) => outcome)).toEqual([undefined, "completed"])
  })
}
