import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { HubModel } from "@holdfast/client/model"
import { reduceLayout } from "@holdfast/core/layout/reduce"
import type { LayoutAction } from "@holdfast/core/layout/reduce"
import { EMPTY_LAYOUT, tilesOf } from "@holdfast/core/layout/tree"
import type { Layout } from "@holdfast/core/layout/tree"
import { columnsOf, folded } from "../src/workspace/fold.ts"
import { geometryOf, movedSizes } from "../src/workspace/geometry.ts"
import { mountedPanes } from "../src/workspace/mounted.ts"
import { canHalve } from "../src/workspace/room.ts"
import { shownPart } from "../src/workspace/shown-layout.ts"
import { placedTabs } from "../src/workspace/tabs.ts"
import { undoLast } from "../src/app/notices.ts"
import { followNamed } from "../src/workspace/named.ts"
import { closeOthers } from "../src/workspace/use-workspace-commands.ts"
import { swipeRing, MOST_DOTS } from "../src/workspace/swipe.ts"

const shown = (session: string) => ({ what: "session", session })

const after = (...actions: ReadonlyArray<LayoutAction>): Layout => actions.reduce(reduceLayout, EMPTY_LAYOUT)

/** Any layout that can be made. */
const layouts = fc
  .array(
    fc.oneof(
      fc.record({ do: fc.constant("open" as const), shown: fc.nat(9).map((n) => shown(`s${n}`)) }),
      fc.record({
        do: fc.constant("split" as const),
        side: fc.constantFrom("left" as const, "right" as const, "up" as const, "down" as const),
        shown: fc.nat(30).map((n) => shown(`t${n}`)),
      }),
      fc.record({ do: fc.constant("go" as const), side: fc.constantFrom("left" as const, "right" as const, "up" as const) }),
    ),
    { maxLength: 14 },
  )
  .map((actions) => after(...actions))

describe("the workspace", () => {
  it("APP-3 shows at most as many tiles side by side as there is room for, and every tab once", () => {
    fc.assert(
      fc.property(layouts, fc.integer({ min: 1, max: 3 }), ({ root, focus }, most) => {
        const part = folded(root, most, [focus])
        expect(columnsOf(part)).toBeLessThanOrEqual(Math.max(most, 1))
        const ids = (node: typeof root) => placedTabs(node).map(({ tab }) => tab.id)
        expect(ids(part).sort()).toEqual(ids(root).sort())
        for (const tile of tilesOf(part)) expect(tile.tabs.length === 0 || tile.tabs[tile.active] !== undefined).toBe(true)
      }),
    )
  })

  it("APP-3 shows what has the focus, however little room there is", () => {
    fc.assert(
      fc.property(layouts, fc.constantFrom("wide" as const, "narrow" as const, "phone" as const), (layout, form) => {
        const tile = tilesOf(layout.root).find(({ id }) => id === layout.focus)
        const focused = tile?.tabs[tile.active]?.id
        const part = shownPart(layout, form, [layout.focus])
        const seen = tilesOf(part).map(({ tabs, active }) => tabs[active]?.id)
        expect(focused === undefined || seen.includes(focused)).toBe(true)
        if (form === "phone") expect(part.kind).toBe("tile")
      }),
    )
  })

  it("APP-3 keeps the first tile and folds the others into the last", () => {
    const layout = after(
      { do: "open", shown: shown("a") },
      { do: "split", side: "right", shown: shown("b") },
      { do: "split", side: "right", shown: shown("c") },
    )
    const tiles = tilesOf(folded(layout.root, 2, ["t4", layout.focus]))
    expect(tiles.map(({ tabs }) => tabs.map(({ session }) => session))).toEqual([["a"], ["b", "c"]])
    const narrow = tilesOf(shownPart(layout, "narrow", [layout.focus]))
    expect(narrow[1]?.tabs[narrow[1].active]?.session).toBe("c")
  })

  it("APP-2 gives every tile its place, without gaps and overlaps", () => {
    fc.assert(
      fc.property(layouts, ({ root }) => {
        const { tiles } = geometryOf(root)
        const area = [...tiles.values()].reduce((sum, { width, height }) => sum + width * height, 0)
        expect(tiles.size).toBe(tilesOf(root).length)
        expect(area).toBeCloseTo(1, 6)
      }),
    )
  })

  it("APP-2 moves an edge no further than its neighbours can give, and nothing else", () => {
    fc.assert(
      fc.property(layouts, fc.double({ min: -1, max: 2, noNaN: true }), ({ root }, to) => {
        for (const edge of geometryOf(root).edges) {
          const sizes = movedSizes(edge, to, 8)
          expect(sizes.reduce((sum, size) => sum + size, 0)).toBeCloseTo(100, 3)
          edge.split.sizes.forEach((size, at) => {
            if (at !== edge.at && at !== edge.at + 1) expect(sizes[at]).toBe(size)
            else
              expect(sizes[at]).toBeGreaterThanOrEqual(
                Math.min(8, size, ((edge.split.sizes[edge.at] ?? 0) + (edge.split.sizes[edge.at + 1] ?? 0)) / 2) - 1e-6,
              )
          })
        }
      }),
    )
  })

  it("APP-2 keeps the panes that were seen last in the page, and those that are closed not", () => {
    const all = () => true
    let mounted = mountedPanes([], ["p1"], all, 2)
    for (const pane of ["p2", "p3", "p4"]) mounted = mountedPanes(mounted, [pane], all, 2)
    expect(mounted).toEqual(["p4", "p3", "p2"])
    expect(mountedPanes(mounted, ["p4"], all, 2)).toBe(mounted)
    expect(mountedPanes(mounted, ["p4"], (pane) => pane !== "p3", 2)).toEqual(["p4", "p2"])
  })

  it("APP-3 halves a pane only where both halves can be worked in", () => {
    expect(canHalve({ width: 570, height: 800 }, "right")).toBe(true)
    expect(canHalve({ width: 484, height: 800 }, "right")).toBe(false)
    expect(canHalve({ width: 200, height: 320 }, "down")).toBe(true)
    expect(canHalve({ width: 900, height: 300 }, "down")).toBe(false)
  })

  it("APP-3 leads a swipe through what is open and what waits, as far as there are dots", () => {
    expect(swipeRing(["a", "b"], ["b", "c"])).toEqual(["a", "b", "c"])
    const many = Array.from({ length: 20 }, (_, at) => `s${at}`)
    const ring = swipeRing(many, ["w1", "s3"])
    expect(ring).toHaveLength(MOST_DOTS)
    expect(ring).toEqual(expect.arrayContaining(["w1", "s3"]))
  })
})

