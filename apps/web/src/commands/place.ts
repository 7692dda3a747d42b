/**
 * Where the focus is, as the keys of commands see it: read from the page, which marks its parts with `data-when`, `data-session` and
 * `data-target`. What is covered or hidden is no place (docs/protocol/app-rules.md, APP-140).
 */
import { singleKeys } from "../app/preferences.ts"
import { isInSight } from "../app/sight.ts"
import { wasAsked } from "./asked-keys.ts"
import type { When } from "./command.ts"
import type { Place } from "./keys.ts"

const TEXT =
  "input:not([type=checkbox],[type=radio],[type=button],[type=range]),textarea,select,[contenteditable]:not([contenteditable=false])"

/** What keeps single keys for itself while it is open. */
const OVER = "[role=dialog],[role=menu],[role=listbox],[role=alertdialog]"

/** What has the focus while it is open: where that was lost, it is not for what is behind. */
const TAKES_FOCUS = "[role=dialog],[role=menu],[role=alertdialog]"

/** Whether text is typed into an element. */
export function isText(element: Element | null): boolean {
  return element?.matches(TEXT) === true
}

/** The pane that has the focus of the workspace, of a session where it has one, while it is in sight. */
function paneInSight(session: string | undefined): Element | null {
  const named = session === undefined ? "[data-pane]" : `[data-pane][data-session="${CSS.escape(session)}"]`
  const focused = [...document.querySelectorAll(`${named}[data-focused]`)]
  const others = session === undefined ? [] : [...document.querySelectorAll(named)]
  return [...focused, ...others].find(isInSight) ?? null
}

/** The kinds of place of an element. `focused` is the session whose pane has the focus, where the element is in none. */
export function placeOf(target: Element | null, focused: string | undefined): Place {
  const kinds = new Set<When>(["anywhere"])
  const own = target?.closest("[data-pane]") ?? null
  const isNowhere = target === null || target === document.body || target === document.documentElement
  const isOver = target !== null && target.closest(OVER) !== null
  const named = target?.closest("[data-when]")?.getAttribute("data-when")
  if (named === "terminal") kinds.add("terminal")
  if (named === "composer") kinds.add("composer")
  const seen = paneInSight(focused)
  const isBehind = isNowhere && [...document.querySelectorAll(TAKES_FOCUS)].some(isInSight)
  const pane = own ?? (isNowhere && !isBehind ? seen : null)
  const isTyped = isText(target)
  // In what is open over the page keys are for a request that has the focus, or whose place has it.
  const around = target?.matches("[data-neutral]") ? target : isOver ? null : pane
  // The nearest view of a request, or the first of what stands around.
  const view = isTyped ? null : (target?.closest("[data-target]") ?? around?.querySelector("[data-target]") ?? null)
  const owner = target?.closest("[data-session]") ?? view
  if (!isTyped && !isOver && named !== "terminal") {
    kinds.add("outside text")
    if (target?.closest("[data-region=list]")) kinds.add("list")
    if (pane !== null) kinds.add("pane")
  }
  if (!isTyped && named !== "terminal" && view !== null) kinds.add("request")
  const session = owner?.getAttribute("data-session") ?? (seen === null ? undefined : focused)
  return {
    kinds,
    session,
    target: view?.getAttribute("data-target") ?? undefined,
    isAsked: view !== null || (session !== undefined && wasAsked(session)),
    singleKeys: singleKeys.get(),
  }
}

/** Whether the element is in a terminal whose person has given our keys to the program. */
export function isGivenUp(target: Element | null): boolean {
  return target?.closest("[data-keys=program]") !== null && target !== null
}

/** Keys by which a slider is moved. */
const OF_SLIDERS = /^(?:Home|End|Page(?:Up|Down)|Arrow\w+|Enter| )$/

/** Whether a key is for what has the focus, as those that move a slider are. */
export function isOfFocused(target: Element | null, { key, altKey, ctrlKey, metaKey }: KeyboardEvent): boolean {
  return target?.matches("[role=slider]") === true && !altKey && !ctrlKey && !metaKey && OF_SLIDERS.test(key)
}
