/** Whether an element is wide enough for two columns of code. */
import { useLayoutEffect, useState } from "react"
import type { RefObject } from "react"

/** Pixels from which on two columns of some 55 characters fit. */
export const WIDE = 860

/** Whether an element is at least so wide; it is looked at as it is laid out, and whenever its size changes. */
export function useIsWide(element: RefObject<HTMLElement | null>, least = WIDE): boolean {
  const [isWide, setWide] = useState(false)
  useLayoutEffect(() => {
    const { current } = element
    if (current === null) return undefined
    const look = (): void => setWide(current.clientWidth >= least)
    look()
    const observer = new ResizeObserver(look)
    observer.observe(current)
    return () => observer.disconnect()
  }, [element, least])
  return isWide
}
