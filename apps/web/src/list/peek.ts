/** The session whose request is answered beside the list, without opening it. */
import { Store, useStore } from "../ui/store.ts"

const peeked = new Store<string | undefined>(undefined)

/** Shows what a session asks beside its row, or no longer. */
export function usePeek(): (id: string) => void {
  return togglePeek
}

function togglePeek(id: string): void {
  peeked.set(peeked.get() === id ? undefined : id)
}

/** Ends it. */
export function endPeek(): void {
  peeked.set(undefined)
}

/** The session that is shown so. */
export function usePeeked(): string | undefined {
  return useStore(peeked)
}
