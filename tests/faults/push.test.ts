import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { PushList } from "@holdfast/protocol/push"
import type { Session } from "@holdfast/protocol/session"
import { recordOf, sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { type PushService, startPushService } from "@holdfast/testkit/push-service"
import { asking } from "../e2e/agents.ts"
import { type RunningApp, startApp } from "../e2e/app.ts"
import { followNotices, PUSH_SERVICE } from "../e2e/notices.ts"

const ASK = "[[ask Which one?|This|That]]"
const HIDE = `Object.defineProperty(document, "visibilityState", { get: () => "hidden", configurable: true }),
  void document.dispatchEvent(new Event("visibilitychange"))`
const WITHIN = { timeout: 30_000 }

describe.skipIf(process.env["HOLDFAST_FAULTS"] === "short")("notifications that are pushed", () => {
  let app: RunningApp
  let service: PushService
  let before: Session
  beforeAll(async () => {
    ;[app, service] = await Promise.all([startApp(), startPushService()])
    before = await asking(app, ASK, "Of before")
  })
  afterAll(async () => {
    await app.stop()
    await service.stop()
  })

  const devices = async () => (await app.hub.call<PushList>("GET", "/api/push")).body.devices
  const requestOf = async (id: string) => (await recordOf(app.hub, id)).permissions[0]?.id ?? ""

  it("APP-7 APP-80 APP-85 APP-87 PN-3 PN-4 PN-5 are shown with their words, silenced by what is in sight alone, never from history, and lead to the request", async () => {
    const [shown, other] = [await app.agent({ label: "In sight" }), await app.agent({ label: "Fold <b>turns</b>" })]
    const opened = await app.open({ path: `/s/${shown.id}` })
    const { context, page, connected, pane, close } = opened
    const asked: Array<string> = []
    context.on("request", (request) => asked.push(request.url()))
    const { badges, deliver, shown: notices, tap, there, worker } = await followNotices(opened)
    await connected()
    await pane(shown.id).waitFor()
    const subscription = await service.device("/phone")
    expect((await app.hub.call("PUT", "/api/push/phone-01", { ...subscription, allowPrivate: true })).status).toBe(200)

    // What is in sight first: once the other one is told, this one was looked at.
    await sendText(app.hub, shown.id, ASK)
    await pane(shown.id).locator("[data-request]").waitFor()
    await sendText(app.hub, other.id, ASK)
    await expect.poll(() => service.pushed.length, WITHIN).toBe(1)
    const request = await requestOf(other.id)
    const notice = service.pushed[0]?.notice
    expect(notice).toMatchObject({ title: "Fold <b>turns</b>", tag: other.id, path: `s/${other.id}?request=${request}` })
    expect(notice?.body).toContain("Which one?")
    await expect.poll(() => page.title()).toMatch(/^\(3\)/)
    await expect.poll(badges).toMatchObject({ page: 3 })

    await deliver(notice!)
    await expect.poll(there).toEqual([other.id])
    expect(await notices()).toEqual([
      {
        title: notice?.title,
        body: notice?.body,
        tag: other.id,
        path: notice?.path,
        icon: `${app.hub.url()}/icons/icon-192.png`,
      },
    ])
    expect(await badges()).toMatchObject({ worker: 1 })
    await tap(other.id)
    await page.waitForURL(new RegExp(`/s/${other.id}$`))
    await pane(other.id).locator(`[data-request="${request}"]`).waitFor()
    expect(await there()).toEqual([])
    expect(await badges()).toMatchObject({ worker: 0 })

    // A page that is hidden silences nothing, whatever it shows.
    await page.evaluate(HIDE)
    await app.hub.call("POST", `/api/sessions/${other.id}/permissions/${request}`, {
      optionId: "answer",
      answers: { "Which one?": "That" },
    })
    await settledAgent(app.hub, other.id)
    await expect.poll(() => service.pushed.length, WITHIN).toBe(2)
    expect(service.pushed[1]?.notice).toMatchObject({ reason: "ended", tag: other.id, path: `s/${other.id}` })

    // With no window of the app, a new one has the request in its address.
    const opens = `clients.matchAll = async () => [], clients.openWindow = async (url) => void (globalThis.opened = url), undefined`
    await worker.evaluate(opens)
    await deliver({ ...notice!, path: `s/${shown.id}?request=${await requestOf(shown.id)}`, tag: shown.id })
    await expect.poll(there).toEqual([shown.id])
    await tap(shown.id)
    const address = String(await worker.evaluate("opened"))
    expect(address).toMatch(new RegExp(`^${app.hub.url()}/s/${shown.id}[?]request=`))
    await page.goto(address)
    await pane(shown.id)
      .locator(`[data-request="${await requestOf(shown.id)}"]`)
      .waitFor()

    // Nothing of what was before, or is read again, is news.
    await connected()
    expect(service.pushed.map(({ notice }) => `${notice.reason} ${notice.title}`)).toEqual([
      "waiting Fold <b>turns</b>",
      "ended Fold <b>turns</b>",
    ])
    expect(service.pushed.some(({ notice }) => notice.tag === before.id)).toBe(false)
    expect(service.problems).toEqual([])
    expect(await page.evaluate("shown")).toEqual([])
    const key = String(await page.evaluate(`localStorage.getItem("holdfast-key")`))
    expect(key).toMatch(/^[\w-]{43}$/)
    expect(asked.length).toBeGreaterThan(5)
    expect(asked.filter((url) => url.includes(key))).toEqual([])
    await close()
    await app.hub.call("DELETE", "/api/push/phone-01")
  })

  it("APP-83 APP-86 this device is known to the hub once it is switched on, as it is at each start, and not any more when it is switched off", async () => {
    const opened = await app.open({ path: "/settings/notifications" })
    const { context, page, connected, close } = opened
    const { keys } = await service.device("/desk")
    const subscription = (endpoint: string): string =>
      `localStorage.setItem("subscription-of-the-test", ${JSON.stringify(JSON.stringify({ endpoint, keys }))})`
    await context.addInitScript({ content: PUSH_SERVICE })
    // Nothing happens that it would be told of: the addresses are never asked.
    await page.evaluate(subscription("https://1.1.1.1/first"))
    await followNotices(opened)
    await connected()
    const waits = page.getByRole("switch", { name: "When something waits for your answer" })
    await waits.waitFor()
    expect(await devices()).toEqual([])
    await waits.click()
    await page.getByText("They come to this device, also while the app is closed.").waitFor()
    await expect.poll(devices).toMatchObject([{ service: "https://1.1.1.1", on: ["waiting"] }])
    const client = (await devices())[0]?.client
    // The browser has changed its subscription, and the hub has lost it.
    await page.evaluate(`${subscription("https://1.0.0.1/second")}, localStorage.removeItem("push-service-of-the-test")`)
    await app.hub.call("DELETE", `/api/push/${client}`)
    await page.reload()
    await expect.poll(devices).toMatchObject([{ client, service: "https://1.0.0.1", on: ["waiting"] }])
    await page.getByRole("switch", { name: "When something waits for your answer" }).click()
    await expect.poll(devices).toEqual([])
    expect(await page.evaluate(`localStorage.getItem("push-service-of-the-test")`)).toBeNull()
    await page.reload()
    await connected()
    await page.getByText("Off on this device.").waitFor()
    expect(await devices()).toEqual([])
    await close()
  })

  it("APP-84 APP-87 an open page shows them itself where the push service cannot be reached: each once in two tabs, none of before, and none over a kill of the hub", async () => {
    const asks = await app.agent({ label: "Asks later" })
    const opened = await app.open({ path: "/settings/notifications" })
    const { context, page, connected, pane, close } = opened
    const { shown, tap } = await followNotices(opened)
    await connected()
    await page.getByRole("switch", { name: "When something waits for your answer" }).click()
    await page.getByText("They come while the app is open.").waitFor()
    const second = await context.newPage()
    await second.goto(app.hub.url())
    await second.getByRole("button", { name: /^Connected/ }).waitFor({ state: "attached" })
    expect(await shown()).toEqual([])
    await sendText(app.hub, asks.id, ASK)
    const tags = async () =>
      [...(await shown()), ...((await second.evaluate("shown")) as Array<{ tag: string }>)].map(({ tag }) => tag)
    await expect.poll(tags).toEqual([asks.id])
    await app.hub.kill("SIGKILL")
    await page.getByRole("button", { name: /^Not connected/ }).waitFor({ state: "attached" })
    await app.hub.start()
    await connected()
    await second.getByRole("button", { name: /^Connected/ }).waitFor({ state: "attached" })
    const next = await asking(app, ASK, "Asks after it")
    await expect.poll(tags).toEqual([asks.id, next.id])
    await second.close()
    await tap(asks.id)
    await page.waitForURL(new RegExp(`/s/${asks.id}$`))
    await pane(asks.id)
      .locator(`[data-request="${await requestOf(asks.id)}"]`)
      .waitFor()
    await close()
  })
})
