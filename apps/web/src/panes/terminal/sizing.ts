/**
 * Whose size a terminal has, and whether this page asks for its own (docs/protocol/rules.md, T-8): the session has one size, that
 * of the person who attached or typed last. A phone that only looks on does not make a laptop's screen small.
 */
import type { Viewers } from "@holdfast/protocol/frame"

/** Someone who is attached. */
export type Viewer = Viewers["viewers"][number]

/** A size in cells. */
export interface Size {
  readonly cols: number
  readonly rows: number
}

/** What this page wants: its own size, or the one that is there. `undefined`: as it is usual for the page. */
export type SizeChoice = "own" | "theirs" | undefined

/** How the size stands. */
export interface Sizing {
  /** Whether to ask for the size that fits here. */
  readonly asks: boolean
  /** Who else gives the size now. */
  readonly owner: Viewer | undefined
}

/** Decides. `isPhone`: the page is narrow, and takes its own size only where no one else is there. */
export function sizingOf(viewers: ReadonlyArray<Viewer>, seat: string | undefined, choice: SizeChoice, isPhone: boolean): Sizing {
  const owner = viewers.find((viewer) => viewer.sizes && viewer.seat !== seat)
  const isAlone = !viewers.some((viewer) => viewer.seat !== seat && viewer.mode === "interactive" && viewer.cols !== undefined)
  const asks = choice === undefined ? !isPhone || (seat !== undefined && isAlone) : choice === "own"
  return { asks, owner }
}

/** How many cells fit into a box of pixels. */
export function fitting(
  width: number,
  height: number,
  cell: { readonly width: number; readonly height: number },
): Size | undefined {
  if (!(cell.width > 0) || !(cell.height > 0)) return undefined
  const cols = Math.min(Math.floor(width / cell.width), 1000)
  const rows = Math.min(Math.floor(height / cell.height), 1000)
  return cols >= 2 && rows >= 1 ? { cols, rows } : undefined
}
