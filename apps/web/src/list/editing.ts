/** Which row of the list is being edited, and what of it. */
import { Store, useStore } from "../ui/store.ts"

/** What of a row is edited. */
export type Editing = "label" | "tags"

/** The row that is edited. */
export interface EditedRow {
  readonly id: string
  readonly what: Editing
}

const edited = new Store<EditedRow | undefined>(undefined)

/** Begins to edit a row. */
export function edit(id: string, what: Editing): void {
  edited.set({ id, what })
}

/** What is edited now, and what ends that; the focus returns to the row. */
export function useEditing(): { readonly edited: EditedRow | undefined; readonly end: () => void } {
  return { edited: useStore(edited), end: endEditing }
}

function endEditing(): void {
  const id = edited.get()?.id
  edited.set(undefined)
  if (id === undefined) return
  requestAnimationFrame(() => focusRow(id))
}

/** Gives the focus to a row, if it is in the page. */
export function focusRow(id: string): boolean {
  const link = document.querySelector<HTMLElement>(`[data-region=list] [role=listitem][data-session="${CSS.escape(id)}"] a`)
  link?.focus({ preventScroll: true })
  return link !== null
}
