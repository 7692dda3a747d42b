/** Which session is being edited, and what of it: in its row, or in the title of its pane. */
import { isInSight } from "../app/sight.ts"
import { Store, useStore } from "../ui/store.ts"
import { focusPane } from "../workspace/pane-focus.ts"

/** What of a session is edited. */
export type Editing = "label" | "tags"

/** The session that is edited, and where. */
export interface Edited {
  readonly id: string
  readonly what: Editing
  readonly place: "row" | "pane"
}

const edited = new Store<Edited | undefined>(undefined)

let before: Element | null = null

/** Milliseconds after which what was open over the page has closed, and has given the focus back. */
const CLOSED = 50

/** Does something that takes the focus: at once, or when what is open over the page has closed. */
export function afterOver(run: () => void): void {
  if (document.querySelector("[role=dialog],[role=menu]") === null) run()
  else setTimeout(run, CLOSED)
}

/** Begins to edit a session. */
export function edit(id: string, what: Editing, place: Edited["place"] = "row"): void {
  afterOver(() => {
    before = document.activeElement
    edited.set({ id, what, place })
  })
}

/** What is edited now, and what ends that; the focus returns to where it was. */
export function useEditing(): { readonly edited: Edited | undefined; readonly end: () => void } {
  return { edited: useStore(edited), end: endEditing }
}

/** Ends it where the field is gone already, as with its pane: the focus is elsewhere. Another edit that has begun stays. */
export function leaveEditing(own: Edited | undefined): void {
  if (edited.get() === own) edited.set(undefined)
}

function endEditing(): void {
  const ended = edited.get()
  edited.set(undefined)
  if (ended === undefined) return
  requestAnimationFrame(() => {
    const { activeElement, body } = document
    // Who left the field for something else stays there.
    if (activeElement !== null && activeElement !== body && !activeElement.matches("[data-edit]")) return
    if (ended.place === "row") focusRow(ended.id)
    else if (before instanceof HTMLElement && before !== body && before.isConnected && isInSight(before)) before.focus()
    else focusPane()
  })
}

/** Gives the focus to a row, if it is in the page. */
export function focusRow(id: string): boolean {
  const link = document.querySelector<HTMLElement>(`[data-region=list] [role=listitem][data-session="${CSS.escape(id)}"] a`)
  link?.focus({ preventScroll: true })
  return link !== null
}
