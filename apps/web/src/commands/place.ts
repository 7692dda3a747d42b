/** Where the focus is, as the keys of commands see it: read from the page, which marks its parts with `data-when` and `data-session`. */
import { singleKeys } from "../app/preferences.ts"
import type { When } from "./command.ts"
import type { Place } from "./keys.ts"

const TEXT =
  "input:not([type=checkbox],[type=radio],[type=button],[type=range]),textarea,select,[contenteditable]:not([contenteditable=false])"

/** What keeps single keys for itself while it is open. */
const OVER = "[role=dialog],[role=menu],[role=listbox],[role=alertdialog]"

/** The kinds of place of an element. `focused` is the session whose pane has the focus, where the element is in none. */
export function placeOf(target: Element | null, focused: string | undefined): Place {
  const kinds = new Set<When>(["anywhere"])
  const pane = target?.closest("[data-pane]") ?? null
  const isNowhere = target === null || target === document.body || target === document.documentElement
  const isOver = target !== null && target.closest(OVER) !== null
  const isText = target !== null && target.matches(TEXT)
  const named = target?.closest("[data-when]")?.getAttribute("data-when")
  if (named === "terminal") kinds.add("terminal")
  if (named === "composer") kinds.add("composer")
  const session = target?.closest("[data-session]")?.getAttribute("data-session") ?? focused
  if (!isText && !isOver && named !== "terminal") {
    kinds.add("outside text")
    if (target?.closest("[data-region=list]")) kinds.add("list")
    if (pane !== null || isNowhere) kinds.add("pane")
    const shown =
      pane ??
      (isNowhere && focused !== undefined ? document.querySelector(`[data-pane][data-session="${CSS.escape(focused)}"]`) : null)
    if (named === "request" || shown?.querySelector("[data-when=request]")) kinds.add("request")
  } else if (named === "request" && !isText) kinds.add("request")
  return { kinds, session, singleKeys: singleKeys.get() }
}

/** Whether the element is in a terminal whose person has given our keys to the program. */
export function isGivenUp(target: Element | null): boolean {
  return target?.closest("[data-keys=program]") !== null && target !== null
}
