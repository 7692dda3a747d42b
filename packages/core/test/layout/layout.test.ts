import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { readLayout } from "../../src/layout/read-layout.ts"
import { type LayoutAction, reduceLayout, type Side } from "../../src/layout/reduce.ts"
import { EMPTY_LAYOUT, fitted, type Layout, type LayoutNode, SIZE_MIN, tilesOf } from "../../src/layout/tree.ts"

const after = (...actions: ReadonlyArray<LayoutAction>): Layout => actions.reduce(reduceLayout, EMPTY_LAYOUT)

const open = (session: string): LayoutAction => ({ do: "open", shown: { what: "session", session } })
const split = (side: Side, session: string): LayoutAction => ({ do: "split", side, shown: { what: "session", session } })

/** A layout as text: tiles with the sessions of their tabs, the seen one in brackets, the focus starred. */
function drawn({ root, focus }: Layout, node: LayoutNode = root): string {
  if (node.kind === "split")
    return `${node.direction}(${node.children.map((child, at) => `${Math.round(node.sizes[at] ?? 0)}:${drawn({ root, focus, next: 0 }, child)}`).join(" ")})`
  const tabs = node.tabs.map(({ session = "?" }, at) => (at === node.active ? `[${session}]` : session))
  return `${node.id === focus ? "*" : ""}${tabs.join(",")}`
}

const tabOf = (layout: Layout, session: string): string =>
  tilesOf(layout.root).flatMap(({ tabs }) => tabs.filter((tab) => tab.session === session))[0]?.id ?? ""
const tileOf = (layout: Layout, session: string): string =>
  tilesOf(layout.root).find(({ tabs }) => tabs.some((tab) => tab.session === session))?.id ?? ""

