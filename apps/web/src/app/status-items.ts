/** What other rooms have to say in the status line, for as long as it is so: a new version that waits, a push that is off. */
import { Store } from "../ui/store.ts"

/** An item of the status line. */
export interface StatusItem {
  readonly id: string
  readonly text: string
  readonly action?: { readonly title: string; readonly run: () => void }
}

/** The item of a new version that waits; its action loads the page again with it. */
export const NEW_VERSION = "new-version"

/** The items, in the order in which they came. */
export const statusItems = new Store<ReadonlyArray<StatusItem>>([])

/** Shows an item, in place of the one with its id. */
export function setStatusItem(item: StatusItem): void {
  statusItems.set([...statusItems.get().filter(({ id }) => id !== item.id), item])
}

/** Takes an item off. */
export function removeStatusItem(id: string): void {
  const items = statusItems.get()
  if (items.some((item) => item.id === id)) statusItems.set(items.filter((item) => item.id !== id))
}
