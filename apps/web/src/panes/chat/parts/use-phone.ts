/** Whether the page is as narrow as a phone. */
import { useSyncExternalStore } from "react"

const QUERY = "(max-width: 759px)"

const query = (): MediaQueryList => globalThis.matchMedia(QUERY)

function subscribe(listener: () => void): () => void {
  const list = query()
  list.addEventListener("change", listener)
  return () => list.removeEventListener("change", listener)
}

/** True below 760 px. */
export function usePhone(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => query().matches,
    () => false,
  )
}
