/** The tab that was opened to look at: opening another session takes its place, so that looking through sessions piles up no tabs. */
import { Store } from "../ui/store.ts"

/** Id of that tab; it is kept as soon as a person does something in it. */
export const preview = new Store<string | undefined>(undefined)

/** Keeps a tab. */
export function keepTab(pane: string): void {
  if (preview.get() === pane) preview.set(undefined)
}
