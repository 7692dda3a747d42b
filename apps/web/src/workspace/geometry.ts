/** Where tiles and the edges between them lie: fractions of the workspace, worked out from the layout alone. */
import type { LayoutNode, Split } from "@holdfast/core/layout/tree"

/** A place in the workspace; each number is a fraction of its width or height. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** The edge between two parts of a split, which can be moved. */
export interface Edge {
  readonly split: Split
  /** The part before it; the one after it is the next. */
  readonly at: number
  /** The place of the whole split. */
  readonly of: Box
  /** Where it lies along the split, as a fraction of the workspace. */
  readonly place: number
}

/** The places of tiles by their ids, and the edges. */
export interface Geometry {
  readonly tiles: ReadonlyMap<string, Box>
  readonly edges: ReadonlyArray<Edge>
}

const WHOLE: Box = { left: 0, top: 0, width: 1, height: 1 }

/** The geometry of a part. */
export function geometryOf(root: LayoutNode): Geometry {
  const tiles = new Map<string, Box>()
  const edges: Array<Edge> = []
  const place = (node: LayoutNode, of: Box): void => {
    if (node.kind === "tile") return void tiles.set(node.id, of)
    const isRow = node.direction === "row"
    let passed = 0
    node.children.forEach((child, at) => {
      const size = (node.sizes[at] ?? 0) / 100
      const box = isRow
        ? { ...of, left: of.left + of.width * passed, width: of.width * size }
        : { ...of, top: of.top + of.height * passed, height: of.height * size }
      passed += size
      place(child, box)
      if (at === node.children.length - 1) return
      edges.push({ split: node, at, of, place: isRow ? of.left + of.width * passed : of.top + of.height * passed })
    })
  }
  place(root, WHOLE)
  return { tiles, edges }
}

/** The sizes of a split after its edge was moved to a fraction of the workspace; neighbours keep at least `least` percent. */
export function movedSizes({ split, at, of }: Edge, to: number, least: number): ReadonlyArray<number> {
  const { sizes, direction } = split
  const [start, length] = direction === "row" ? [of.left, of.width] : [of.top, of.height]
  const before = sizes.slice(0, at).reduce((sum, size) => sum + size, 0)
  const both = (sizes[at] ?? 0) + (sizes[at + 1] ?? 0)
  const bound = Math.min(least, both / 2)
  const wanted = ((to - start) / length) * 100 - before
  const first = Math.min(both - bound, Math.max(bound, wanted))
  return sizes.map((size, index) => (index === at ? first : index === at + 1 ? both - first : size))
}
