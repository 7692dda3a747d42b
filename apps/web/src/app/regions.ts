/** Going round the parts of the page with one key. */
import { focusPane } from "../workspace/pane-focus.ts"

/** The parts in their order. */
const REGIONS = ["list", "panes", "status"] as const

const FOCUSABLE =
  "[data-autofocus]:not(:disabled),[aria-current=true],a[href],button:not(:disabled),input:not(:disabled),[tabindex='0']"

/** The part after one among those that are shown, or before it. */
export function regionAfter(current: string | undefined, shown: ReadonlyArray<string>, by: 1 | -1): string | undefined {
  if (shown.length === 0) return undefined
  const at = current === undefined ? -1 : shown.indexOf(current)
  return at < 0 ? shown[by === 1 ? 0 : shown.length - 1] : shown[(at + by + shown.length) % shown.length]
}

/** Moves the focus to the next part of the page. */
export function nextRegion(by: 1 | -1): void {
  const elements = REGIONS.flatMap((name) => document.querySelector<HTMLElement>(`[data-region=${name}]`) ?? [])
  const shown = elements.filter((element) => element.offsetParent !== null || element.getClientRects().length > 0)
  const names = shown.map((element) => element.dataset["region"] ?? "")
  const current = document.activeElement?.closest("[data-region]")?.getAttribute("data-region") ?? undefined
  const next = regionAfter(current, names, by)
  if (next === "panes") return focusPane()
  const region = shown[names.indexOf(next ?? "")]
  const preferred = region?.querySelector<HTMLElement>("[data-autofocus]:not(:disabled),[aria-current=true]")
  ;(preferred ?? region?.querySelector<HTMLElement>(FOCUSABLE))?.focus()
}
