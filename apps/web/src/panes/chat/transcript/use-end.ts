/**
 * Staying at the end of a transcript while it grows, and counting what came while one is elsewhere (docs/protocol/app-rules.md,
 * APP-37). The end is kept by watching the content's size, not its text.
 */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react"
import type { RefObject } from "react"
import type { Item } from "./RowView.tsx"

/** Pixels from the end that count as the end. */
const NEAR = 24

/** Milliseconds after an act of a person in which a scroll is theirs. */
const THEIRS = 1000

/** The end of a list. */
export interface End {
  readonly isAtEnd: boolean
  /** Key of the last row when one left the end. */
  readonly left: string | undefined
  readonly toEnd: () => void
  /** To be called before the list goes elsewhere by itself. */
  readonly leave: () => void
  /** To be called when the list is scrolled. */
  readonly scrolled: () => void
}

/** Whether a key scrolls, by itself or because it moves the focus; any other may change the layout, which is no scroll of a person's. */
export function scrolls({ key, altKey, ctrlKey }: Pick<KeyboardEvent, "key" | "altKey" | "ctrlKey">): boolean {
  return !altKey && !ctrlKey && /^(?:Arrow(?:Up|Down)|Page(?:Up|Down)|Home|End|Tab| )$/.test(key)
}

/** What a person does with the list: a scroll that follows is theirs, any other comes from rows that are measured. */
function useActs(scroller: RefObject<HTMLElement | null>, onUp: () => void): () => boolean {
  const last = useRef(-Infinity)
  const isDown = useRef(false)
  useEffect(() => {
    const element = scroller.current
    if (element === null) return undefined
    const acts = new AbortController()
    const on = (type: string, act: (event: Event) => void): void =>
      element.addEventListener(type, act, { passive: true, signal: acts.signal })
    const touched = (): void => {
      last.current = performance.now()
    }
    on("wheel", (event) => {
      touched()
      // At once: what grows in the same frame must not take them back.
      if ((event as WheelEvent).deltaY < 0) onUp()
    })
    on("touchmove", touched)
    on("keydown", (event) => {
      if (scrolls(event as KeyboardEvent)) touched()
    })
    on("pointerdown", () => {
      isDown.current = true
      touched()
    })
    on("pointerup", () => {
      isDown.current = false
    })
    return () => acts.abort()
  }, [scroller, onUp])
  return useCallback(() => isDown.current || performance.now() - last.current < THEIRS, [])
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
  const leave = useCallback(() => {
    if (!stays.current) return
    stays.current = false
    left.current = last.current
    setAtEnd(false)
  }, [last])
  const keep = useCallback(() => {
    const element = scroller.current
    if (element !== null && stays.current && element.clientHeight > 0) element.scrollTop = element.scrollHeight
  }, [scroller])
  const toEnd = useCallback(() => {
    stays.current = true
    left.current = undefined
    setAtEnd(true)
    keep()
  }, [keep])
  const up = useCallback(() => {
    const element = scroller.current
    // Sizes are asked for at the end alone: elsewhere each step would lay the page out once more.
    if (element !== null && stays.current && element.scrollHeight > element.clientHeight) leave()
  }, [scroller, leave])
  const isTheirs = useActs(scroller, up)
  const scrolled = useCallback(() => {
    const element = scroller.current
    if (element === null || element.clientHeight === 0) return
    const isNow = element.scrollHeight - element.scrollTop - element.clientHeight <= NEAR
    if (isNow === stays.current) return
    if (isNow) toEnd()
    else if (isTheirs()) leave()
    else keep()
  }, [scroller, toEnd, isTheirs, leave, keep])
  useLayoutEffect(() => {
    const [element, inner] = [scroller.current, content.current]
    if (element === null || inner === null) return undefined
    const observer = new ResizeObserver(keep)
    observer.observe(inner)
    observer.observe(element)
    keep()
    return () => observer.disconnect()
  }, [scroller, content, keep])
  return { isAtEnd, left: isAtEnd ? undefined : left.current, toEnd, leave, scrolled }
}

/** How many rows came after the one that was last; those that show something new. */
export function missedOf(items: ReadonlyArray<Item>, left: string | undefined): number {
  if (left === undefined || items.at(-1)?.key === left) return 0
  const at = items.findLastIndex(({ key }) => key === left)
  return at === -1 ? 0 : items.slice(at + 1).filter(({ kind }) => kind !== "end" && kind !== "new").length
}
