/**
 * Which viewer gives a terminal its size (docs/protocol/rules.md, T-8).
 */

/** One attachment, as far as the size is concerned. */
export interface SizingViewer {
  readonly mode: "interactive" | "viewer"
  readonly cols?: number
  readonly rows?: number
  /** Grows each time the viewer attaches or types. */
  readonly order: number
}

/** The viewer whose size counts: the interactive one with a size who last attached or typed. */
export function sizingViewer<V extends SizingViewer>(viewers: Iterable<V>): V | undefined {
  let found: V | undefined
  for (const viewer of viewers) {
    if (viewer.mode !== "interactive" || viewer.cols === undefined || viewer.rows === undefined) continue
    if (found === undefined || viewer.order > found.order) found = viewer
  }
  return found
}
