/** Looking tabs up in a layout. */
import { tilesOf } from "@holdfast/core/layout/tree"
import type { Layout, LayoutNode, Tab, Tile } from "@holdfast/core/layout/tree"

/** A tab with the tile that it is in. */
export interface Placed {
  readonly tab: Tab
  readonly tile: Tile
  /** Whether it is the one of its tile that is shown. */
  readonly isActive: boolean
}

/** All tabs of a part, in reading order. */
export function placedTabs(root: LayoutNode): ReadonlyArray<Placed> {
  return tilesOf(root).flatMap((tile) => tile.tabs.map((tab, at) => ({ tab, tile, isActive: at === tile.active })))
}

/** The id of the tab that shows something. */
export function tabOf(layout: Layout, what: string, session: string): string | undefined {
  return placedTabs(layout.root).find(({ tab }) => tab.what === what && tab.session === session)?.tab.id
}

/** The tab that has the focus; `undefined` when nothing is open. */
export function focusedTab({ root, focus }: Pick<Layout, "root" | "focus">): Tab | undefined {
  const tile = tilesOf(root).find(({ id }) => id === focus)
  return tile?.tabs[tile.active]
}
