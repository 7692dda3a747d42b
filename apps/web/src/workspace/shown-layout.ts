/** What of a layout is shown: all of it, one tile that is zoomed, or as much as there is room for. */
import { useState } from "react"
import { tilesOf } from "@holdfast/core/layout/tree"
import type { Layout, LayoutNode } from "@holdfast/core/layout/tree"
import type { Form } from "../app/media.ts"
import { folded } from "./fold.ts"

/** Tiles side by side at most, by the form of the page. */
const COLUMNS: Readonly<Record<Form, number>> = { wide: Infinity, narrow: 2, phone: 1 }

/** The part that is shown. `recent`: ids of tiles, the one that had the focus last first. */
export function shownPart({ root, zoomed, focus }: Layout, form: Form, recent: ReadonlyArray<string>): LayoutNode {
  if (form === "phone") return alone(root, recent)
  const tile = zoomed === undefined ? undefined : tilesOf(root).find(({ id }) => id === zoomed)
  return tile ?? folded(root, COLUMNS[form], [focus, ...recent])
}

/** All tiles as one. */
function alone(root: LayoutNode, recent: ReadonlyArray<string>): LayoutNode {
  const tiles = tilesOf(root)
  const row: LayoutNode =
    tiles.length === 1
      ? root
      : { kind: "split", id: "phone", direction: "row", children: tiles, sizes: tiles.map(() => 100 / tiles.length) }
  return folded(row, 1, recent)
}

const MOST_RECENT = 32

/** The ids of the tiles that had the focus, the last first. */
export function useRecentTiles(focus: string): ReadonlyArray<string> {
  const [recent, setRecent] = useState<ReadonlyArray<string>>([focus])
  if (recent[0] === focus) return recent
  const next = [focus, ...recent.filter((id) => id !== focus)].slice(0, MOST_RECENT)
  setRecent(next)
  return next
}
