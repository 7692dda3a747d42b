/**
 * A layout as it is shown where there is less room than it was made for: further tiles become tabs of the last one. What is kept on
 * the server does not change, so the wide screen finds its tiles again.
 */
import { tilesOf } from "@holdfast/core/layout/tree"
import type { LayoutNode, Tile } from "@holdfast/core/layout/tree"

/** Tiles side by side at most. */
export function columnsOf(node: LayoutNode): number {
  if (node.kind === "tile") return 1
  const columns = node.children.map(columnsOf)
  return node.direction === "row" ? columns.reduce((sum, one) => sum + one, 0) : Math.max(...columns)
}

/**
 * A part with at most `most` tiles side by side. `recent` has the ids of tiles, the one that had the focus last first: of tiles that
 * become one, the one that comes first in it is the one that is seen.
 */
export function folded(node: LayoutNode, most: number, recent: ReadonlyArray<string>): LayoutNode {
  if (columnsOf(node) <= most) return node
  if (most <= 1 || node.kind === "tile") return joinedTile(tilesOf(node), recent)
  if (node.direction === "column") {
    return { ...node, children: node.children.map((child) => folded(child, most, recent)) }
  }
  const columns = node.children.map(columnsOf)
  // The first children that fit stay as they are; the rest shares what is left.
  let kept = 0
  let used = 0
  while (kept < node.children.length - 1 && used + (columns[kept] ?? 1) <= most - 1) used += columns[kept++] ?? 1
  if (kept === 0) return joinedTile(tilesOf(node), recent)
  const rest = node.children.slice(kept)
  const size = node.sizes.slice(kept).reduce((sum, one) => sum + one, 0)
  const last = joinedTile(rest.flatMap(tilesOf), recent)
  return { ...node, children: [...node.children.slice(0, kept), last], sizes: [...node.sizes.slice(0, kept), size] }
}

/** One tile with the tabs of all. */
function joinedTile(tiles: ReadonlyArray<Tile>, recent: ReadonlyArray<string>): Tile {
  const place = ({ id }: Tile): number => {
    const at = recent.indexOf(id)
    return at < 0 ? recent.length : at
  }
  const seen = tiles.reduce((best, tile) => (place(tile) < place(best) ? tile : best))
  const tabs = tiles.flatMap((tile) => tile.tabs)
  const shown = seen.tabs[seen.active]
  return {
    ...seen,
    tabs,
    active: Math.max(
      0,
      tabs.findIndex(({ id }) => id === shown?.id),
    ),
  }
}
