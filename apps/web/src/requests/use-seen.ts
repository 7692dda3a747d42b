/**
 * Whether all that is asked has been on the screen in this view: everything unfolded, and every line of it scrolled past once
 * (docs/protocol/app-rules.md, APP-144). What is to be read is marked with `data-read`, what still folds it with `data-fold`.
 */
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react"
import { isInSight } from "../app/sight.ts"
import { firstUnseen, NOT_SEEN, type Seen, withSeen } from "./seen-ranges.ts"

/** Milliseconds after the rest was shown by a press in which another one does not yet allow. */
const MOMENT = 700

/** Pixels of what was seen that stay in sight when the rest is shown. */
const OVERLAP = 20

/** How far a person has read. */
export interface SeenNow {
  readonly isWhole: boolean
  /** What shows more of it; `undefined` once all was seen. */
  readonly words: string | undefined
  /** Unfolds what is folded, or scrolls to the first line that was not seen. */
  readonly readOn: () => void
}

interface Shown {
  readonly content: string
  readonly isWhole: boolean
  readonly words: string | undefined
}

/** Follows what is seen of a request; with another `content` it begins again. */
export function useSeen(element: RefObject<HTMLElement | null>, content: string): SeenNow {
  const [shown, setShown] = useState<Shown>()
  const readAt = useRef(-Infinity)
  const seen = useRef(new WeakMap<Element, Seen>())
  const look = useRef<() => void>(undefined)
  useLayoutEffect(() => {
    const own = element.current
    if (own === null) return undefined
    seen.current = new WeakMap()
    look.current = (): void => {
      const blocks = blocksOf(own)
      if (document.visibilityState === "visible" && isInSight(own)) blocks.forEach((block) => note(seen.current, block))
      const open = blocks.filter((block) => unseenIn(seen.current, block) !== undefined)
      const isWhole = open.length === 0 && performance.now() - readAt.current >= MOMENT
      const words = isWhole ? undefined : wordsOf(open)
      setShown((before) =>
        before?.content === content && before.isWhole === isWhole && before.words === words
          ? before
          : { content, isWhole, words },
      )
    }
    look.current()
    return watch(own, () => look.current?.())
  }, [element, content])
  const readOn = useCallback((): void => {
    const own = element.current
    if (own === null) return
    const block = blocksOf(own).find((one) => unseenIn(seen.current, one) !== undefined)
    if (block === undefined) return
    readAt.current = performance.now()
    setTimeout(() => look.current?.(), MOMENT + 20)
    const fold = block.querySelector<HTMLElement>("[data-fold]")
    if (fold === null) scrollTo(block, unseenIn(seen.current, block) ?? 0)
    else fold.click()
  }, [element])
  const isKnown = shown?.content === content
  return { isWhole: isKnown && shown.isWhole, words: isKnown ? shown.words : undefined, readOn }
}

const blocksOf = (own: HTMLElement): ReadonlyArray<HTMLElement> => [...own.querySelectorAll<HTMLElement>("[data-read]")]

/** What scrolls a block: a part of it, or itself. */
const scrollerOf = (block: HTMLElement): HTMLElement => block.querySelector<HTMLElement>(":scope > [tabindex='0']") ?? block

const isFolded = (block: HTMLElement): boolean => block.querySelector("[data-fold]") !== null

/** Where what was not seen of a block begins. */
function unseenIn(seen: WeakMap<Element, Seen>, block: HTMLElement): number | undefined {
  return isFolded(block) ? 0 : firstUnseen(seen.get(scrollerOf(block)) ?? NOT_SEEN)
}

/** Adds what is on the screen of a block; a folded one is measured once it is whole. */
function note(seen: WeakMap<Element, Seen>, block: HTMLElement): void {
  const scroller = scrollerOf(block)
  const before = seen.get(scroller) ?? NOT_SEEN
  if (isFolded(block) || firstUnseen(before) === undefined) return
  const { top, bottom } = sightOf(scroller)
  const offset = scroller.scrollTop - scroller.getBoundingClientRect().top - scroller.clientTop
  // The scroll height of a set of fields lacks its legend, which is the question.
  const height = Math.max(scroller.scrollHeight, scroller.clientHeight)
  seen.set(scroller, withSeen(before, height, top + offset, bottom + offset))
}

/** Between which heights of the window an element can be seen, with all that clips it. */
function sightOf(element: HTMLElement): { readonly top: number; readonly bottom: number } {
  const box = element.getBoundingClientRect()
  let top = Math.max(0, box.top)
  let bottom = Math.min(innerHeight, box.bottom)
  for (const around of aroundOf(element)) {
    const start = around.getBoundingClientRect().top + around.clientTop
    top = Math.max(top, start)
    bottom = Math.min(bottom, start + around.clientHeight)
  }
  return { top, bottom }
}

/** What clips an element, the nearest first. */
function aroundOf(element: HTMLElement): ReadonlyArray<HTMLElement> {
  const found: Array<HTMLElement> = []
  for (let around = element.parentElement; around !== null && around !== document.body; around = around.parentElement) {
    if (getComputedStyle(around).overflowY !== "visible") found.push(around)
  }
  return found
}

/** Brings a height of a block's content into sight, with a line of what comes before. */
function scrollTo(block: HTMLElement, at: number): void {
  const scroller = scrollerOf(block)
  const from = Math.max(0, at - OVERLAP)
  scroller.scrollTop = from
  for (const around of aroundOf(scroller)) {
    if (around.scrollHeight <= around.clientHeight) continue
    const target = scroller.getBoundingClientRect().top + scroller.clientTop + from - scroller.scrollTop
    around.scrollTop += target - around.getBoundingClientRect().top - around.clientTop
  }
}

function wordsOf(open: ReadonlyArray<HTMLElement>): string {
  const fold = open[0]?.querySelector("[data-fold]")
  return fold === null || fold === undefined ? "Show the rest first" : `${fold.textContent} first`
}

/** Calls back with whatever can bring more of an element into sight; gives what ends the watch. */
function watch(own: HTMLElement, look: () => void): () => void {
  let frame: number | undefined
  const soon = (): void => {
    frame ??= requestAnimationFrame(() => {
      frame = undefined
      look()
    })
  }
  const sizes = new ResizeObserver(soon)
  const places = new IntersectionObserver(soon, { threshold: [0, 0.25, 0.5, 0.75, 1] })
  const parts = new MutationObserver(soon)
  const covers = new MutationObserver(soon)
  sizes.observe(own)
  sizes.observe(document.documentElement)
  places.observe(own)
  parts.observe(own, { subtree: true, childList: true })
  covers.observe(document.body, { subtree: true, attributes: true, attributeFilter: ["inert", "hidden", "data-covered"] })
  document.addEventListener("scroll", soon, { capture: true, passive: true })
  document.addEventListener("visibilitychange", soon)
  return () => {
    if (frame !== undefined) cancelAnimationFrame(frame)
    for (const observer of [sizes, places, parts, covers]) observer.disconnect()
    document.removeEventListener("scroll", soon, { capture: true })
    document.removeEventListener("visibilitychange", soon)
  }
}
