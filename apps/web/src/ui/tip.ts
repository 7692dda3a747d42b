/** The one tooltip of the page: when it comes and goes. */
import { Store } from "./store.ts"

/** What a tooltip says, and beside what. */
export interface Tip {
  readonly text: string
  readonly keys?: string | undefined
  readonly anchor: Element
}

/** The tooltip that is shown. */
export const shownTip = new Store<Tip | undefined>(undefined)

/** Milliseconds for which a pointer rests before a tooltip comes, and after one in which the next comes at once. */
const REST = 500
const AGAIN = 300

let timer: ReturnType<typeof setTimeout> | undefined
let wanted: Tip | undefined
let gone = -Infinity

/** A pointer is on something: its tooltip comes when it rests there, or at once when one was just shown. */
export function tipAt(tip: Tip): void {
  clearTimeout(timer)
  wanted = tip
  if (performance.now() - gone < AGAIN) showTip(tip)
  else timer = setTimeout(() => showTip(tip), REST)
}

/** Shows a tooltip now. */
export function showTip(tip: Tip): void {
  clearTimeout(timer)
  wanted = tip
  shownTip.set(tip)
}

/** Takes the tooltip away; with `anchor` only that of this element. */
export function hideTip(anchor?: Element): void {
  if (anchor !== undefined && wanted?.anchor !== anchor) return
  clearTimeout(timer)
  wanted = undefined
  if (shownTip.get() !== undefined) gone = performance.now()
  shownTip.set(undefined)
}
