import * as Effect from "effect/Effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { EMPTY_LAYOUT } from "@holdfast/core/layout/tree"
import { reduceLayout } from "@holdfast/core/layout/reduce"
import type { DoorError } from "@holdfast/protocol/errors"
import type { OperationInput } from "@holdfast/protocol/operations"
import { eventually } from "@holdfast/testkit/eventually"
import { createAgent, named, send, turnsEnded } from "@holdfast/testkit/hub/agent-house"
import { createTerminal, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { type Beside, type Caller, performed, type PerformedName, type WatchRequest } from "../src/Hub.ts"

const ANNA: Caller = { name: "anna", credential: "anna-token", scope: "all" }
const BROWSER: Caller = { name: "phone", credential: "browser-key", scope: "all", holder: "owner" }

describe.each(["memory", "sqlite"])("what people keep, %s", (store) => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  const open = async (): Promise<void> => {
    house = await openHouse({ directory: directory.path, sqlite: store === "sqlite" })
  }
  beforeEach(async () => {
    directory = await testDirectory()
    await open()
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })
  const ask = <N extends PerformedName>(name: N, input: OperationInput<N>, by: Caller = OWNER) =>
    house.run(performed(house.hub, name, input, by))
  const refused = <N extends PerformedName>(name: N, input: OperationInput<N>, by: Caller = OWNER): Promise<DoorError> =>
    house.run(Effect.flip(performed(house.hub, name, input, by)))
  const unread = async (by: Caller = OWNER) => {
    const { sessions, total } = await ask("sessions.list", { unread: true }, by)
    expect(total).toBe(sessions.length)
    return sessions.map(({ id }) => id)
  }
  /** Watches the feed and gathers what goes beside the records. */
  const watching = async (request: WatchRequest, by: Caller = OWNER) => {
    const told: Array<Beside> = []
    const watch = await house.run(
      house.hub.watch(request, (_, __, ___, ____, beside) => void (beside !== undefined && told.push(beside)), by),
    )
    watch.start()
    return { told, marks: () => told.flatMap(({ seen = [] }) => seen), stop: () => watch.stop() }
  }

  it("L-4 the news of a session are what ended or failed last, unless a person stopped it", async () => {
    const { id, reader } = await createAgent(house)
    expect((await ask("sessions.get", { session: id })).news).toBeUndefined()
    await send(house, id, "[[say done]]")
    await turnsEnded(reader, 1)
    const [ended] = named(reader, "turn/ended")
    const { news } = await ask("sessions.get", { session: id })
    expect(news).toEqual({ seq: ended?.seq, time: ended?.time, what: "finished" })
    await send(house, id, "[[slow 1000 20]]")
    await reader.until("a word", (seen) => named(seen, "agent/text-delta").length > 0)
    await ask("agent.interrupt", { session: id })
    await turnsEnded(reader, 2)
    expect((await ask("sessions.get", { session: id })).news).toEqual(news)
    const failed = await createTerminal(house, { command: "/bin/sh", args: ["-c", "exit 3"] })
    const told = await eventually("the exit", 5000, async () => (await ask("sessions.get", { session: failed.id })).news)
    expect(told).toMatchObject({ what: "failed" })
  })

  it("L-5 each person has a mark, which moves forward, and back when that is asked for; lists filter by it and show it", async () => {
    const { id, reader } = await createAgent(house)
    await send(house, id, "[[say done]]")
    await turnsEnded(reader, 1)
    const { lastSeq, news } = await ask("sessions.get", { session: id })
    const quiet = await createTerminal(house, { command: "/bin/cat" })
    expect(await unread()).toEqual([id])
    expect(await ask("seen.set", { session: id, seq: 3 })).toMatchObject({ session: id, seq: 3 })
    expect((await ask("sessions.list", { unread: true })).sessions).toMatchObject([{ id, seen: 3 }])
    const all = await ask("seen.set", { session: id })
    expect(all.seq).toBe(lastSeq)
    expect(await ask("seen.set", { session: id, seq: 2 })).toEqual(all)
    expect((await ask("seen.set", { session: id, seq: 1e9 })).seq).toBe(lastSeq)
    expect(await unread()).toEqual([])
    expect(await unread(BROWSER)).toEqual([])
    expect(await unread(ANNA)).toEqual([id])
    expect((await ask("sessions.get", { session: id }, BROWSER)).seen).toBe(lastSeq)
    expect((await ask("sessions.get", { session: id }, ANNA)).seen).toBeUndefined()
    const back = await ask("seen.set", { session: id, unread: true })
    expect(back.seq).toBe((news?.seq ?? 0) - 1)
    expect(await unread()).toEqual([id])
    expect((await ask("seen.set", { session: id, unread: true, seq: 5 })).seq).toBe(4)
    await ask("seen.set", { session: quiet.id })
    const { marks, head } = await ask("seen.list", {})
    expect(marks.map(({ session }) => session)).toEqual([id, quiet.id])
    expect((await ask("seen.list", { after: marks[0]?.number ?? 0 })).marks).toHaveLength(1)
    expect(await ask("seen.list", { after: head })).toEqual({ marks: [], head })
    const bound = { ...OWNER, sessions: new Set([quiet.id]) }
    expect((await ask("seen.list", {}, bound)).marks).toMatchObject([{ session: quiet.id }])
    expect(await refused("seen.set", { session: id }, bound)).toMatchObject({ _tag: "SessionPermissionError" })
    const missing = "00000000-0000-7000-8000-000000000000"
    expect(await refused("seen.set", { session: missing })).toMatchObject({ _tag: "SessionNotFound" })
  })

  it("L-5 a watcher is given the marks that moved since its last, then each that moves, and no change of a record", async () => {
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    const other = await createTerminal(house, { command: "/bin/cat" })
    const first = await ask("seen.set", { session: id, seq: 1 })
    const { change } = await ask("sessions.get", { session: id })
    const [all, later, ben] = [
      await watching({ seen: 0 }),
      await watching({ seen: first.number }),
      await watching({ seen: 0 }, ANNA),
    ]
    await eventually("the first mark", 2000, () => all.marks().length === 1)
    const second = await ask("seen.set", { session: other.id, seq: 1 })
    await eventually("the second mark", 2000, () => all.marks().length === 2 && later.marks().length === 1)
    expect(all.marks()).toEqual([first, second])
    expect(later.marks()).toEqual([second])
    const third = await ask("seen.set", { session: id, seq: 1, unread: true })
    await eventually("the third mark", 2000, () => later.marks().length === 2)
    expect(later.marks()).toEqual([second, third])
    expect(ben.told).toEqual([])
    expect((await ask("sessions.get", { session: id })).change).toBe(change)
    for (const { stop } of [all, later, ben]) stop()
    const again = await watching({ seen: second.number })
    await eventually("the missed mark", 2000, () => again.marks().length === 1)
    expect(again.marks()).toEqual([third])
    again.stop()
  })

  it("L-8 L-10 a person has one draft for each session on every client, and a put by version learns of another's", async () => {
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    expect(await ask("drafts.get", { session: id })).toEqual({ session: id, version: 0, time: 0, text: "" })
    const put = await ask("drafts.put", { session: id, text: "Then", data: { slash: true }, version: 0 })
    expect(await ask("drafts.get", { session: id }, BROWSER)).toEqual({
      session: id,
      text: "Then",
      data: { slash: true },
      ...put,
    })
    expect((await ask("drafts.get", { session: id }, ANNA)).version).toBe(0)
    const phone = await ask("drafts.put", { session: id, text: "Then the tests", version: put.version }, BROWSER)
    const late = await refused("drafts.put", { session: id, text: "Then mine", version: put.version })
    expect(late).toMatchObject({ _tag: "VersionConflict", version: phone.version })
    expect((await ask("drafts.get", { session: id })).text).toBe("Then the tests")
    await ask("drafts.put", { session: id, text: `Mine ${"x".repeat(300)}` })
    const { drafts } = await ask("drafts.list", {})
    expect(drafts).toMatchObject([{ session: id, length: 305 }])
    expect(drafts[0]?.text).toHaveLength(200)
    expect(await refused("drafts.put", { session: id, text: "", data: "y".repeat(20_000) })).toMatchObject({ _tag: "TooLarge" })
    await ask("drafts.put", { session: id, text: "" })
    expect((await ask("drafts.list", {})).drafts).toEqual([])
    expect(await refused("drafts.put", { session: id, text: "late", version: phone.version })).toMatchObject({ version: 0 })
    const missing = "00000000-0000-7000-8000-000000000000"
    expect(await refused("drafts.get", { session: missing })).toMatchObject({ _tag: "SessionNotFound" })
  })

  it("L-9 L-10 L-11 each client has its layout, which the others of its person see; what is no layout is refused", async () => {
    const layout = reduceLayout(EMPTY_LAYOUT, { do: "open", shown: { what: "session", session: "s" } })
    const json = (value: unknown) => JSON.parse(JSON.stringify(value))
    const client = "laptop-client"
    expect(await ask("layouts.get", { client })).toEqual({ client, version: 0, time: 0, layout: null })
    const put = await ask("layouts.put", { client, layout: json(layout), name: "Laptop", version: 0 })
    await ask("layouts.put", { client: "phone-client", layout: json(EMPTY_LAYOUT) }, BROWSER)
    const { layouts } = await ask("layouts.list", {}, BROWSER)
    expect(layouts.map((one) => one.client)).toEqual(["phone-client", client])
    expect(layouts[1]).toEqual({ client, name: "Laptop", layout, ...put })
    expect((await ask("layouts.list", {}, ANNA)).layouts).toEqual([])
    expect(await refused("layouts.put", { client, layout: json(layout), version: 0 })).toMatchObject({
      _tag: "VersionConflict",
      version: put.version,
    })
    for (const bad of [null, "x", { ...layout, focus: "elsewhere" }])
      expect(await refused("layouts.put", { client, layout: json(bad) })).toMatchObject({
        _tag: "Unprocessable",
        field: "layout",
      })
    expect(await ask("layouts.remove", { client })).toEqual({ removed: true })
    expect(await ask("layouts.remove", { client })).toEqual({ removed: false })
  })

  if (store === "memory") return
  it("L-5 L-8 L-9 marks, drafts and layouts are there after a restart, and gone with their session", async () => {
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    await ask("seen.set", { session: id, seq: 1 })
    await ask("drafts.put", { session: id, text: "kept" })
    await ask("layouts.put", { client: "laptop-client", layout: JSON.parse(JSON.stringify(EMPTY_LAYOUT)) })
    await house.close()
    await open()
    expect((await ask("sessions.get", { session: id })).seen).toBe(1)
    expect((await ask("drafts.get", { session: id })).text).toBe("kept")
    expect((await ask("layouts.list", {})).layouts).toHaveLength(1)
    await ask("sessions.delete", { session: id })
    await house.run(house.store.purge(Number.MAX_SAFE_INTEGER, 10))
    expect((await ask("seen.list", {})).marks).toEqual([])
    expect((await ask("drafts.list", {})).drafts).toEqual([])
  })
})
