import { describe, expect, it } from "vitest"
import type { ShownSession } from "@holdfast/client/outbox"
import { arrange, heldRows, sameRows } from "../../src/list/arrange.ts"
import type { ListInput } from "../../src/list/arrange.ts"
import { NO_FILTER } from "../../src/list/filter.ts"
import { nowLine } from "../../src/list/now-line.ts"
import { offsetsOf, rangeOf, rowAt, shiftOf } from "../../src/list/row-window.ts"
import { agent, asking, offline, terminal } from "./records.ts"

const input = (sessions: ReadonlyArray<ShownSession>, more: Partial<ListInput> = {}): ListInput => ({
  sessions,
  unread: new Set(),
  snoozed: new Set(),
  filter: NO_FILTER,
  ...more,
})

/** The rows as text: sections with their counts, ids below them. */
const text = (rows: ReturnType<typeof arrange>["rows"]): ReadonlyArray<string> =>
  rows.map((row) => (row.kind === "head" ? `${row.section} ${row.count}` : row.id))

const everything = [
  agent("idle", { lastActiveAt: 5 }),
  agent("pinned", { pinned: true, lastActiveAt: 1 }),
  agent("done", { news: { seq: 3, time: 30, what: "finished" } }),
  agent("works", { turn: { status: "streaming", startedAt: 50 }, activity: "working", lastActiveAt: 90 }),
  asking("asks early", 10),
  asking("asks late", 20),
  terminal("shell", { lastActiveAt: 7 }),
  terminal("builds", { terminal: { lastCommand: { line: "make", startedAt: 60 } } }),
  offline("new:a", 99),
  agent("put away", { status: "archived", archivedAt: 8 }),
]

describe("the order of the list", () => {
  it("APP-20 has sections in their order, and in each what came to be so last first, whatever its output", () => {
    const { rows, counts } = arrange(input(everything, { unread: new Set(["done"]) }))
    expect(text(rows)).toEqual([
      "offline 1",
      "new:a",
      "waits 2",
      "asks late",
      "asks early",
      "working 2",
      "builds",
      "works",
      "finished 1",
      "done",
      "pinned 1",
      "pinned",
      "quiet 2",
      "shell",
      "idle",
    ])
    expect(counts).toEqual({ all: 9, waiting: 2, working: 2, unread: 1 })
    const later = everything.map((one) => (one.id === "works" ? agent("works", { ...one, lastActiveAt: 1000 } as object) : one))
    expect(text(arrange(input(later, { unread: new Set(["done"]) })).rows)).toEqual(text(rows))
  })

  it("APP-20 shows one section in a tab, what is put off among the rest, and what is put away alone", () => {
    const tab = (tab: "waiting" | "working" | "unread") =>
      text(arrange(input(everything, { unread: new Set(["works", "done"]), filter: { ...NO_FILTER, tab } })).rows)
    expect(tab("waiting")).toEqual(["waits 2", "asks late", "asks early"])
    expect(tab("working")).toEqual(["working 2", "builds", "works"])
    expect(tab("unread")).toEqual(["working 1", "works", "finished 1", "done"])
    const snoozed = arrange(input(everything, { snoozed: new Set(["asks late"]) }))
    expect([snoozed.counts.waiting, text(snoozed.rows).includes("asks late")]).toEqual([1, true])
    const archived = arrange(input(everything, { filter: { ...NO_FILTER, status: "archived" } }))
    expect([text(archived.rows), archived.counts.all]).toEqual([["put away"], 9])
  })

  it("APP-20 APP-142 has a session whose directory waits among what waits, and where it works once that is put off", () => {
    const trust = { directory: "/src", state: "waiting", askedAt: 15, seq: 1, brings: [] }
    const untrusted = (id: string, more: object = {}) => agent(id, { agent: { trust, turns: 1 }, ...more })
    const works = { turn: { status: "streaming", startedAt: 50 } }
    const sessions = [untrusted("idle"), untrusted("busy", works), asking("asks", 20)]
    expect(text(arrange(input(sessions)).rows)).toEqual(["waits 3", "asks", "idle", "busy"])
    const { rows, counts } = arrange(input(sessions, { snoozed: new Set(["idle", "busy", "asks"]) }))
    expect(text(rows)).toEqual(["working 1", "busy", "quiet 2", "idle", "asks"])
    expect(counts.waiting).toBe(0)
    const [, busy] = sessions
    expect([nowLine(busy!, undefined)?.words, nowLine(busy!, undefined, true)?.words]).toEqual(["trust", "works"])
  })

  it("APP-21 keeps each row where it is while someone points, lets go of what is gone, and holds back what is new", () => {
    const before = arrange(input(everything)).rows
    const changed = everything
      .filter(({ id }) => id !== "shell")
      .map((one) => (one.id === "idle" ? asking("idle", 100) : one))
      .concat(agent("new", {}))
    const after = arrange(input(changed))
    expect(text(after.rows).slice(2, 4)).toEqual(["waits 3", "idle"])
    expect(text(heldRows(before, after))).toEqual(
      text(before)
        .filter((row) => row !== "shell")
        .map((row) => (row === "waits 2" ? "waits 3" : row === "quiet 3" ? "quiet 2" : row)),
    )
    expect(sameRows(before, arrange(input(everything)).rows)).toBe(before)
  })
})

describe("the rows in the page", () => {
  const sizes = { head: 26, row: 44, short: 28 }
  const many = (ids: ReadonlyArray<string>) => arrange(input(ids.map((id, at) => asking(id, 1000 - at)))).rows

  it("APP-21 scrolls by what was inserted above what is looked at, and not at all at the top", () => {
    const ids = Array.from({ length: 100 }, (_, at) => `s${at}`)
    const before = { rows: many(ids), offsets: offsetsOf(many(ids), sizes) }
    const after = { rows: many(["n1", "n2", ...ids]), offsets: offsetsOf(many(["n1", "n2", ...ids]), sizes) }
    expect(shiftOf(before, after, 0, undefined)).toBe(0)
    expect(shiftOf(before, after, 500, undefined)).toBe(88)
    expect(shiftOf(before, after, 0, "s3")).toBe(88)
    expect(shiftOf(after, before, 500, "n1")).toBe(-88)
  })

  it("has the rows that are seen and some beside them", () => {
    const rows = many(Array.from({ length: 2000 }, (_, at) => `s${at}`))
    const offsets = offsetsOf(rows, sizes)
    expect(offsets.at(-1)).toBe(26 + 2000 * 44)
    expect([rowAt(offsets, 0), rowAt(offsets, 25), rowAt(offsets, 26), rowAt(offsets, 1e9)]).toEqual([0, 0, 1, 2000])
    const { from, to } = rangeOf(offsets, 44_000, 800)
    expect(to - from).toBeLessThan(40)
    expect(rangeOf([0], 0, 800)).toEqual({ from: 0, to: 0 })
  })
})
