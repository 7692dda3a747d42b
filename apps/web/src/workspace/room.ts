/** Whether there is room beside a pane: no split makes one that is too small to work in (docs/protocol/app-rules.md, APP-3). */
import { formNow } from "../app/media.ts"
import { tellNotice } from "../app/notices.ts"

/** Pixels that a pane has at least after a split: three stand side by side on a screen of 1440. */
const NARROWEST = 270
const LOWEST = 160

/** Whether a place of this size can be halved to a side. */
export function canHalve(
  { width, height }: { readonly width: number; readonly height: number },
  side: "right" | "down",
): boolean {
  return side === "right" ? width >= 2 * NARROWEST : height >= 2 * LOWEST
}

/** Whether the pane with the focus can be halved; where it cannot, the person is told that a tab is opened instead. */
export function hasRoom(side: "right" | "down"): boolean {
  const pane = document.querySelector("[data-pane][data-focused]")
  if (pane === null || formNow() === "phone" || canHalve(pane.getBoundingClientRect(), side)) return true
  tellNotice(`There is no room ${side === "right" ? "beside" : "below"} this pane: opened as a tab of it.`)
  return false
}
