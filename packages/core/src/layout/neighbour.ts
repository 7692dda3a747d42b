/** Which tile lies beside another, as it is seen on the screen. */
import type { LayoutNode } from "./tree.ts"

interface Place {
  readonly id: string
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

type Box = Omit<Place, "id">

function placesOf(node: LayoutNode, box: Box): ReadonlyArray<Place> {
  if (node.kind === "tile") return [{ id: node.id, ...box }]
  const { left, top, right, bottom } = box
  let passed = 0
  return node.children.flatMap((child, at) => {
    const from = passed / 100
    passed += node.sizes[at] ?? 0
    const to = passed / 100
    return placesOf(
      child,
      node.direction === "row"
        ? { top, bottom, left: left + (right - left) * from, right: left + (right - left) * to }
        : { left, right, top: top + (bottom - top) * from, bottom: top + (bottom - top) * to },
    )
  })
}

const NEAR = 1e-6

/** The tile on a side of another: of those that touch it there, the one with the longest common edge; `undefined` at the border. */
export function neighbourOf(root: LayoutNode, tile: string, side: "left" | "right" | "up" | "down"): string | undefined {
  const places = placesOf(root, { left: 0, top: 0, right: 1, bottom: 1 })
  const here = places.find(({ id }) => id === tile)
  if (here === undefined) return undefined
  const isBeside = side === "left" || side === "right"
  const common = (one: Place): number =>
    isBeside
      ? Math.min(here.bottom, one.bottom) - Math.max(here.top, one.top)
      : Math.min(here.right, one.right) - Math.max(here.left, one.left)
  const apart = (one: Place): number =>
    side === "left"
      ? here.left - one.right
      : side === "right"
        ? one.left - here.right
        : side === "up"
          ? here.top - one.bottom
          : one.top - here.bottom
  const touching = places.filter((one) => one !== here && Math.abs(apart(one)) < NEAR && common(one) > NEAR)
  return touching.reduce<Place | undefined>(
    (best, one) => (best === undefined || common(one) > common(best) + NEAR ? one : best),
    undefined,
  )?.id
}
