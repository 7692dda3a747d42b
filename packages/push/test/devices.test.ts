/** The devices that are told: whose they are, how long they stay, and what a service that refuses comes to. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { describe, expect, it } from "vitest"
import type { Principal } from "@holdfast/hub/Hub"
import { eventually } from "@holdfast/testkit/eventually"
import type { Devices } from "../src/Devices.ts"
import { begin, happens, news, OWNER, push, sentTo, startPush, TOKEN, told } from "./push-house.ts"

startPush()

describe("devices", () => {
  it("PN-1 PN-2 are a person's own, at most twenty, and go with the person", async () => {
    const house = await begin()
    for (let n = 0; n < 21; n++) await house.put(`/device${String(n).padStart(2, "0")}`, OWNER)
    await house.put("/token", TOKEN, { name: "phone" })
    const list = (by: Principal) => Effect.runPromise(house.devices.list(by))
    expect((await list(OWNER)).devices.map(({ client }) => client)).toHaveLength(20)
    expect((await list(TOKEN)).devices).toMatchObject([{ name: "phone", service: push.service.origin, on: ["waiting", "ended"] }])
    expect(JSON.stringify(await list(OWNER))).not.toContain("p256dh")
    expect(await Effect.runPromise(house.devices.remove("device05", TOKEN))).toEqual({ removed: false })
    expect(await Effect.runPromise(house.devices.remove("device05", OWNER))).toEqual({ removed: true })
    await Effect.runPromise(house.devices.dropPerson("t1"))
    expect((await list(TOKEN)).devices).toEqual([])
    house.stop()
    // Whose token ended while no hub ran is not known any more; nor is a device of which a kill left what waited.
    await (await begin()).put("/token", TOKEN)
    for (const place of ["t1/tokenxxx", "owner/device05"])
      await Effect.runPromise(push.store.putSetting(`push-late/${place}/s1`, JSON.stringify({ notice: { time: Date.now() } })))
    const later = await begin([], ["owner"])
    expect(await Effect.runPromise(push.store.settings("push/"))).toHaveLength(19)
    expect(await Effect.runPromise(push.store.settings("push-late/"))).toEqual([])
    later.stop()
  })

  it("PN-2 G-23 of a device of the owner's that has a token, its own go with that, also while no hub runs", async () => {
    const phone: Principal = { name: "Phone", credential: "t2", holder: "owner", scope: "all" }
    const house = await begin()
    await house.put("/desktop", OWNER)
    await house.put("/phone", phone)
    const clients = async (of: Devices) => (await Effect.runPromise(of.list(OWNER))).devices.map(({ client }) => client)
    expect(await clients(house.devices)).toEqual(["desktopx", "phonexxx"])
    house.stop()
    const later = await begin([], ["owner"])
    expect(await clients(later.devices)).toEqual(["desktopx"])
    later.stop()
    const again = await begin()
    await again.put("/phone", phone)
    await Effect.runPromise(again.devices.dropPerson("t2"))
    expect(await clients(again.devices)).toEqual(["desktopx"])
    // One that is put while the token ends is not to outlive it either.
    const { endpoint, keys } = await push.service.device("/late")
    const asked = Effect.runPromise(Effect.flip(again.devices.put("phone-late", { endpoint, keys, allowPrivate: true }, phone)))
    push.ended.add(phone.credential)
    await Effect.runPromise(again.devices.dropPerson("t2"))
    expect(await asked).toMatchObject({ _tag: "Unauthorized" })
    expect(await clients(again.devices)).toEqual(["desktopx"])
    again.stop()
  })

  it("PN-2 G-26 that of a browser goes as its key ends, also while no hub runs or it is being put, and no other one", async () => {
    const browser = (key: string): Principal => ({ ...OWNER, browser: key })
    const house = await begin()
    await house.put("/desktop", OWNER)
    for (const key of ["one", "two"]) await house.put(`/${key}`, browser(key))
    const clients = async (of: Devices) => (await Effect.runPromise(of.list(OWNER))).devices.map(({ client }) => client)
    expect(await clients(house.devices)).toEqual(["desktopx", "onexxxxx", "twoxxxxx"])
    await Effect.runPromise(house.devices.dropBrowser("one"))
    expect(await clients(house.devices)).toEqual(["desktopx", "twoxxxxx"])
    const { endpoint, keys } = await push.service.device("/late")
    const asked = Effect.runPromise(
      Effect.flip(house.devices.put("late-one", { endpoint, keys, allowPrivate: true }, browser("one"))),
    )
    push.ended.add("one")
    expect(await asked).toMatchObject({ _tag: "Unauthorized" })
    expect(await Effect.runPromise(push.store.settings("push/"))).toHaveLength(2)
    house.stop()
    push.ended.add("two")
    const later = await begin()
    expect(await clients(later.devices)).toEqual(["desktopx"])
    expect(await Effect.runPromise(push.store.settings("push/"))).toHaveLength(1)
    later.stop()
  })

  it("PN-6 what fails is tried again, and given up in the end; a newer one takes its place", async () => {
    const house = await begin()
    await house.put("/again", OWNER)
    let left = 2
    push.service.answer((_, response) => void response.writeHead(left-- > 0 ? 503 : 201).end())
    const id = await happens("turn/ended", news("finished"))
    await told("/again", 3)
    expect(new Set(sentTo("/again").map(({ tag }) => tag))).toEqual(new Set([id]))
    await eventually(
      "it is well again",
      5000,
      async () => (await Effect.runPromise(house.devices.list(OWNER))).devices[0]?.problem === undefined,
    )
    push.service.answer((_, response) => void response.writeHead(500).end())
    await happens("turn/ended", news("finished"))
    await eventually("it is given up", 5000, () => push.reports.includes("a notification was given up"))
    expect((await Effect.runPromise(house.devices.list(OWNER))).devices[0]?.problem).toContain("500")
    house.stop()
  })

  it("PN-6 what waits for a further try outlives the hub, and goes with the device", async () => {
    const often = Array.from({ length: 20 }, () => 0.5)
    const house = await begin(often)
    await house.put("/outage", OWNER)
    push.service.answer((_, response) => void response.writeHead(503).end())
    const [first, second] = [await happens("turn/ended", news("finished")), await happens("turn/ended", news("finished"))]
    const kept = () => Effect.runPromise(push.store.settings("push-late/"))
    await eventually("both are kept", 5000, async () => (await kept()).length === 2)
    house.stop()
    push.service.answer((_, response) => void response.writeHead(201).end())
    const before = sentTo("/outage").length
    const next = await begin(often)
    await eventually("both are delivered", 5000, async () => (await kept()).length === 0)
    expect(
      new Set(
        sentTo("/outage")
          .slice(before)
          .map(({ tag }) => tag),
      ),
    ).toEqual(new Set([first, second]))
    push.service.answer((_, response) => void response.writeHead(503).end())
    await happens("turn/ended", news("finished"))
    await eventually("one is kept", 5000, async () => (await kept()).length === 1)
    await Effect.runPromise(next.devices.dropPerson("owner"))
    expect(await kept()).toEqual([])
    next.stop()
  })

  it("PN-2 one that is put while its credential ends is forgotten with it", async () => {
    const house = await begin()
    const { endpoint, keys } = await push.service.device("/late")
    const asked = Effect.runPromise(Effect.flip(house.devices.put("device-1", { endpoint, keys, allowPrivate: true }, TOKEN)))
    push.ended.add(TOKEN.credential)
    await Effect.runPromise(house.devices.dropPerson("t1"))
    expect(await asked).toMatchObject({ _tag: "Unauthorized" })
    expect(await Effect.runPromise(push.store.settings("push/"))).toEqual([])
    expect((await Effect.runPromise(house.devices.list(TOKEN))).devices).toEqual([])
    house.stop()
  })

  it("PN-1 a hub that is full takes what replaces a device", async () => {
    const house = await begin()
    const subscription = { ...(await push.service.device("/full")), allowPrivate: true }
    const put = (person: number, client: number) =>
      Effect.runPromise(
        Effect.exit(house.devices.put(`device-${client}`, subscription, { name: "ci", credential: `p${person}`, scope: "all" })),
      )
    for (let n = 0; n < 500; n++) expect(Exit.isSuccess(await put(n % 25, Math.floor(n / 25)))).toBe(true)
    expect([await put(3, 7), await put(3, 99), await put(77, 1)].map((exit) => Exit.isSuccess(exit))).toEqual([true, true, false])
    house.stop()
  })

  it("PN-2 a device that its service does not know any more is forgotten", async () => {
    for (const status of [404, 410]) {
      const house = await begin()
      await house.put(`/gone${status}`, OWNER)
      push.service.answer((_, response) => void response.writeHead(status).end())
      await happens("turn/ended", news("finished"))
      await eventually(
        "it is forgotten",
        5000,
        async () => (await Effect.runPromise(house.devices.list(OWNER))).devices.length === 0,
      )
      expect(await Effect.runPromise(push.store.settings("push/"))).toEqual([])
      house.stop()
    }
  })

  it("PN-6 (Y-6) a service has a public address, and only full rights allow another", async () => {
    const house = await begin()
    const { endpoint, keys } = await push.service.device("/private")
    const put = (change: object, by = OWNER) =>
      Effect.runPromise(Effect.flip(house.devices.put("device-1", { endpoint, keys, ...change }, by)))
    expect(await put({})).toMatchObject({ _tag: "Unprocessable", field: "endpoint" })
    expect(await put({ allowPrivate: true }, { ...TOKEN, scope: "write" })).toMatchObject({
      _tag: "Unprocessable",
      field: "allowPrivate",
    })
    expect(await put({ endpoint: "http://push.example.org/" })).toMatchObject({
      field: "endpoint",
      message: "endpoint must begin with https://",
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
    push.service.answer((_, response) => void response.writeHead(403).end())
    expect(await test("testxxxx")).toMatchObject({ delivered: false, status: 403 })
    expect(await test("unknown-1")).toMatchObject({ delivered: false })
    house.stop()
  })
})
