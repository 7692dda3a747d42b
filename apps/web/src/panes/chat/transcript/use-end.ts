/**
 * Staying at the end of a transcript while it grows, and counting what came while one is elsewhere (docs/protocol/app-rules.md,
 * APP-37). The end is kept by watching the content's size, not its text.
 */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react"
import type { RefObject } from "react"
import type { Item } from "./RowView.tsx"

/** Pixels from the end that count as the end. */
const NEAR = 24

/** The end of a list. */
export interface End {
  readonly isAtEnd: boolean
  /** Key of the last row when one left the end. */
  readonly left: string | undefined
  readonly toEnd: () => void
  /** To be called when the list is scrolled. */
  readonly scrolled: () => void
}

/** Keeps `scroller` at its end as long as a person does; `last` has the key of the last row. */
export function useEnd(
  scroller: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
  last: RefObject<string | undefined>,
): End {
  const [isAtEnd, setAtEnd] = useState(true)
  const stays = useRef(true)
  const left = useRef<string | undefined>(undefined)
  const toEnd = useCallback(() => {
    const element = scroller.current
    stays.current = true
    setAtEnd(true)
    if (element !== null) element.scrollTop = element.scrollHeight
  }, [scroller])
  const scrolled = useCallback(() => {
    const element = scroller.current
    if (element === null || element.clientHeight === 0) return
    const isNow = element.scrollHeight - element.scrollTop - element.clientHeight <= NEAR
    if (isNow === stays.current) return
    stays.current = isNow
    left.current = isNow ? undefined : last.current
    setAtEnd(isNow)
  }, [scroller, last])
  useLayoutEffect(() => {
    const element = scroller.current
    const inner = content.current
    if (element === null || inner === null) return undefined
    const keep = (): void => {
      if (stays.current && element.clientHeight > 0) element.scrollTop = element.scrollHeight
    }
    const observer = new ResizeObserver(keep)
    observer.observe(inner)
    observer.observe(element)
    keep()
    return () => observer.disconnect()
  }, [scroller, content])
  // A person who turns the wheel up leaves at once: what grows in the same frame must not take them back.
  useEffect(() => {
    const element = scroller.current
    if (element === null) return undefined
    const leave = (event: WheelEvent): void => {
      if (event.deltaY >= 0 || element.scrollHeight <= element.clientHeight || !stays.current) return
      stays.current = false
      left.current = last.current
      setAtEnd(false)
    }
    element.addEventListener("wheel", leave, { passive: true })
    return () => element.removeEventListener("wheel", leave)
  }, [scroller, last])
  return { isAtEnd, left: isAtEnd ? undefined : left.current, toEnd, scrolled }
}

/** How many rows came after the one that was last; those that show something new. */
export function missedOf(items: ReadonlyArray<Item>, left: string | undefined): number {
  if (left === undefined || items.at(-1)?.key === left) return 0
  const at = items.findLastIndex(({ key }) => key === left)
  return at === -1 ? 0 : items.slice(at + 1).filter(({ kind }) => kind !== "end" && kind !== "new").length
}
