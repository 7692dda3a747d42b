/**
 * Webhooks of a real hub: signed, filtered, tried again, given up, over kills of the hub, and with receivers that are no good.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import type { Webhook, WebhookDelivery, WebhookMade, WebhookTested } from "@holdfast/protocol/webhook"
import { examplesOf } from "../src/document-examples.ts"
import { eventually } from "../src/eventually.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { startReceiver, type Received, type Receiver } from "../src/webhook-receiver.ts"

interface Refused {
  readonly error: { readonly tag: string; readonly message: string; readonly field?: string }
}

let hub: HubProcess
const receivers: Array<Receiver> = []
beforeAll(async () => {
  hub = await startHub({ settings: { HOLDFAST_WEBHOOK_SCHEDULE: "0.2,0.3", HOLDFAST_WEBHOOK_TIMEOUT: "700" } })
})
afterAll(async () => {
  await hub.stop()
})
afterEach(async () => {
  for (const { id } of await list()) await hub.call("DELETE", `/api/webhooks/${id}`)
  for (const receiver of receivers.splice(0)) await receiver.stop()
})

const list = async () => (await hub.call<{ webhooks: ReadonlyArray<Webhook> }>("GET", "/api/webhooks")).body.webhooks
const log = async (id: string, query = "") =>
  (await hub.call<{ deliveries: ReadonlyArray<WebhookDelivery> }>("GET", `/api/webhooks/${id}/deliveries${query}`)).body
    .deliveries
const retry = (id: string, delivery?: string) =>
  hub.call<{ retried: number }>("POST", `/api/webhooks/${id}/retry`, delivery === undefined ? {} : { delivery })
const create = async (body: object = {}) =>
  (await hub.call<Session>("POST", "/api/sessions", { kind: "agent", agent: "scripted", ...body })).body

async function receiver(port?: number): Promise<Receiver> {
  const started = await startReceiver(port)
  receivers.push(started)
  return started
}

async function webhook(to: Receiver, on: ReadonlyArray<string>, more: object = {}): Promise<WebhookMade> {
  const made = await hub.call<WebhookMade>("POST", "/api/webhooks", { url: to.url("/hook"), on, allowPrivate: true, ...more })
  expect(made.status).toBe(201)
  return made.body
}

const sessionOf = ({ sent }: Received) => sent.data.session?.id

describe("webhooks", () => {
  it("Y-1 Y-3 what happens is sent once, signed, with the event and its session, to who wants it and to no one else", async () => {
    const [all, some] = [await receiver(), await receiver()]
    await create({ label: "before" })
    const tagged = await create({ label: "tagged", tags: ["ci"], metadata: { customer: "7" } })
    const first = await webhook(all, ["turn-ended", "permission-asked", "session-archived"])
    await webhook(some, ["turn-ended"], { sessions: [tagged.id], tags: ["ci", "other"] })
    const other = await create({ label: "other" })
    for (const { id } of [tagged, other]) await hub.call("POST", `/api/sessions/${id}/messages`, { text: "[[bash echo hi]]" })
    const asked = () => all.received.filter(({ sent }) => sent.type === "permission-asked")
    await eventually("both ask", 10_000, () => asked().length === 2)
    for (const { sent } of asked()) {
      const { session = "" } = { session: sent.data.session?.id }
      const { permissions } = (await hub.call<Session>("GET", `/api/sessions/${session}`)).body
      await hub.call("POST", `/api/sessions/${session}/permissions/${permissions[0]?.id}`, { optionId: "allow" })
    }
    await eventually(
      "both turns have ended",
      10_000,
      () => all.received.filter(({ sent }) => sent.type === "turn-ended").length === 2,
    )
    await eventually("the other receiver has its own", 10_000, () => some.received.length > 0)
    expect(some.received.map((one) => [one.sent.type, sessionOf(one)])).toEqual([["turn-ended", tagged.id]])
    const [one] = some.received
    expect(one?.sent.data).toMatchObject({
      session: { id: tagged.id, label: "tagged", tags: ["ci"], metadata: { customer: "7" }, kind: "agent" },
      event: { channel: "turn", type: "ended", data: { outcome: "completed" } },
    })
    expect(one?.id).toBe(`evt_${tagged.id}_${one?.sent.data.event?.seq}`)
    expect(all.received.find(({ id }) => id === one?.id)).toBeDefined()
    for (const received of all.received) expect(all.problem(received, first.secret)).toBeUndefined()
    expect(all.problem(one as Received, first.secret)).toContain("Error")
    expect((await log(first.id)).map(({ state }) => state)).toEqual(Array(4).fill("delivered"))
  })

  it("Y-2 nothing is missed over kills of the hub, and what comes twice has the same id", async () => {
    const to = await receiver()
    to.answer((_, response) => void setTimeout(() => response.writeHead(200).end(), 10))
    await webhook(to, ["session-created"])
    const made: Array<string> = []
    for (let kill = 0; kill < 3; kill++) {
      made.push(...(await Promise.all(Array.from({ length: 15 }, () => create()))).map(({ id }) => id))
      const before = to.received.length
      await eventually("some were sent", 10_000, () => to.received.length > before)
      await hub.kill("SIGKILL")
      await hub.start()
    }
    const got = () => new Set(to.received.map(sessionOf))
    await eventually("all were sent", 20_000, () => made.every((id) => got().has(id)))
    expect([...got()].sort()).toEqual([...made].sort())
    expect(new Set(to.received.map(({ id }) => id)).size).toBe(made.length)
    // At most the one that was under way at each kill came twice.
    expect(to.received.length).toBeLessThanOrEqual(made.length + 3)
  })

  it("Y-4 what fails is tried again by the schedule, then given up, kept, and tried again when asked", async () => {
    const to = await receiver()
    to.answer((_, response) => void response.writeHead(500).end("x".repeat(1000)))
    const { id } = await webhook(to, ["session-created"])
    const session = await create()
    await eventually("it was given up", 10_000, async () => (await list())[0]?.dead === 1)
    expect(to.received).toHaveLength(3)
    expect(new Set(to.received.map((one) => one.id)).size).toBe(1)
    const [dead] = await log(id, "?state=dead")
    expect(dead).toMatchObject({ session: session.id, tries: 3, status: 500, problem: "the receiver answered 500" })
    await hub.kill("SIGKILL")
    await hub.start()
    expect(await log(id, "?state=dead")).toEqual([dead])
    to.answer((_, response) => void response.writeHead(200).end())
    expect((await retry(id, dead?.id)).body).toEqual({ retried: 1 })
    await eventually("it was delivered", 10_000, () => to.received.length === 4)
    await eventually("nothing is late", 10_000, async () => (await log(id)).map(({ state }) => state).join() === "delivered")
    expect(to.received[3]?.id).toBe(dead?.id)
  })

  it("Y-4 a receiver that says 410 is sent nothing any more until it is retried, and then misses nothing", async () => {
    const to = await receiver()
    to.answer((_, response) => void response.writeHead(410).end())
    const { id } = await webhook(to, ["session-created"])
    await create()
    await eventually("it is off", 10_000, async () => (await list())[0]?.active === false)
    const later = await create()
    expect(to.received).toHaveLength(1)
    to.answer((_, response) => void response.writeHead(200).end())
    await retry(id)
    await eventually("both were delivered", 10_000, () => to.received.length === 3)
    expect(to.received.map(sessionOf)).toContain(later.id)
    await eventually("nothing is late", 10_000, async () => (await log(id)).every(({ state }) => state === "delivered"))
    expect((await list())[0]).toMatchObject({ active: true, dead: 0, retrying: 0 })
  })

  it("Y-5 a receiver that never answers delays neither another one nor the hub", async () => {
    const [silent, good] = [await receiver(), await receiver()]
    silent.answer(() => undefined)
    const { id } = await webhook(silent, ["session-created"])
    await webhook(good, ["session-created"])
    const made = []
    for (let i = 0; i < 5; i++) made.push((await create()).id)
    await eventually("the good one has all", 5000, () => good.received.length === 5)
    expect(good.received.map(sessionOf)).toEqual(made)
    await eventually("the silent one is tried again", 10_000, async () =>
      (await log(id)).some(({ problem }) => problem?.includes("no answer within") === true),
    )
    silent.answer((_, response) => void response.writeHead(200).end())
    await eventually("the silent one gets all in the end", 20_000, () => new Set(silent.received.map(sessionOf)).size === 5)
  })

  it("Y-6 a receiver inside needs leave, redirects are not followed, and little of an answer is read", async () => {
    const to = await receiver()
    const refusal = async (body: object) =>
      (await hub.call<Refused>("POST", "/api/webhooks", { on: ["turn-ended"], ...body })).body.error
    for (const url of [to.url(), "http://localhost:1/", "http://169.254.169.254/latest", "http://[::1]:1/"])
      expect([url, await refusal({ url })]).toMatchObject([
        url,
        { tag: "Unprocessable", field: "url", message: expect.stringContaining("allowPrivate") as string },
      ])
    for (const url of ["ftp://example.org/", "example.org", "https://u:p@example.org/"])
      expect(await refusal({ url })).toMatchObject({ tag: "Unprocessable", field: "url" })
    expect((await refusal({ url: "https://example.org/", on: ["nothing"] })).tag).toMatch(/BadRequest|Unprocessable/)
    const { id } = await webhook(to, ["session-created"])
    const test = async () => (await hub.call<WebhookTested>("POST", `/api/webhooks/${id}/test`)).body
    to.answer((_, response) => void response.writeHead(302, { location: to.url("/elsewhere") }).end())
    expect(await test()).toMatchObject({
      delivered: false,
      status: 302,
      problem: expect.stringContaining("not followed") as string,
    })
    to.answer((_, response) => {
      response.writeHead(200)
      const more = setInterval(() => response.write("x".repeat(100_000)), 1)
      response.on("close", () => clearInterval(more))
    })
    expect(await test()).toMatchObject({ delivered: true, status: 200 })
    expect(to.received.map(({ path }) => path)).toEqual(["/hook", "/hook"])
    await to.stop()
    receivers.splice(receivers.indexOf(to), 1)
    expect(await test()).toMatchObject({ delivered: false, problem: expect.stringContaining("ECONNREFUSED") as string })
  })

  it("Y-7 a secret is shown once, and a new one signs beside the former", async () => {
    const to = await receiver()
    const made = await webhook(to, ["session-created"])
    const rotated = (await hub.call<{ secret: string }>("POST", `/api/webhooks/${made.id}/rotate`)).body
    await hub.call("POST", `/api/webhooks/${made.id}/test`)
    const [received] = to.received
    for (const { secret } of [made, rotated]) expect(to.problem(received as Received, secret)).toBeUndefined()
    expect(made.secret).not.toBe(rotated.secret)
    const shown = JSON.stringify([await list(), await log(made.id), hub.output()])
    for (const { secret } of [made, rotated]) expect(shown).not.toContain(secret)
    const writer = (await hub.call<{ secret: string }>("POST", "/api/tokens", { name: "w", scope: "write" })).body.secret
    const answer = await fetch(`${hub.url()}/api/webhooks`, { headers: { authorization: `Bearer ${writer}` } })
    expect(answer.status).toBe(403)
    expect((await hub.call<Refused>("DELETE", "/api/webhooks/none")).body.error.tag).toBe("WebhookNotFound")
  })
})

describe("docs/webhooks.md", () => {
  it("Y-8 its receiver takes what is signed, each event once, and nothing else", async () => {
    const document = readFileSync(fileURLToPath(new URL("../../docs/webhooks.md", import.meta.url)), "utf8")
    const example = examplesOf(document).find(({ info }) => info === "receiver")
    const folder = mkdtempSync(join(tmpdir(), "holdfast-receiver-"))
    const file = join(folder, "receiver.mjs")
    writeFileSync(file, example?.body ?? "")
    const placeholder = await receiver()
    const { id, secret } = await webhook(placeholder, ["session-created"])
    await hub.call("DELETE", `/api/webhooks/${id}`)
    let child: ChildProcess | undefined
    let said = ""
    const start = async (key: string): Promise<string> => {
      const before = said.length
      child = spawn(process.execPath, [file], {
        env: { ...process.env, PORT: "0", WEBHOOK_SECRET: key },
        stdio: ["ignore", "pipe", "inherit"],
      })
      child.stdout?.setEncoding("utf8").on("data", (text: string) => (said += text))
      const port = await eventually("the receiver listens", 10_000, () => /listening on (\d+)/.exec(said.slice(before))?.[1])
      return `http://127.0.0.1:${port}/`
    }
    try {
      const wrong = await start(secret)
      const refused = (
        await hub.call<WebhookMade>("POST", "/api/webhooks", { url: wrong, on: ["session-created"], allowPrivate: true })
      ).body
      const test = async (one: string) => (await hub.call<WebhookTested>("POST", `/api/webhooks/${one}/test`)).body
      expect(await test(refused.id)).toMatchObject({ delivered: false, status: 401 })
      const port = new URL(wrong).port
      child?.kill("SIGKILL")
      child = spawn(process.execPath, [file], {
        env: { ...process.env, PORT: port, WEBHOOK_SECRET: refused.secret },
        stdio: ["ignore", "pipe", "inherit"],
      })
      child.stdout?.setEncoding("utf8").on("data", (text: string) => (said += text))
      await eventually("it listens again", 10_000, () => said.match(/listening on/g)?.length === 2)
      expect(await test(refused.id)).toMatchObject({ delivered: true, status: 204 })
      await create({ label: "from the document" })
      await eventually("it says what came", 10_000, () => said.includes("session-created from the document"))
    } finally {
      child?.kill("SIGKILL")
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