describe("the layout of a client", () => {
  it("L-11 opens in the tile that has the focus, once, and splits it", () => {
    const two = after(open("a"), open("b"), open("a"))
    expect(drawn(two)).toBe("*[a],b")
    expect(drawn(reduceLayout(two, open("c")))).toBe("*a,[c],b")
    const three = after(open("a"), split("right", "b"), split("right", "c"), split("down", "d"))
    expect(drawn(three)).toBe("row(50:[a] 25:[b] 25:column(50:[c] 50:*[d]))")
    expect(drawn(reduceLayout(three, { ...open("a"), behind: true } as LayoutAction))).toBe(drawn(three))
    expect(drawn(reduceLayout(three, open("a")))).toBe("row(50:*[a] 25:[b] 25:column(50:[c] 50:[d]))")
  })

  it("L-11 moves tabs to places and sides, and what is empty goes", () => {
    const layout = after(open("a"), open("b"), split("right", "c"))
    const move = (tab: string, tile: string, at?: number): LayoutAction => ({
      do: "move",
      tab: tabOf(layout, tab),
      tile: tileOf(layout, tile),
      ...(at === undefined ? {} : { at }),
    })
    expect(drawn(reduceLayout(layout, move("c", "a")))).toBe("*a,b,[c]")
    expect(drawn(reduceLayout(layout, move("a", "c", 0)))).toBe("row(50:[b] 50:*[a],c)")
    expect(drawn(reduceLayout(layout, move("b", "a", 0)))).toBe("row(50:*[b],a 50:[c])")
    const beside = { do: "move-beside", tab: tabOf(layout, "a"), tile: tileOf(layout, "c"), side: "down" } as const
    expect(drawn(reduceLayout(layout, beside))).toBe("row(50:[b] 50:column(50:[c] 50:*[a]))")
    expect(drawn(reduceLayout(layout, { ...beside, tab: tabOf(layout, "c") }))).toBe(drawn(layout))
    expect(drawn(reduceLayout(layout, { ...beside, tile: tileOf(layout, "a"), side: "up" }))).toBe(
      "row(50:column(50:*[a] 50:[b]) 50:[c])",
    )
  })

  it("L-11 closes tabs, tiles and everything of a session; the focus goes to the tile before", () => {
    const layout = after(open("a"), open("b"), split("right", "c"))
    expect(drawn(reduceLayout(layout, { do: "close", tab: tabOf(layout, "c") }))).toBe("*a,[b]")
    expect(drawn(reduceLayout(layout, { do: "close", tab: tabOf(layout, "b") }))).toBe("row(50:[a] 50:*[c])")
    expect(drawn(reduceLayout(layout, { do: "close-tile", tile: tileOf(layout, "a") }))).toBe("*[c]")
    const forgotten = ["a", "b", "c"].reduce<Layout>((one, session) => reduceLayout(one, { do: "forget", session }), layout)
    expect(drawn(forgotten)).toBe("*")
    expect(drawn(reduceLayout(forgotten, open("z")))).toBe("*[z]")
  })

  it("L-11 goes to the tile that lies there, zooms, turns tabs and sets sizes", () => {
    const layout = after(open("a"), split("right", "b"), split("down", "c"))
    const gone = (...sides: ReadonlyArray<Side>): Layout =>
      sides.reduce<Layout>((one, side) => reduceLayout(one, { do: "go", side }), layout)
    expect(gone("up").focus).toBe(tileOf(layout, "b"))
    expect(gone("left").focus).toBe(tileOf(layout, "a"))
    expect(gone("left", "right").focus).toBe(tileOf(layout, "b"))
    expect(gone("down", "right")).toBe(layout)
    const zoomed = reduceLayout(layout, { do: "zoom" })
    expect(zoomed.zoomed).toBe(tileOf(layout, "c"))
    expect(reduceLayout(zoomed, { do: "go", side: "left" }).zoomed).toBe(tileOf(layout, "a"))
    expect(reduceLayout(zoomed, { do: "zoom" })).toEqual(layout)
    expect(reduceLayout(zoomed, split("left", "d")).zoomed).toBeUndefined()
    const resized = reduceLayout(layout, { do: "resize", split: layout.root.id, sizes: [1, 3] })
    expect(drawn(resized)).toBe("row(25:[a] 75:column(50:[b] 50:*[c]))")
    expect(drawn(reduceLayout(resized, { do: "even" }))).toBe(drawn(layout))
    const tabs = after(open("a"), open("b"), { do: "turn", by: 1 })
    expect(drawn(tabs)).toBe("*[a],b")
    expect(drawn(reduceLayout(tabs, { do: "turn", by: -1 }))).toBe("*a,[b]")
  })

  const side = fc.constantFrom<Side>("left", "right", "up", "down")
  const id = fc.integer({ min: 0, max: 60 })
  const session = fc.constantFrom("a", "b", "c", "d", "e")
  const shown = fc.record({ what: fc.constantFrom("session", "changes"), session })
  const action: fc.Arbitrary<LayoutAction> = fc.oneof(
    fc.record({ do: fc.constant("open" as const), shown }),
    fc.record({ do: fc.constant("split" as const), side, shown }),
    fc.record({ do: fc.constant("close" as const), tab: id.map((n) => `p${n}`) }),
    fc.record({ do: fc.constant("close-tile" as const) }),
    fc.record({ do: fc.constant("forget" as const), session }),
    fc.record({ do: fc.constant("activate" as const), tab: id.map((n) => `p${n}`) }),
    fc.record({ do: fc.constant("turn" as const), by: fc.constantFrom(1 as const, -1 as const) }),
    fc.record({ do: fc.constant("move" as const), tab: id.map((n) => `p${n}`), tile: id.map((n) => `t${n}`), at: fc.integer() }),
    fc.record({ do: fc.constant("move-beside" as const), tab: id.map((n) => `p${n}`), tile: id.map((n) => `t${n}`), side }),
    fc.record({ do: fc.constant("focus" as const), tile: id.map((n) => `t${n}`) }),
    fc.record({ do: fc.constant("go" as const), side }),
    fc.record({ do: fc.constant("zoom" as const) }),
    fc.record({
      do: fc.constant("resize" as const),
      split: id.map((n) => `s${n}`),
      sizes: fc.array(fc.double(), { maxLength: 4 }),
    }),
    fc.record({ do: fc.constant("even" as const) }),
  )

  it("L-11 whatever is done, the layout keeps its invariants, and only closing takes tabs away", () => {
    const closing = new Set(["close", "close-tile", "forget"])
    const tabs = (layout: Layout) => tilesOf(layout.root).flatMap((tile) => tile.tabs.map((tab) => tab.id))
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        let layout = EMPTY_LAYOUT
        for (const one of actions) {
          const next = reduceLayout(layout, one)
          expect(readLayout(JSON.parse(JSON.stringify(next))), JSON.stringify(one)).toEqual(next)
          if (!closing.has(one.do)) expect(tabs(next)).toEqual(expect.arrayContaining(tabs(layout)))
          layout = next
        }
      }),
      { numRuns: 300 },
    )
  })

  it("L-11 sizes are in proportion, 100 together and never too small", () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 1, maxLength: 30 }), (sizes) => {
        const result = fitted(sizes)
        expect(result.reduce((sum, size) => sum + size, 0)).toBeCloseTo(100, 6)
        expect(Math.min(...result)).toBeGreaterThanOrEqual(SIZE_MIN - 1e-9)
      }),
    )
    expect(fitted([1, 1, 98])).toEqual([3, 3, 94])
  })

  it("L-11 what is no layout is not read as one", () => {
    const good = after(open("a"), split("right", "b"))
    expect(readLayout(good)).toEqual(good)
    const { root } = good
    for (const bad of [
      undefined,
      null,
      [],
      {},
      { ...good, focus: "t99" },
      { ...good, zoomed: "t99" },
      { ...good, next: 2 },
      { ...good, root: { ...root, sizes: [50] } },
      { ...good, root: { ...root, sizes: [10, 10] } },
      { ...good, root: { ...root, children: [] } },
      { ...good, root: { ...root, direction: "diagonal" } },
      { ...good, root: root.kind === "split" ? { ...root, children: [root.children[0], root.children[0]] } : root },
    ])
      expect(readLayout(bad), JSON.stringify(bad)).toBeUndefined()
  })
})
