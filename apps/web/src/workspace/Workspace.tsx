/**
 * Tiles with panes. Each pane is one element that stays where it is in the page, whatever is rearranged: only its place changes, so
 * nothing in it is lost: not its scroll position, not what is typed, not the terminal's picture.
 */
import { Suspense, useCallback, useMemo, useState } from "react"
import type { CSSProperties, ReactElement } from "react"
import { tilesOf } from "@holdfast/core/layout/tree"
import type { LayoutNode, Tile } from "@holdfast/core/layout/tree"
import { useHub, useLayout } from "@holdfast/react"
import { lazyExtra } from "../app/part.ts"
import { useForm } from "../app/media.ts"
import { useStore } from "../ui/store.ts"
import { DropLayer } from "./DropLayer.tsx"
import { draggedTab } from "./drag.ts"
import { EdgeHandle } from "./EdgeHandle.tsx"
import { EmptyWorkspace } from "./EmptyWorkspace.tsx"
import { geometryOf } from "./geometry.ts"
import type { Box } from "./geometry.ts"
import { LayoutOffers } from "./LayoutOffers.tsx"
import { mountedPanes } from "./mounted.ts"
import { PaneFrame } from "./PaneFrame.tsx"
import { shownPart, useRecentTiles } from "./shown-layout.ts"
import { placedTabs } from "./tabs.ts"
import { TabStrip } from "./TabStrip.tsx"
import { useLayoutUpkeep } from "./use-layout-upkeep.ts"
import { useWorkspaceCommands } from "./use-workspace-commands.ts"
import styles from "./Workspace.module.css"

const PhoneDots = lazyExtra(() => import("./PhoneDots.tsx"))

const STRIP = 28

const percent = (fraction: number): string => `${fraction * 100}%`

/** The place of a tile; between two tiles a hairline is left. `from` is how much of its top something else has. */
function styleOf({ left, top, width, height }: Box, from = 0): CSSProperties {
  const [end, bottom] = [left + width < 0.9999 ? 1 : 0, top + height < 0.9999 ? 1 : 0]
  return {
    insetInlineStart: percent(left),
    insetBlockStart: `calc(${percent(top)} + ${from}px)`,
    inlineSize: `calc(${percent(width)} - ${end}px)`,
    blockSize: `calc(${percent(height)} - ${bottom + from}px)`,
  }
}

/** Where a pane is put that is not seen: it keeps the size that it had. */
const AWAY: CSSProperties = { insetInlineStart: 0, insetBlockStart: 0, inlineSize: "100%", blockSize: "100%" }

interface Shown {
  readonly tiles: ReadonlyArray<Tile>
  readonly boxes: ReadonlyMap<string, Box>
}

/** The workspace of this client. */
export function Workspace(): ReactElement {
  const { layout, arrange, status, offers, adopt } = useLayout()
  const { desk } = useHub()
  const form = useForm()
  const recent = useRecentTiles(layout.focus)
  const [moving, setMoving] = useState<{ readonly split: string; readonly sizes: ReadonlyArray<number> } | undefined>(undefined)
  const root = useMemo(() => shownPart(layout, form, recent), [layout, form, recent])
  const { tiles: boxes, edges } = useMemo(() => geometryOf(moving === undefined ? root : resized(root, moving)), [root, moving])
  const tiles = tilesOf(root)
  const shown: Shown = { tiles, boxes }
  const isDragging = useStore(draggedTab) !== undefined
  useLayoutUpkeep()
  useWorkspaceCommands()
  const focus = useCallback((tile: string) => desk.arrange({ do: "focus", tile }), [desk])
  const isEmpty = tiles.every(({ tabs }) => tabs.length === 0)
  const shownFocus = tiles.some(({ id }) => id === layout.focus) ? layout.focus : tiles[0]?.id
  return (
    <div className={styles["workspace"]} data-form={form}>
      {isEmpty ? <EmptyWorkspace isLoading={status === "loading"} offers={offers} adopt={adopt} /> : null}
      {form === "phone"
        ? null
        : tiles.map((tile) => <Strip key={tile.id} tile={tile} box={boxes.get(tile.id)} arrange={arrange} />)}
      <Panes root={root} shown={shown} all={layout.root} focus={shownFocus} form={form} onFocus={focus} />
      {edges.map((edge) => (
        <EdgeHandle
          key={`${edge.split.id} ${edge.at}`}
          edge={edge}
          onMove={(sizes) => setMoving({ split: edge.split.id, sizes })}
          onMoved={(sizes) => {
            setMoving(undefined)
            arrange({ do: "resize", split: edge.split.id, sizes })
          }}
          onEven={() => arrange({ do: "even" })}
        />
      ))}
      {isDragging ? (
        <DropLayer tiles={tiles.map(({ id }) => ({ tile: id, style: styleOf(boxes.get(id) ?? WHOLE) }))} arrange={arrange} />
      ) : null}
      <Suspense fallback={null}>{form === "phone" ? <PhoneDots /> : null}</Suspense>
      {isEmpty ? null : <LayoutOffers />}
    </div>
  )
}

const WHOLE: Box = { left: 0, top: 0, width: 1, height: 1 }

/** A part with other sizes of one of its splits. */
function resized(node: LayoutNode, moving: { readonly split: string; readonly sizes: ReadonlyArray<number> }): LayoutNode {
  if (node.kind === "tile") return node
  const children = node.children.map((child) => resized(child, moving))
  return {
    ...node,
    children,
    sizes: node.id === moving.split && moving.sizes.length === children.length ? moving.sizes : node.sizes,
  }
}

interface StripProps {
  readonly tile: Tile
  readonly box: Box | undefined
  readonly arrange: Parameters<typeof TabStrip>[0]["arrange"]
}

function Strip({ tile, box, arrange }: StripProps): ReactElement | null {
  if (box === undefined || tile.tabs.length < 2) return null
  return <TabStrip tile={tile} style={{ ...styleOf(box), blockSize: STRIP }} arrange={arrange} />
}

interface PanesProps {
  readonly root: LayoutNode
  readonly shown: Shown
  readonly all: LayoutNode
  readonly focus: string | undefined
  readonly form: string
  readonly onFocus: (tile: string) => void
}

/** The panes in the order in which they were made, which never changes: so no element is moved. */
function Panes({ root, shown, all, focus, form, onFocus }: PanesProps): ReactElement {
  const seen = placedTabs(root).filter(({ isActive }) => isActive)
  const there = placedTabs(all)
  const [mounted, setMounted] = useState<ReadonlyArray<string>>([])
  const next = mountedPanes(
    mounted,
    seen.map(({ tab }) => tab.id),
    (pane) => there.some(({ tab }) => tab.id === pane),
  )
  if (next !== mounted) setMounted(next)
  const order = there
    .filter(({ tab }) => next.includes(tab.id))
    .sort((one, other) => numberOf(one.tab.id) - numberOf(other.tab.id))
  return (
    <>
      {order.map(({ tab, tile }) => {
        const place = seen.find((one) => one.tab.id === tab.id)
        const box = place === undefined ? undefined : shown.boxes.get(place.tile.id)
        const from = form !== "phone" && (place?.tile.tabs.length ?? 1) > 1 ? STRIP : 0
        return (
          <PaneFrame
            key={tab.id}
            tab={tab}
            tile={tile.id}
            style={box === undefined ? AWAY : styleOf(box, from)}
            isFocused={place !== undefined && place.tile.id === focus}
            isSeen={place !== undefined}
            onFocus={onFocus}
          />
        )
      })}
    </>
  )
}

const numberOf = (id: string): number => Number(id.slice(1))
