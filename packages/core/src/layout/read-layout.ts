/** Reading a layout that comes from elsewhere: only one that keeps all invariants is a layout (docs/protocol/rules.md, L-11). */
import { depthOf, type Layout, LAYOUT_MAX, type LayoutNode, SIZE_MIN, type Tab, tilesOf } from "./tree.ts"

type Fields = Readonly<Record<string, unknown>>

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined

const isText = (value: unknown): value is string => typeof value === "string" && value !== "" && value.length <= LAYOUT_MAX.text

const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** How much sizes may differ from 100 in all, because they were rounded. */
const ROUNDED = 0.5

function readTab(value: unknown): Tab | undefined {
  const { id, what, session } = fieldsOf(value) ?? {}
  if (!isText(id) || !isText(what) || (session !== undefined && !isText(session))) return undefined
  return { id, what, ...(session === undefined ? {} : { session }) }
}

function allOf<A>(value: unknown, read: (one: unknown) => A | undefined, most: number): ReadonlyArray<A> | undefined {
  if (!Array.isArray(value) || value.length > most) return undefined
  const all = value.map(read)
  return all.every((one) => one !== undefined) ? (all as ReadonlyArray<A>) : undefined
}

function readNode(value: unknown, depth: number): LayoutNode | undefined {
  const { kind, id, tabs: tabsIn, active, direction, children: childrenIn, sizes: sizesIn } = fieldsOf(value) ?? {}
  if (!isText(id) || depth > LAYOUT_MAX.depth) return undefined
  if (kind === "tile") {
    const tabs = allOf(tabsIn, readTab, LAYOUT_MAX.tabs)
    if (tabs === undefined || !isIndex(active) || active >= Math.max(1, tabs.length)) return undefined
    return { kind, id, tabs, active }
  }
  if (kind !== "split" || (direction !== "row" && direction !== "column")) return undefined
  const children = allOf(childrenIn, (child) => readNode(child, depth + 1), LAYOUT_MAX.tiles)
  const sizes = allOf(
    sizesIn,
    (size) => (typeof size === "number" && size >= SIZE_MIN - ROUNDED ? size : undefined),
    LAYOUT_MAX.tiles,
  )
  if (children === undefined || sizes === undefined || children.length < 2 || sizes.length !== children.length) return undefined
  if (Math.abs(sizes.reduce((sum, size) => sum + size, 0) - 100) > ROUNDED) return undefined
  const isNested = children.some((child) => child.kind === "split" && child.direction === direction)
  return isNested ? undefined : { kind, id, direction, children, sizes }
}

const idsOf = (node: LayoutNode): ReadonlyArray<string> =>
  node.kind === "tile" ? [node.id, ...node.tabs.map(({ id }) => id)] : [node.id, ...node.children.flatMap(idsOf)]

/** The layout that a value is; `undefined` when it is none. */
export function readLayout(value: unknown): Layout | undefined {
  const { root: rootIn, focus, zoomed, next } = fieldsOf(value) ?? {}
  const root = readNode(rootIn, 1)
  if (root === undefined || !isText(focus) || !isIndex(next)) return undefined
  const tiles = tilesOf(root)
  const ids = idsOf(root)
  const numbers = ids.map((id) => Number(/^[pst](\d+)$/.exec(id)?.[1] ?? 0))
  const isSound =
    tiles.length <= LAYOUT_MAX.tiles &&
    depthOf(root) <= LAYOUT_MAX.depth &&
    tiles.reduce((sum, { tabs }) => sum + tabs.length, 0) <= LAYOUT_MAX.tabs &&
    new Set(ids).size === ids.length &&
    numbers.every((number) => number < next) &&
    (root.kind === "tile" || tiles.every(({ tabs }) => tabs.length > 0)) &&
    tiles.some(({ id }) => id === focus) &&
    (zoomed === undefined || tiles.some(({ id }) => id === zoomed))
  if (!isSound) return undefined
  return { root, focus, ...(typeof zoomed === "string" ? { zoomed } : {}), next }
}
