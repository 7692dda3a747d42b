/**
 * How a client has arranged its panes: a tree of splits whose leaves are tiles, each with tabs (docs/protocol/rules.md, L-11).
 *
 * Plain data, which JSON keeps whole. Invariants: a split has at least two children, none of which is a split of its own direction,
 * and a size in percent for each, at least `SIZE_MIN`, 100 together; only the root can be a tile without tabs; ids are used once;
 * what has the focus, and what is zoomed, is there.
 */

/** What a pane shows: a word of the client's, and the session that it is about, if it is about one. */
export interface Shown {
  readonly what: string
  readonly session?: string
}

/** One pane, as a tab of its tile. */
export interface Tab extends Shown {
  readonly id: string
}

/** A place for panes, of which one is seen. */
export interface Tile {
  readonly kind: "tile"
  readonly id: string
  readonly tabs: ReadonlyArray<Tab>
  /** Index of the tab that is seen; 0 without tabs. */
  readonly active: number
}

/** Tiles beside each other (`row`) or below each other (`column`). */
export interface Split {
  readonly kind: "split"
  readonly id: string
  readonly direction: "row" | "column"
  readonly children: ReadonlyArray<LayoutNode>
  readonly sizes: ReadonlyArray<number>
}

/** A part of the tree. */
export type LayoutNode = Tile | Split

/** A whole arrangement. */
export interface Layout {
  readonly root: LayoutNode
  /** Id of the tile that has the focus. */
  readonly focus: string
  /** Id of the tile that alone is seen. */
  readonly zoomed?: string
  /** Number of the next id. */
  readonly next: number
}

/** Limits of a layout: tiles, tabs in all, levels, characters of a text in it. */
export const LAYOUT_MAX = { tiles: 32, tabs: 128, depth: 8, text: 256 } as const

/** Smallest size of a part, in percent of its split. */
export const SIZE_MIN = 3

/** A size beyond this is as large, so that the sum of sizes is a number. */
const SIZE_MOST = 1e9

/** The layout of a client that never arranged anything. */
export const EMPTY_LAYOUT: Layout = {
  root: { kind: "tile", id: "t1", tabs: [], active: 0 },
  focus: "t1",
  next: 2,
}

/** The tiles of a part, in reading order. */
export function tilesOf(node: LayoutNode): ReadonlyArray<Tile> {
  return node.kind === "tile" ? [node] : node.children.flatMap(tilesOf)
}

/** Levels of a part; a tile has one. */
export function depthOf(node: LayoutNode): number {
  return node.kind === "tile" ? 1 : 1 + Math.max(...node.children.map(depthOf))
}

/** Sizes in percent, in proportion to the given ones, none smaller than `SIZE_MIN`. */
export function fitted(sizes: ReadonlyArray<number>): ReadonlyArray<number> {
  const wanted = sizes.map((size) => (size > 0 ? Math.min(size, SIZE_MOST) : 0))
  const small = new Set<number>()
  for (;;) {
    const rest = wanted.reduce((sum, size, at) => (small.has(at) ? sum : sum + size), 0)
    const room = 100 - small.size * SIZE_MIN
    const left = wanted.length - small.size
    const shared = wanted.map((size, at) => (small.has(at) ? SIZE_MIN : rest > 0 ? (size * room) / rest : room / left))
    const tooSmall = shared.flatMap((size, at) => (size < SIZE_MIN && !small.has(at) ? [at] : []))
    if (tooSmall.length === 0) return shared
    for (const at of tooSmall) small.add(at)
  }
}

interface Part {
  readonly node: LayoutNode
  readonly size: number
}

/** A split of these parts: one of its own direction is dissolved in it, one part alone takes its place. */
export function joined(split: Pick<Split, "id" | "direction">, parts: ReadonlyArray<Part>): LayoutNode | undefined {
  const flat = parts.flatMap(({ node, size }): ReadonlyArray<Part> =>
    node.kind === "split" && node.direction === split.direction
      ? node.children.map((child, at) => ({ node: child, size: (size * (node.sizes[at] ?? 0)) / 100 }))
      : [{ node, size }],
  )
  if (flat.length < 2) return flat[0]?.node
  const { id, direction } = split
  return { kind: "split", id, direction, children: flat.map(({ node }) => node), sizes: fitted(flat.map(({ size }) => size)) }
}

/** A part with each of its tiles replaced by what `change` gives for it; nothing removes it. The same part when nothing changes. */
export function withTiles(node: LayoutNode, change: (tile: Tile) => LayoutNode | undefined): LayoutNode | undefined {
  if (node.kind === "tile") return change(node)
  const children = node.children.map((child) => withTiles(child, change))
  if (children.every((child, at) => child === node.children[at])) return node
  const parts = children.flatMap((child, at) => (child === undefined ? [] : [{ node: child, size: node.sizes[at] ?? 0 }]))
  return joined(node, parts)
}
