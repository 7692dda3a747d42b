/** Who is told what of a session, and when. */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { whatToTell } from "@holdfast/protocol/push-notice"
import type { Session } from "@holdfast/protocol/session"
import { sampleId, sampleState } from "@holdfast/store/contract/sample"
import { StoreUnusable } from "@holdfast/store/Store"
import { eventually } from "@holdfast/testkit/eventually"
import { Device } from "../src/Device.ts"
import { begin, happens, happensThen, key, news, OWNER, push, request, sentTo, startPush, TOKEN, told } from "./push-house.ts"

startPush()

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
    const { headers, claims, key: shown } = push.service.pushed.find(({ notice }) => notice.tag === waits)!
    expect(headers).toMatchObject({ ttl: "86400", urgency: "high", topic: waits.replaceAll("-", "") })
    expect(claims).toMatchObject({ aud: push.service.origin, sub: "https://example.org" })
    expect(shown).toBe(key.text)
    expect(push.service.problems).toEqual([])
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
    expect(whatToTell(blocked, 3)).toMatchObject({
      notice: { reason: "waiting", body: "claude-code\napprove Write: a.ts" },
    })
    // What does not show is spelled out, as in the request (APP-41).
    const turned = { ...base, terminal: { program: { ...program, message: "rm \u202egnp.x" } } } as unknown as Session
    expect(whatToTell(turned, 3)?.notice.body).toBe("claude-code\nrm U+202Egnp.x")
    const done = { ...base, ...news("finished", 7), terminal: { program: { state: "done", since: 6, message: "3 files" } } }
    expect(whatToTell(done as unknown as Session, 7)).toMatchObject({ notice: { reason: "ended", body: "Finished\n3 files" } })
    expect(whatToTell({ ...base, ...news("finished", 2) }, 3)).toBeUndefined()
  })

  it("PN-3 a directory waits for a decision once, and hides no end of a turn, however soon that comes", () => {
    const id = sampleId(998)
    const base = JSON.parse(sampleState(id).record) as Session
    const brings = [
      { path: "/src/.mcp.json", what: "MCP servers: evil", runs: true },
      { path: "/src/AGENTS.md", what: "memory", runs: false },
    ]
    const trust = { directory: "/src", state: "waiting", brings, askedAt: 5, seq: 3 }
    const told = (since: number, more: object, change: object = {}) =>
      whatToTell({ ...base, ...more, agent: { trust: { ...trust, ...change } } } as unknown as Session, since)
    for (const before of [{}, news("finished", 2)])
      expect(told(3, before)).toMatchObject({
        seq: 3,
        state: "untrusted 3",
        notice: { reason: "waiting", body: "Trust /src?\n/src/.mcp.json: MCP servers: evil", time: 5 },
      })
    // The turn has ended before anyone was told of the directory, and long after.
    for (const since of [3, 8]) expect(told(since, news("finished", 9))).toMatchObject({ seq: 9, notice: { reason: "ended" } })
    expect(told(3, news("finished", 9), { state: "refused" })).toMatchObject({ notice: { reason: "ended" } })
    expect(told(3, {}, { seq: undefined })).toBeUndefined()
  })

  it("PN-3 what happens while a session is looked at is not missed", async () => {
    const { promise: looked, resolve: goOn } = Promise.withResolvers<void>()
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>()
    const plain = push.store
    let isFirst = true
    const get: typeof push.store.get = (id) =>
      Effect.flatMap(plain.get(id), (session) => {
        if (!isFirst) return Effect.succeed(session)
        isFirst = false
        isAsked()
        return Effect.as(
          Effect.promise(() => looked),
          session,
        )
      })
    let read = 0
    const notes: typeof push.store.notes = (after, limit) =>
      Effect.tap(plain.notes(after, limit), (page) => Effect.sync(() => (read += page.notes.length)))
    push.store = { ...plain, get, notes }
    const house = await begin()
    await house.put("/meanwhile", OWNER)
    const id = await happens("message/added", {}, 1)
    await happensThen(id, 2, "turn/ended", {})
    await asked
    await happensThen(id, 3, "permission/asked", { permissions: [request(3)] })
    await eventually("it is noted", 5000, () => read === 3)
    goOn()
    await told("/meanwhile")
    expect(sentTo("/meanwhile")).toMatchObject([{ tag: id, reason: "waiting" }])
    house.stop()
  })

  it("PN-3 a store that cannot be used is looked at again after a pause, and nothing is missed", async () => {
    let [asked, isBroken] = [0, true]
    const plain = push.store
    const broken = Effect.fail(new StoreUnusable({ reason: "failed", message: "gone" }))
    const openNotes: typeof push.store.openNotes = (reader) => {
      asked++
      return isBroken ? broken : plain.openNotes(reader)
    }
    push.store = { ...plain, openNotes }
    const house = await begin()
    await house.put("/pause", OWNER)
    await eventually("it is said", 5000, () => push.reports.length > 0)
    for (let turn = 0; turn < 100; turn++) await new Promise((next) => setImmediate(next))
    expect([asked, push.reports.length]).toEqual([1, 1])
    isBroken = false
    await eventually("it is asked again", 5000, () => asked > 1)
    await happens("turn/ended", news("finished"))
    await told("/pause")
    house.stop()
  })

  it("PN-4 none for who has seen it, and one for everyone else", async () => {
    const house = await begin()
    await house.put("/seen", OWNER)
    await house.put("/unseen", TOKEN)
    const id = await happens("turn/ended", news("finished", 3), 3)
    await Effect.runPromise(push.store.putSeen("owner", id, 3, false))
    const later = await happens("turn/ended", news("finished", 3), 3)
    await Effect.runPromise(push.store.putSeen("owner", later, 2, false))
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
    const parts = {
      key: () => Promise.resolve(key),
      now: Date.now,
      timeout: 1,
      schedule: [],
      report: () => {},
      gone: () => {},
      keep: async () => {},
    }
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
    expect(await Effect.runPromise(push.store.notes(0, 10))).toMatchObject({ notes: [] })
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
