/** Who is told what of a session, and when: over the memory store, with a push service on loopback. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { generateKeyPairSync } from "node:crypto"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import type { Principal } from "@holdfast/hub/Hub"
import type { Session } from "@holdfast/protocol/session"
import { sampleEvents, sampleId, sampleState } from "@holdfast/store/contract/sample"
import * as MemoryStore from "@holdfast/store/memory/MemoryStore"
import { Store } from "@holdfast/store/Store"
import { eventually } from "@holdfast/testkit/eventually"
import { type PushService, startPushService } from "@holdfast/testkit/push-service"
import { Device } from "../src/Device.ts"
import { Devices } from "../src/Devices.ts"
import { HubKey } from "../src/HubKey.ts"
import { Teller } from "../src/Teller.ts"
import { whatToTell } from "../src/what-to-tell.ts"

const OWNER: Principal = { name: "owner", credential: "owner-1", holder: "owner", scope: "all" }
const TOKEN: Principal = { name: "ci", credential: "t1", scope: "all" }

let service: PushService
let store: Store["Service"]
let scope: Scope.Closeable
const reports: Array<string> = []
const key = new HubKey(generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey, "https://example.org")

beforeAll(async () => {
  service = await startPushService()
})
afterAll(() => service.stop())
beforeEach(async () => {
  scope = Scope.makeUnsafe()
  store = Context.get(await Effect.runPromise(Layer.buildWithScope(MemoryStore.layer, scope)), Store)
  reports.length = 0
  service.answer((_, response) => void response.writeHead(201).end())
})
afterEach(() => Effect.runPromise(Scope.close(scope, Exit.void)))

/** What a hub has; `schedule` and `lookFor` are those of a test. */
async function begin(schedule: ReadonlyArray<number> = [0.02, 0.02], persons: ReadonlyArray<string> = ["owner", "t1", "t2"]) {
  const parts = { store, run: Effect.runPromise, now: Date.now, report: (message: string) => void reports.push(message) }
  const devices: Devices = new Devices({
    ...parts,
    key: () => Promise.resolve(key),
    schedule,
    timeout: 2000,
    isKnown: (person) => persons.includes(person),
    changed: (isAny) => teller.switch(isAny),
  })
  const teller = new Teller({ ...parts, lookFor: 30, devices: () => devices.byPerson })
  await Effect.runPromise(devices.load)
  const put = async (path: string, by: Principal, more: object = {}) => {
    const subscription = await service.device(path)
    return Effect.runPromise(devices.put(path.slice(1).padEnd(8, "x"), { ...subscription, allowPrivate: true, ...more }, by))
  }
  return {
    devices,
    put,
    stop: () => {
      teller.stop()
      devices.close()
    },
  }
}

const request = (seq: number, decision?: object) => ({
  ...{ id: `r${seq}`, kind: "tool", tool: "bash", title: "Run a command?", subject: "npm test", options: [], inputBytes: 2 },
  ...{ seq, askedAt: Date.now() },
  ...(decision === undefined ? {} : { decision }),
})

let sessions = 0
/** A session as it is after an event was noted. */
async function happens(name: string, change: object, seq = 1): Promise<string> {
  const id = sampleId(++sessions)
  const record = { ...(JSON.parse(sampleState(id).record) as object), label: `session ${sessions}`, ...change }
  const state = { ...sampleState(id), record: JSON.stringify(record) }
  await Effect.runPromise(store.create({ id, records: sampleEvents(1, seq), state, notes: [{ seq, name }] }))
  return id
}

const news = (what: "finished" | "failed", seq = 1, time = Date.now()) => ({ news: { seq, time, what } })
const sentTo = (path: string) => service.pushed.filter((one) => one.path === path).map(({ notice }) => notice)
const told = (path: string, count = 1) => eventually(`${path} has notifications`, 5000, () => sentTo(path).length >= count)

