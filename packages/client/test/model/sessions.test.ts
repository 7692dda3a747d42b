import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import type { Connection } from "../../src/Connection.ts"
import { BesideCells } from "../../src/model/BesideCells.ts"
import { Frames } from "../../src/model/frames.ts"
import type { SessionFilter } from "../../src/model/SessionList.ts"
import { SessionTable } from "../../src/model/SessionTable.ts"
import type { OutboxItem } from "../../src/outbox/item.ts"
import { until } from "../collect.ts"
import { connectTo, ScriptedHub } from "../scripted-hub.ts"

const session = (id: string, change: number, more: object = {}): Session =>
  ({
    id,
    change,
    kind: "agent",
    label: id,
    tags: [],
    owner: "me",
    status: "active",
    process: "running",
    pinned: false,
    permissions: [],
    createdAt: change,
    updatedAt: change,
    lastActiveAt: change,
    ...more,
  }) as unknown as Session

const item = (id: string, more: Partial<OutboxItem>): OutboxItem => ({
  id,
  version: 1,
  order: 1,
  operation: "sessions.create",
  input: { kind: "agent", label: `label of ${id}` },
  session: `new:${id}`,
  status: "pending",
  priority: 0,
  at: 50,
  tries: 0,
  sent: false,
  ...more,
})
const failure = { tag: "QuotaExceeded", message: "no more sessions", at: 1 }