describe("tabs that are arranged by themselves", () => {
  const deskOf = () =>
    new HubModel(() => Promise.reject(new Error("there is no hub here")) as never, { schedule: () => () => undefined }).desk
  const sessionsOf = ({ layout }: ReturnType<typeof deskOf>): ReadonlyArray<string> =>
    tilesOf(layout.latest.root).map(({ tabs, active }) =>
      tabs.map(({ session }, at) => `${session}${at === active ? "*" : ""}`).join(" "),
    )

  it("APP-26 every session that was opened before it was made is followed, in its tile, and the focus stays", () => {
    const desk = deskOf()
    for (const session of ["new:a", "new:b"]) desk.arrange({ do: "open", shown: shown(session) })
    desk.arrange({ do: "split", side: "right", shown: shown("new:c") })
    const records = new Map<string, { readonly id: string; readonly status: string }>([
      ["new:a", { id: "a", status: "active" }],
      ["new:b", { id: "new:b", status: "offline" }],
      ["new:c", { id: "c", status: "active" }],
    ])
    const table = { record: (id: string) => ({ get: () => records.get(id) }) } as unknown as HubModel["table"]
    const moved: Array<string> = []
    const follow = (): boolean => followNamed({ desk, table }, (from, to) => void moved.push(`${from} ${to}`))
    expect(follow()).toBe(true)
    expect(sessionsOf(desk)).toEqual(["new:b* a", "c*"])
    records.set("new:b", { id: "b", status: "active" })
    expect(follow()).toBe(false)
    expect(sessionsOf(desk)).toEqual(["b* a", "c*"])
    expect(moved).toEqual(["new:a a", "new:c c", "new:b b"])
    expect(follow()).toBe(false)
  })

  it("APP-1 an undo of closing the other panes brings them back, and leaves what was arranged since", () => {
    const desk = deskOf()
    for (const session of ["a", "b"]) desk.arrange({ do: "open", shown: shown(session) })
    desk.arrange({ do: "split", side: "right", shown: shown("c") })
    const before = desk.layout.latest
    closeOthers(desk)
    expect(sessionsOf(desk)).toEqual(["c*"])
    undoLast()
    expect(desk.layout.latest).toBe(before)
    closeOthers(desk)
    desk.arrange({ do: "split", side: "right", shown: shown("d") })
    undoLast()
    expect(sessionsOf(desk)).toEqual(["c*", "d* a b"])
  })
})
