/** Changes of a layout (docs/protocol/rules.md, L-11): a pure function of it and an action. What cannot be done leaves it as it is. */
import { neighbourOf } from "./neighbour.ts"
import {
  depthOf,
  fitted,
  joined,
  type Layout,
  LAYOUT_MAX,
  type LayoutNode,
  type Shown,
  type Tab,
  type Tile,
  tilesOf,
  withTiles,
} from "./tree.ts"

/** A side of a tile, or a direction to go. */
export type Side = "left" | "right" | "up" | "down"

/** What can be done. Without a `tile` it is done where the focus is. */
export type LayoutAction =
  /** Shows something: where it is already, else in a new tab after the one that is seen; `behind`: without going there. */
  | { readonly do: "open"; readonly shown: Shown; readonly tile?: string; readonly behind?: true }
  /** Makes a tile on a side of another, for something new. */
  | { readonly do: "split"; readonly side: Side; readonly shown: Shown; readonly tile?: string }
  | { readonly do: "close"; readonly tab: string }
  | { readonly do: "close-tile"; readonly tile?: string }
  /** Closes everything about a session. */
  | { readonly do: "forget"; readonly session: string }
  | { readonly do: "activate"; readonly tab: string }
  /** Shows the next tab of a tile, or with -1 the one before. */
  | { readonly do: "turn"; readonly by: 1 | -1; readonly tile?: string }
  /** Moves a tab among the tabs of a tile, to a place or to their end. */
  | { readonly do: "move"; readonly tab: string; readonly tile: string; readonly at?: number }
  /** Moves a tab to a new tile on a side of another. */
  | { readonly do: "move-beside"; readonly tab: string; readonly tile: string; readonly side: Side }
  | { readonly do: "focus"; readonly tile: string }
  | { readonly do: "go"; readonly side: Side }
  /** Shows a tile alone, or all again. */
  | { readonly do: "zoom"; readonly tile?: string }
  | { readonly do: "resize"; readonly split: string; readonly sizes: ReadonlyArray<number> }
  /** Gives all parts of each split the same size. */
  | { readonly do: "even" }

/** The layout after an action. */
export function reduceLayout(layout: Layout, action: LayoutAction): Layout {
  const tile = tilesOf(layout.root).find(({ id }) => id === (("tile" in action ? action.tile : undefined) ?? layout.focus))
  if (tile === undefined) return layout
  switch (action.do) {
    case "open":
      return opened(layout, tile, action.shown, action.behind === true)
    case "split":
      // A tile without tabs is the only one, and takes what comes.
      if (tile.tabs.length === 0) return opened(layout, tile, action.shown, false)
      return beside(layout, tile, action.side, { id: `p${layout.next}`, ...action.shown }, layout.next + 1)
    case "close":
      return kept(layout, (tab) => tab.id !== action.tab)
    case "close-tile":
      return kept(layout, (tab) => !tile.tabs.includes(tab))
    case "forget":
      return kept(layout, ({ session }) => session !== action.session)
    case "activate":
      return activated(layout, action.tab)
    case "turn":
      return turned(layout, tile, action.by)
    case "move":
      return moved(layout, action.tab, tile, action.at)
    case "move-beside":
      return movedBeside(layout, action.tab, tile, action.side)
    case "focus":
      return focused(layout, tile.id)
    case "go": {
      const next = neighbourOf(layout.root, layout.focus, action.side)
      return next === undefined ? layout : focused(layout, next)
    }
    case "zoom":
      return zoomed(layout, tile)
    case "resize":
      return { ...layout, root: resized(layout.root, action.split, action.sizes) }
    case "even":
      return { ...layout, root: evened(layout.root) }
  }
}

const counted = ({ root }: Layout): number => tilesOf(root).reduce((sum, { tabs }) => sum + tabs.length, 0)

const isSame = (one: Shown, other: Shown): boolean => one.what === other.what && one.session === other.session

const holder = ({ root }: Layout, tab: string): Tile | undefined =>
  tilesOf(root).find(({ tabs }) => tabs.some(({ id }) => id === tab))

/** Another tile has the focus; one that is zoomed gives way to it. */
function focused(layout: Layout, focus: string): Layout {
  if (layout.focus === focus) return layout
  return layout.zoomed === undefined ? { ...layout, focus } : { ...layout, focus, zoomed: focus }
}

function replaced(layout: Layout, change: (tile: Tile) => LayoutNode | undefined): Layout {
  const root = withTiles(layout.root, change) ?? { kind: "tile", id: layout.focus, tabs: [], active: 0 }
  if (root === layout.root) return layout
  const ids = tilesOf(root).map(({ id }) => id)
  const { zoomed, ...rest } = layout
  const focus = ids.includes(layout.focus) ? layout.focus : nearest(layout, ids)
  return { ...rest, root, focus, ...(zoomed !== undefined && ids.includes(zoomed) ? { zoomed } : {}) }
}

/** Of the tiles that are left, the one that was before the one that had the focus, or else the first. */
function nearest({ root, focus }: Layout, left: ReadonlyArray<string>): string {
  const before = tilesOf(root).map(({ id }) => id)
  const earlier = before.slice(0, before.indexOf(focus)).filter((id) => left.includes(id))
  return earlier.at(-1) ?? left[0] ?? focus
}