describe("notifications", () => {
  it("PN-3 PN-5 what waits, with where a tap leads, and what has ended; encrypted, with time to live, urgency and topic", async () => {
    const house = await begin()
    await house.put("/first", OWNER)
    const waits = await happens("permission/asked", { permissions: [request(1)] })
    const ended = await happens("turn/ended", news("finished"))
    await told("/first", 2)
    const [asks, ends] = [waits, ended].map((id) => sentTo("/first").find(({ tag }) => tag === id))
    expect(asks).toMatchObject({ reason: "waiting", body: "Run a command?\nnpm test", path: `s/${waits}?request=r1`, tag: waits })
    expect(ends).toMatchObject({ reason: "ended", body: "Finished", path: `s/${ended}` })
    const { headers, claims, key: shown } = service.pushed.find(({ notice }) => notice.tag === waits)!
    expect(headers).toMatchObject({ ttl: "86400", urgency: "high", topic: waits.replaceAll("-", "") })
    expect(claims).toMatchObject({ aud: service.origin, sub: "https://example.org" })
    expect(shown).toBe(key.text)
    expect(service.problems).toEqual([])
    house.stop()
  })

  it("PN-3 nothing for what was answered, continues, was stopped, is old, or brings no news", async () => {
    const house = await begin()
    await house.put("/quiet", OWNER)
    await happens("permission/asked", { permissions: [request(1, { optionId: "allow" })] })
    await happens("turn/ended", { ...news("finished"), turn: { status: "streaming" } })
    await happens("turn/ended", {})
    await happens("turn/ended", news("finished", 1, Date.now() - 2 * 3_600_000))
    await happens("message/added", news("finished"))
    await happens("turn/ended", { ...news("finished"), status: "archived" })
    const last = await happens("turn/ended", { ...news("failed"), problem: "the disk is full" })
    await told("/quiet")
    expect(sentTo("/quiet").map(({ tag, body }) => [tag, body])).toEqual([[last, "Failed\nthe disk is full"]])
    house.stop()
  })

  it("PN-3 a program in a terminal that is blocked waits, one that is done has ended", () => {
    const id = sampleId(999)
    const base = { ...(JSON.parse(sampleState(id).record) as Session), label: "zsh" }
    const program = { state: "blocked", since: 5, message: "approve Write: a.ts", app: "claude-code" } as const
    const blocked = { ...base, terminal: { program } } as unknown as Session
    expect(whatToTell(blocked, 3, 7)).toMatchObject({
      seq: 7,
      notice: { reason: "waiting", body: "claude-code\napprove Write: a.ts" },
    })
    const done = { ...base, ...news("finished", 7), terminal: { program: { state: "done", since: 6, message: "3 files" } } }
    expect(whatToTell(done as unknown as Session, 7, 7)).toMatchObject({ notice: { reason: "ended", body: "Finished\n3 files" } })
    expect(whatToTell({ ...base, ...news("finished", 2) }, 3, 7)).toBeUndefined()
  })

  it("PN-4 none for who has seen it, and one for everyone else", async () => {
    const house = await begin()
    await house.put("/seen", OWNER)
    await house.put("/unseen", TOKEN)
    const id = await happens("turn/ended", news("finished", 3), 3)
    await Effect.runPromise(store.putSeen("owner", id, 3, false))
    const later = await happens("turn/ended", news("finished", 3), 3)
    await Effect.runPromise(store.putSeen("owner", later, 2, false))
    await told("/seen")
    await told("/unseen", 2)
    expect(sentTo("/seen").map(({ tag }) => tag)).toEqual([later])
    house.stop()
  })

  it("PN-1 X-20 a device of a bound credential what is of its sessions", () => {
    const kept = {
      person: "t1",
      client: "phone-01",
      endpoint: "https://push.example.org/",
      keys: { p256dh: "", auth: "" },
    } as const
    const parts = { key: () => Promise.resolve(key), now: Date.now, timeout: 1, schedule: [], report: () => {}, gone: () => {} }
    const device = new Device({ ...kept, on: ["ended"], allowPrivate: false, since: 1, sessions: [sampleId(1)] }, parts)
    expect([
      device.wants(sampleId(1), "ended"),
      device.wants(sampleId(2), "ended"),
      device.wants(sampleId(1), "waiting"),
    ]).toEqual([true, false, false])
  })

  it("PN-1 each device what it asked for", async () => {
    const house = await begin()
    await house.put("/waiting", OWNER, { on: ["waiting"] })
    await house.put("/all", OWNER, { name: "laptop" })
    await happens("turn/ended", news("finished"))
    const asked = await happens("permission/asked", { permissions: [request(1)] })
    await told("/all", 2)
    await told("/waiting")
    expect(sentTo("/waiting").map(({ tag }) => tag)).toEqual([asked])
    house.stop()
  })

  it("PN-3 PN-8 nothing of before the first device, and after a restart what was not told, once", async () => {
    const house = await begin()
    await happens("turn/ended", news("finished"))
    expect(await Effect.runPromise(store.notes(0, 10))).toMatchObject({ notes: [] })
    await house.put("/restart", OWNER)
    const first = await happens("turn/ended", news("finished"))
    await told("/restart")
    house.stop()
    const between = await happens("turn/ended", news("finished"))
    const next = await begin()
    await told("/restart", 2)
    const after = await happens("turn/ended", news("finished"))
    await told("/restart", 3)
    expect(sentTo("/restart").map(({ tag }) => tag)).toEqual([first, between, after])
    next.stop()
  })
})

