/** Whether the focus is in a terminal, where other keys are the app's than elsewhere. */
import { useSyncExternalStore } from "react"
import { isForTerminals } from "./keys.ts"

/** Whether an element is in a terminal. */
export function isInTerminal(element: Element | null | undefined): boolean {
  return element?.closest("[data-when=terminal]") instanceof Element
}

const now = (): boolean => isInTerminal(document.activeElement)

function subscribe(listener: () => void): () => void {
  const ends = new AbortController()
  for (const type of ["focusin", "focusout"]) addEventListener(type, () => queueMicrotask(listener), { signal: ends.signal })
  return () => ends.abort()
}

/** Whether the focus is in a terminal. */
export function useIsInTerminal(): boolean {
  return useSyncExternalStore(subscribe, now, () => false)
}

/** The key of a command to show: in a terminal the first one that counts there. */
export function shownKey(keys: ReadonlyArray<string> | undefined, isTerminal: boolean): string | undefined {
  return isTerminal ? keys?.find(isForTerminals) : keys?.[0]
}