function opened(layout: Layout, tile: Tile, shown: Shown, isBehind: boolean): Layout {
  const there = tilesOf(layout.root).flatMap(({ tabs }) => tabs.filter((tab) => isSame(tab, shown)))[0]
  if (there !== undefined) return isBehind ? layout : activated(layout, there.id)
  if (counted(layout) >= LAYOUT_MAX.tabs) return layout
  const tab: Tab = { id: `p${layout.next}`, ...shown }
  const at = tile.tabs.length === 0 ? 0 : tile.active + 1
  const active = isBehind ? tile.active : at
  const tabs = [...tile.tabs.slice(0, at), tab, ...tile.tabs.slice(at)]
  const next = replaced(layout, (one) => (one === tile ? { ...tile, tabs, active } : one))
  const made = { ...next, next: layout.next + 1 }
  return isBehind ? made : focused(made, tile.id)
}

/** A tile with one tab on a side of another. `next` is the number of the next id. */
function beside(layout: Layout, tile: Tile, side: Side, tab: Tab, next: number): Layout {
  const direction = side === "left" || side === "right" ? "row" : "column"
  const made: Tile = { kind: "tile", id: `t${next}`, tabs: [tab], active: 0 }
  const isFirst = side === "left" || side === "up"
  const grown = replaced(layout, (one) =>
    one === tile
      ? joined(
          { id: `s${next + 1}`, direction },
          (isFirst ? [made, one] : [one, made]).map((node) => ({ node, size: 50 })),
        )
      : one,
  )
  const isTooMuch = tilesOf(grown.root).length > LAYOUT_MAX.tiles || depthOf(grown.root) > LAYOUT_MAX.depth
  if (isTooMuch || counted(grown) > LAYOUT_MAX.tabs) return layout
  const { zoomed: _, ...all } = grown
  return { ...all, focus: made.id, next: next + 2 }
}

/** Only the tabs that `keep` keeps; the tiles that lose all of theirs go. */
function kept(layout: Layout, keep: (tab: Tab) => boolean): Layout {
  return replaced(layout, (tile) => {
    const tabs = tile.tabs.filter(keep)
    if (tabs.length === tile.tabs.length) return tile
    if (tabs.length === 0) return tile === layout.root ? { ...tile, tabs, active: 0 } : undefined
    const before = tile.tabs.slice(0, tile.active + 1).filter(keep).length
    const isSeen = keep(tile.tabs[tile.active] as Tab)
    return { ...tile, tabs, active: Math.min(tabs.length - 1, isSeen ? before - 1 : before) }
  })
}

function activated(layout: Layout, tab: string): Layout {
  const tile = holder(layout, tab)
  if (tile === undefined) return layout
  const active = tile.tabs.findIndex(({ id }) => id === tab)
  const next = active === tile.active ? layout : replaced(layout, (one) => (one === tile ? { ...tile, active } : one))
  return focused(next, tile.id)
}

function turned(layout: Layout, tile: Tile, by: number): Layout {
  const { length } = tile.tabs
  if (length < 2) return layout
  const active = (tile.active + by + length) % length
  return replaced(layout, (one) => (one === tile ? { ...tile, active } : one))
}

function moved(layout: Layout, id: string, tile: Tile, at = Number.POSITIVE_INFINITY): Layout {
  const tab = holder(layout, id)?.tabs.find((one) => one.id === id)
  if (tab === undefined) return layout
  const others = tile.tabs.filter((one) => one.id !== id)
  const to = Math.min(Math.max(0, Math.trunc(at) || 0), others.length)
  const place = Number.isFinite(at) ? to : others.length
  const tabs = [...others.slice(0, place), tab, ...others.slice(place)]
  const filled = replaced(layout, (one) => (one.id === tile.id ? { ...one, tabs, active: place } : one))
  // Taken from where it was only now, so that the tile that gets it is there in any case.
  const next = replaced(filled, (one) => (one.id === tile.id ? one : withoutTab(one, id)))
  return focused(next, tile.id)
}

function withoutTab(tile: Tile, id: string): Tile | undefined {
  const at = tile.tabs.findIndex((one) => one.id === id)
  if (at < 0) return tile
  const tabs = tile.tabs.filter((one) => one.id !== id)
  const active = at < tile.active ? tile.active - 1 : Math.min(tile.active, tabs.length - 1)
  return tabs.length === 0 ? undefined : { ...tile, tabs, active }
}

function movedBeside(layout: Layout, id: string, tile: Tile, side: Side): Layout {
  const from = holder(layout, id)
  const tab = from?.tabs.find((one) => one.id === id)
  // A tile's only tab is beside itself already.
  if (from === undefined || tab === undefined || (from.id === tile.id && tile.tabs.length === 1)) return layout
  const left = replaced(layout, (one) => (one.id === from.id ? withoutTab(one, id) : one))
  const target = tilesOf(left.root).find((one) => one.id === tile.id)
  const next = target === undefined ? layout : beside(left, target, side, tab, layout.next)
  return next === left ? layout : next
}

function zoomed(layout: Layout, tile: Tile): Layout {
  const { zoomed: before, ...rest } = layout
  if (before === tile.id) return rest
  return tile === layout.root ? layout : { ...rest, focus: tile.id, zoomed: tile.id }
}

function resized(node: LayoutNode, split: string, sizes: ReadonlyArray<number>): LayoutNode {
  if (node.kind === "tile") return node
  if (node.id === split) return sizes.length === node.children.length ? { ...node, sizes: fitted(sizes) } : node
  return { ...node, children: node.children.map((child) => resized(child, split, sizes)) }
}

function evened(node: LayoutNode): LayoutNode {
  if (node.kind === "tile") return node
  return { ...node, children: node.children.map(evened), sizes: fitted(node.children.map(() => 1)) }
}
