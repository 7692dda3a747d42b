/** What a hub does for a credential that is bound to sessions, and pages of events as programs ask for them. */
import * as Effect from "effect/Effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Announcement } from "@holdfast/protocol/announcement"
import { eventually } from "@holdfast/testkit/eventually"
import { createTerminal, type House, openHouse, OWNER, Reader, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { type Caller, performed } from "../src/Hub.ts"

describe("a hub", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let own: string
  let other: string
  let guest: Caller
  beforeEach(async () => {
    directory = await testDirectory()
    house = await openHouse({ directory: directory.path })
    own = (await createTerminal(house, { command: "/bin/cat", label: "own" })).id
    other = (await createTerminal(house, { command: "/bin/cat", label: "other" })).id
    guest = { name: "guest", credential: "guest", scope: "all", sessions: new Set([own]) }
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })
  const refused = <A>(effect: Effect.Effect<A, { readonly _tag: string }>): Promise<unknown> => house.run(Effect.flip(effect))
  const attach = (session: string, by: Caller) =>
    house.hub.attach({ session, mode: "interactive", client: "one", name: "one", after: 0 }, new Reader(), by)

  it("X-20 refuses a bound credential what concerns other sessions or all of them, the same for one that is not there", async () => {
    const refusal = { _tag: "SessionPermissionError", user: "guest" }
    const { hub } = house
    for (const session of [other, "01900000-0000-7000-8000-000000000000"]) {
      expect(await refused(performed(hub, "sessions.get", { session }, guest))).toMatchObject({ ...refusal, session })
      expect(await refused(attach(session, guest))).toMatchObject({ ...refusal, session, action: "attach" })
    }
    const announcement = { kind: "maintenance", text: "later" } as const
    expect(await refused(performed(hub, "announcements.create", announcement, guest))).toMatchObject(refusal)
    expect(await house.run(performed(hub, "sessions.get", { session: own }, guest))).toMatchObject({ id: own })
    const { sessions } = await house.run(performed(hub, "sessions.list", {}, guest))
    expect(sessions.map(({ id }) => id)).toEqual([own])
    ;(await house.run(attach(own, guest))).detach()
  })

  it("X-20 A-5 does of a batch what a bound credential may, with a result for each, and asks for a change with update alone", async () => {
    const { hub } = house
    const { results } = await house.run(
      performed(
        hub,
        "sessions.batch",
        { sessions: [own, other, "no id"], action: "update", change: { label: "renamed" } },
        guest,
      ),
    )
    expect(results).toMatchObject([
      { session: own, changed: true },
      { session: other, error: { tag: "SessionPermissionError" } },
      { session: "no id", error: { tag: "SessionPermissionError" } },
    ])
    for (const action of ["archive", "restore", "delete", "restore"] as const) {
      const done = await house.run(performed(hub, "sessions.batch", { sessions: [own, "no id"], action }, OWNER))
      expect(done.results).toMatchObject([
        { session: own, changed: true },
        { session: "no id", error: {} },
      ])
    }
    for (const wrong of [{ action: "update" }, { action: "archive", change: { label: "x" } }] as const)
      expect(await refused(performed(hub, "sessions.batch", { sessions: [own], ...wrong }, OWNER))).toMatchObject({
        _tag: "BadRequest",
        field: "change",
      })
  })

  it("X-20 X-30 tells a bound watcher of its own sessions alone, once that it is up to date, and of every announcement", async () => {
    const seen: Array<string> = []
    let syncs = 0
    let told: ReadonlyArray<Announcement> = []
    const sink = (_: number, sessions: ReadonlyArray<{ readonly id: string }>, synced: boolean, list?: typeof told): void => {
      seen.push(...sessions.map(({ id }) => id))
      if (synced && sessions.length === 0 && list === undefined) syncs++
      told = list ?? told
    }
    const watch = await house.run(house.hub.watch({ after: 0 }, sink, guest))
    watch.start()
    await eventually("it is up to date", 5000, () => seen.length > 0)
    for (const session of [other, own, other]) await house.run(performed(house.hub, "log.mark", { session, text: "m" }, OWNER))
    await house.run(performed(house.hub, "announcements.create", { kind: "maintenance", text: "later" }, OWNER))
    await eventually("it is told", 5000, () => told.length === 1)
    expect(new Set(seen)).toEqual(new Set([own]))
    expect(syncs).toBeLessThanOrEqual(1)
    const { announcements } = await house.run(performed(house.hub, "announcements.list", {}, guest))
    expect(announcements).toEqual(told)
    await house.run(performed(house.hub, "announcements.remove", { announcementId: told[0]?.id ?? "" }, OWNER))
    await eventually("it is over", 5000, () => told.length === 0)
    watch.stop()
  })

  it("X-24 X-25 pages events backwards, waits for the next, and says which of the two was not meant", async () => {
    const { hub } = house
    const page = (query: object, by: Caller = OWNER) => performed(hub, "log.events", { session: own, ...query }, by)
    for (const text of ["one", "two", "three"]) await house.run(performed(hub, "log.mark", { session: own, text }, OWNER))
    const head = (await house.run(hub.get(own))).lastSeq
    const last = await house.run(page({ before: head + 1, limit: 2 }))
    expect(last.events.map((text) => (JSON.parse(text) as { readonly seq: number }).seq)).toEqual([head - 1, head])
    expect(last.before).toBe(head - 1)
    expect(await refused(page({ before: head, after: 1 }))).toMatchObject({ _tag: "BadRequest", field: "before" })
    expect(await refused(page({ before: "nonsense" }))).toMatchObject({ _tag: "CursorInvalid" })
    expect(await refused(page({ after: -1 }))).toMatchObject({ _tag: "CursorInvalid" })
    const seated = { ...OWNER, seated: { client: "one", name: "one", connection: "two" } }
    expect(await refused(page({ after: head, wait: 5 }, seated))).toMatchObject({ _tag: "BadRequest", field: "wait" })
    const waiting = house.run(page({ after: head, wait: 20 }))
    await house.run(performed(hub, "log.mark", { session: own, text: "four" }, OWNER))
    expect((await waiting).events.map((text) => JSON.parse(text) as unknown)).toMatchObject([{ data: { text: "four" } }])
    expect((await house.run(page({ after: head, wait: 20 }))).events).toHaveLength(1)
  })
})
