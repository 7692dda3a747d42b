/** What is open over the page, so that a key can close it from elsewhere. */
import { useEffect, useRef } from "react"

const open: Array<() => void> = []

/** Says that something is open over the page, and how it is closed. */
export function useCloseOver(isOpen: boolean, close: () => void): void {
  const latest = useRef(close)
  useEffect(() => {
    latest.current = close
  })
  // Once: what is rendered again has not been opened later.
  useEffect(() => {
    if (!isOpen) return undefined
    const own = (): void => latest.current()
    open.push(own)
    return () => {
      const at = open.indexOf(own)
      if (at >= 0) open.splice(at, 1)
    }
  }, [isOpen])
}

/** Closes what was opened last; false when nothing is open. */
export function closeOver(): boolean {
  const close = open.pop()
  close?.()
  return close !== undefined
}

/** Gives the focus back to what opened something that has closed, unless it is somewhere already. */
export function giveBackFocus(origin: HTMLElement | null): void {
  const { activeElement, body } = document
  if (activeElement === null || activeElement === body) origin?.focus({ preventScroll: true })
}
