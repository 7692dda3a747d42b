/** Where the focus goes in a pane: to what it marks with `data-autofocus`, or else to the pane itself. */
import { focusByItself } from "../app/own-focus.ts"
import { visitedIn } from "../app/visit.ts"
import { Store } from "../ui/store.ts"

/** Grows each time that the focus is to go to the pane that has that of the workspace. */
export const focusWishes = new Store(0)

/** Moves the focus into the pane that has that of the workspace, also when it is not there yet. */
export function focusPane(): void {
  focusWishes.set(focusWishes.get() + 1)
}

let settled = 0

/** Whether the last wish is still to be carried out. */
export function isFocusWished(): boolean {
  return focusWishes.get() > settled
}

/** The last wish has been carried out: later renderings leave the focus where a person has put it since. */
export function settleFocus(): void {
  settled = focusWishes.get()
}

/** Moves the focus into a pane; leaves it where it is inside. */
export function focusInside(pane: HTMLElement): void {
  const { activeElement } = document
  const visited = visitedIn(pane)
  if (visited !== null) return visited.focus({ preventScroll: true })
  if (activeElement !== pane && pane.contains(activeElement)) return
  // What is open over the page keeps the focus, and gives it back when it closes.
  if (activeElement?.closest("[role=dialog],[role=menu]")) return
  const wanted = pane.querySelector<HTMLElement>("[data-autofocus]:not(:disabled)")
  focusByItself(wanted ?? pane)
}
