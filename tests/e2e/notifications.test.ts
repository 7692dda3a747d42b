import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { PushList } from "@holdfast/protocol/push"
import { sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { type RunningApp, startApp } from "./app.ts"

describe("notifications in the app", () => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app.stop())

  it("APP-83 are off until a person switches them on for this device, and say what stands in the way", async () => {
    const { page, connected, picture, overflows, axe, close } = await app.open({ path: "/settings/notifications" })
    await connected()
    const waits = page.getByRole("switch", { name: "When something waits for your answer" })
    await waits.waitFor()
    expect(await page.evaluate(`document.querySelectorAll("input:checked").length`)).toBe(0)
    const { devices } = (await app.hub.call<PushList>("GET", "/api/push")).body
    expect(devices).toEqual([])
    await picture("settings-notifications-dark")
    expect(await overflows()).toEqual([])
    expect(await axe()).toEqual([])
    await close()
  })

  it("APP-85 a pane in sight marks as seen what its person would be told of, and nothing that no pane shows", async () => {
    const [shown, other] = [await app.agent({ label: "In sight" }), await app.agent({ label: "Elsewhere" })]
    const { connected, openSession, close } = await app.open()
    await connected()
    await openSession(shown.id)
    await Promise.all([shown, other].map(({ id }) => sendText(app.hub, id, "[[say done]]")))
    const [news] = [await settledAgent(app.hub, shown.id), await settledAgent(app.hub, other.id)].map(
      (record) => record.news?.seq ?? 0,
    )
    const seen = async (id: string) =>
      (await app.hub.call<{ readonly seen?: number }>("GET", `/api/sessions/${id}`)).body.seen ?? 0
    await expect.poll(() => seen(shown.id)).toBeGreaterThanOrEqual(news ?? 1)
    expect(await seen(other.id)).toBe(0)
    await close()
  })
})