describe("the table of sessions", () => {
  let hub: ScriptedHub
  let connection: Connection
  let frames: Frames
  let table: SessionTable

  beforeEach(async () => {
    hub = await new ScriptedHub().start()
    connection = connectTo(hub.port)
    frames = new Frames(() => () => undefined)
    table = new SessionTable(frames)
    table.start(connection)
    await until("watching", () => hub.watches.length > 0)
    hub.feed(10, [session("one", 9), session("two", 10)])
    await until("synced", () => {
      frames.flush()
      return table.state.get()._tag === "Synced"
    })
  })
  afterEach(async () => {
    table.stop()
    connection.close()
    await hub.stop()
  })

  const shown = (filter: SessionFilter = {}) => {
    const list = table.list(filter)
    frames.flush()
    expect(list.sessions.get().map(({ id }) => id)).toEqual(list.ids.get())
    return list.sessions.get()
  }
  const ids = (filter?: SessionFilter) => shown(filter).map(({ id }) => id)
  const fed = async (change: number, records: ReadonlyArray<Session>): Promise<void> => {
    hub.feed(change, records)
    const [last] = records.slice(-1)
    await until("fed", () => {
      frames.flush()
      const record = table.record(last?.id ?? "").get()
      return record !== undefined && "change" in record && record.change === last?.change
    })
  }

  it("U-7 finds and orders labels as the hub does: whatever their letters are written with, the older first of equal ones", async () => {
    const labels = ["\uFB01le", "File", "file"]
    await fed(
      14,
      labels.map((label, index) => session(`labelled ${index}`, 12 + index, { label })),
    )
    expect(ids({ q: "FILE", sort: "label" })).toEqual(["labelled 0", "labelled 1", "labelled 2"])
    expect(ids({ q: "file", sort: "created" })).toEqual(["labelled 2", "labelled 1", "labelled 0"])
  })

  it("U-7 keeps the lists that are shown, and of others the last ones that were asked for", async () => {
    const typed = (length: number): SessionFilter => ({ q: "x".repeat(length) })
    const first = table.list(typed(1))
    const end = table.list({}).ids.subscribe(() => undefined)
    const all = table.list({})
    for (let length = 2; length <= 40; length++) table.list(typed(length))
    expect(table.list(typed(40))).toBe(table.list(typed(40)))
    expect([table.list({}) === all, table.list(typed(1)) === first]).toEqual([true, false])
    await fed(11, [session("three", 11)])
    expect(all.ids.get()).toEqual(["three", "two", "one"])
    end()
  })

  it("X-30 what another store announced is over once the feed starts over", () => {
    const beside = new BesideCells(frames)
    const one = { id: "a1", kind: "feature", text: "New: webhooks", createdAt: 1, by: "me" } as const
    beside.take({ announcements: [one] })
    frames.flush()
    expect(beside.announced.get()).toEqual([one])
    beside.reset()
    frames.flush()
    expect(beside.announced.get()).toEqual([])
  })

  it("U-14 shows records that were kept until the feed has caught up, then those that the hub has", async () => {
    const asked = { id: "r", decision: undefined, askedAt: 1 }
    const kept = [session("two", 3, { label: "of old" }), session("gone", 5, { permissions: [asked], news: { seq: 1 } })]
    const beside = new BesideCells(frames)
    const other = new SessionTable(frames, beside)
    other.restore(kept)
    expect(other.list({}).ids.get()).toEqual([])
    frames.flush()
    expect(other.state.get()._tag).toBe("Loading")
    expect(other.list({}).ids.get()).toEqual(["gone", "two"])
    expect(other.record("two").get()).toMatchObject({ label: "of old" })
    expect([other.waiting.get().length, beside.unread.get()]).toEqual([1, ["gone"]])
    table.stop()
    const watches = hub.watches.length
    other.start(connection)
    await until("watching", () => hub.watches.length > watches)
    hub.feed(10, [session("one", 9), session("two", 10)])
    await until("synced", () => {
      frames.flush()
      return other.state.get()._tag === "Synced"
    })
    expect(other.list({}).ids.get()).toEqual(["two", "one"])
    expect(other.record("two").get()).toMatchObject({ label: "two" })
    expect([other.record("gone").get(), other.waiting.get(), beside.unread.get()]).toEqual([undefined, [], []])
    other.restore(kept)
    frames.flush()
    expect(other.list({}).ids.get()).toEqual(["two", "one"])
    other.stop()
  })

  it("U-11 shows a session while its create waits, then the real one in its place, by both ids, at every moment once", async () => {
    expect(ids()).toEqual(["two", "one"])
    const creates = [item("a", {}), item("b", { at: 60, order: 2 })]
    table.setOutbox(creates)
    expect(ids()).toEqual(["new:b", "new:a", "two", "one"])
    const [, offline] = shown()
    expect(offline).toMatchObject({ id: "new:a", key: "a", label: "label of a", status: "offline", syncPending: true })
    // The same object until it says something else.
    table.setOutbox([{ ...creates[0]!, status: "processing" }, creates[1]!])
    expect(shown()[1]).toBe(offline)
    const asked = table.record("new:a")
    expect(asked.get()).toBe(offline)

    table.setOutbox([{ ...creates[0]!, status: "completed", answer: session("real", 11) }, creates[1]!])
    expect(ids()).toEqual(["new:b", "real", "two", "one"])
    expect(asked.get()).toMatchObject({ id: "real", status: "active" })
    await fed(12, [session("real", 12, { label: "of the feed" })])
    expect(ids()).toEqual(["new:b", "real", "two", "one"])
    expect([asked.get()?.label, table.record("real").get()?.label]).toEqual(["of the feed", "of the feed"])
    // The feed before the answer; then the box forgets both.
    await fed(13, [session("other", 13)])
    table.setOutbox([{ ...creates[1]!, status: "completed", answer: session("other", 13) }])
    expect(ids()).toEqual(["other", "real", "two", "one"])
    table.setOutbox([])
    expect(ids()).toEqual(["other", "real", "two", "one"])
  })

  it("U-11 keeps what was refused with the reason, until it is cleared or tried again", () => {
    const create = item("a", { status: "failed", error: failure })
    table.setOutbox([create])
    expect(shown()[0]).toMatchObject({ id: "new:a", syncPending: false, failure })
    table.setOutbox([{ ...create, status: "pending" }])
    expect(shown()[0]).toMatchObject({ id: "new:a", syncPending: true })
    table.setOutbox([])
    expect(ids()).toEqual(["two", "one"])
    expect(table.record("new:a").get()).toBe(undefined)
  })

  it("U-11 chooses and orders what waits by what is known of it", () => {
    const input = { kind: "agent", label: "Mine", tags: ["x"] }
    table.setOutbox([item("a", { input })])
    for (const filter of [{ kind: "agent" }, { tag: "x" }, { q: "min" }, { pinned: false }, { status: "all" }] as const)
      expect(ids(filter)).toContain("new:a")
    for (const filter of [
      { kind: "terminal" },
      { tag: "y" },
      { owner: "me" },
      { process: "running" },
      { status: "archived" },
    ] as const)
      expect(ids(filter)).not.toContain("new:a")
    expect(ids({ sort: "label" })).toEqual(["new:a", "one", "two"])
    expect(ids({ sort: "created" })).toEqual(["new:a", "two", "one"])
  })

  it("U-11 shows changes that wait, in the lists where they belong, and takes them back when they fail", async () => {
    const rename = item("r", { operation: "sessions.update", session: "one", input: { label: "renamed", tags: ["x"] } })
    const archive = item("v", { operation: "sessions.archive", session: "two", input: {}, order: 2 })
    const lists = () => [ids(), ids({ status: "archived" }), ids({ tag: "x" })]
    table.setOutbox([rename, archive])
    expect(lists()).toEqual([["one"], ["two"], ["one"]])
    expect(shown()[0]).toMatchObject({ id: "one", label: "renamed", syncPending: true })
    // What the hub says meanwhile is shown below the change.
    await fed(11, [session("one", 11, { pinned: true })])
    expect(shown()[0]).toMatchObject({ label: "renamed", pinned: true, syncPending: true })
    table.setOutbox([rename, archive].map((one) => ({ ...one, status: "failed", error: failure })))
    expect(lists()).toEqual([["one", "two"], [], []])
    expect(shown()[0]).not.toHaveProperty("syncPending")
  })

  it("U-11 a hub with another store voids what the last one answered", async () => {
    table.setOutbox([item("a", { status: "completed", answer: session("real", 900) }), item("b", {})])
    expect(ids()).toEqual(["new:b", "real", "two", "one"])
    hub.resets = true
    hub.cut()
    await until("watching again", () => hub.watches.length > 1)
    await until("void", () => !ids().includes("two"))
    hub.feed(3, [session("three", 3)])
    await until("fed", () => ids().includes("three"))
    expect(ids()).toEqual(["new:b", "three"])
  })
})