describe("devices", () => {
  it("PN-1 PN-2 are a person's own, at most twenty, and go with the person", async () => {
    const house = await begin()
    for (let n = 0; n < 21; n++) await house.put(`/device${String(n).padStart(2, "0")}`, OWNER)
    await house.put("/token", TOKEN, { name: "phone" })
    const list = (by: Principal) => Effect.runPromise(house.devices.list(by))
    expect((await list(OWNER)).devices.map(({ client }) => client)).toHaveLength(20)
    expect((await list(TOKEN)).devices).toMatchObject([{ name: "phone", service: service.origin, on: ["waiting", "ended"] }])
    expect(JSON.stringify(await list(OWNER))).not.toContain("p256dh")
    expect(await Effect.runPromise(house.devices.remove("device05", TOKEN))).toEqual({ removed: false })
    expect(await Effect.runPromise(house.devices.remove("device05", OWNER))).toEqual({ removed: true })
    await Effect.runPromise(house.devices.dropPerson("t1"))
    expect((await list(TOKEN)).devices).toEqual([])
    house.stop()
    // Whose token ended while no hub ran is not known any more.
    await (await begin()).put("/token", TOKEN)
    const later = await begin([], ["owner"])
    expect(await Effect.runPromise(store.settings("push/"))).toHaveLength(19)
    later.stop()
  })

  it("PN-6 what fails is tried again, and given up in the end; a newer one takes its place", async () => {
    const house = await begin()
    await house.put("/again", OWNER)
    let left = 2
    service.answer((_, response) => void response.writeHead(left-- > 0 ? 503 : 201).end())
    const id = await happens("turn/ended", news("finished"))
    await told("/again", 3)
    expect(new Set(sentTo("/again").map(({ tag }) => tag))).toEqual(new Set([id]))
    await eventually(
      "it is well again",
      5000,
      async () => (await Effect.runPromise(house.devices.list(OWNER))).devices[0]?.problem === undefined,
    )
    service.answer((_, response) => void response.writeHead(500).end())
    await happens("turn/ended", news("finished"))
    await eventually("it is given up", 5000, () => reports.includes("a notification was given up"))
    expect((await Effect.runPromise(house.devices.list(OWNER))).devices[0]?.problem).toContain("500")
    house.stop()
  })

  it("PN-2 a device that its service does not know any more is forgotten", async () => {
    for (const status of [404, 410]) {
      const house = await begin()
      await house.put(`/gone${status}`, OWNER)
      service.answer((_, response) => void response.writeHead(status).end())
      await happens("turn/ended", news("finished"))
      await eventually(
        "it is forgotten",
        5000,
        async () => (await Effect.runPromise(house.devices.list(OWNER))).devices.length === 0,
      )
      expect(await Effect.runPromise(store.settings("push/"))).toEqual([])
      house.stop()
    }
  })

  it("PN-6 (Y-6) a service has a public address, and only full rights allow another", async () => {
    const house = await begin()
    const { endpoint, keys } = await service.device("/private")
    const put = (change: object, by = OWNER) =>
      Effect.runPromise(Effect.flip(house.devices.put("device-1", { endpoint, keys, ...change }, by)))
    expect(await put({})).toMatchObject({ _tag: "Unprocessable", field: "endpoint" })
    expect(await put({ allowPrivate: true }, { ...TOKEN, scope: "write" })).toMatchObject({
      _tag: "Unprocessable",
      field: "allowPrivate",
    })
    expect(await put({ endpoint: "file:///etc/passwd" })).toMatchObject({ field: "endpoint" })
    expect(await put({ endpoint: "https://user@push.example.org/" })).toMatchObject({ field: "endpoint" })
    const wrong = { ...keys, p256dh: Buffer.alloc(65, 4).toString("base64url") }
    expect(await put({ allowPrivate: true, keys: wrong })).toMatchObject({ field: "keys" })
    house.stop()
  })

  it("PN-1 a test says what the service answers", async () => {
    const house = await begin()
    await house.put("/test", OWNER)
    const test = (client: string) => Effect.runPromise(house.devices.test(client, OWNER))
    expect(await test("testxxxx")).toEqual({ delivered: true, status: 201 })
    expect(sentTo("/test")).toMatchObject([{ tag: "test", reason: "test" }])
    service.answer((_, response) => void response.writeHead(403).end())
    expect(await test("testxxxx")).toMatchObject({ delivered: false, status: 403 })
    expect(await test("unknown-1")).toMatchObject({ delivered: false })
    house.stop()
  })
})
