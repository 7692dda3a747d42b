/** On the phone: what a swipe leads to. A dot for each session that is open or waits; those that wait are amber. */
import { useEffect, useMemo } from "react"
import type { ReactElement } from "react"
import { useWaitingNow } from "../app/waiting.ts"
import { focusedTab, placedTabs } from "./tabs.ts"
import { swipeRing } from "./swipe.ts"
import { useOpen } from "./use-open.ts"
import styles from "./PhoneDots.module.css"
import { useLayoutNow } from "./layout-now.ts"

/** Pixels across, and how much more across than along, that make a swipe; nothing from the edges, which are the system's. */
const FAR = 60
const STEEP = 2
const EDGE = 24

/** What has swipes of its own. */
const OWN = "[data-swipe=own],input,textarea"

/** The dots, and the swipe itself. */
export default function PhoneDots(): ReactElement | null {
  const layout = useLayoutNow()
  const waiting = useWaitingNow()
  const open = useOpen()
  const here = focusedTab(layout)?.session
  const ring = useMemo(
    () =>
      swipeRing(
        placedTabs(layout.root).flatMap(({ tab }) => (tab.what === "session" && tab.session !== undefined ? [tab.session] : [])),
        waiting.map(({ session }) => session),
      ),
    [layout, waiting],
  )
  useEffect(
    () =>
      listenToSwipes((by) => {
        const at = ring.indexOf(here ?? "")
        const next = ring[(at + by + ring.length) % ring.length]
        if (next !== undefined && next !== here) open.session(next)
      }),
    [ring, here, open],
  )
  if (ring.length < 2) return null
  return (
    <div className={styles["dots"]} data-dots="" aria-hidden="true">
      {ring.map((session) => (
        <i
          key={session}
          data-here={session === here ? "" : undefined}
          data-waits={waiting.some((one) => one.session === session) ? "" : undefined}
        />
      ))}
    </div>
  )
}

/** Whether an element scrolls across, so that a swipe on it is its own. */
function scrollsAcross(element: Element | null): boolean {
  for (let one = element; one !== null; one = one.parentElement) {
    if (one.scrollWidth > one.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(one).overflowX)) return true
    if (one.hasAttribute("data-pane")) return false
  }
  return false
}

const selectedText = (): string => String(getSelection() ?? "")

function listenToSwipes(swiped: (by: 1 | -1) => void): () => void {
  let start: Touch | undefined
  let selected = ""
  const began = (event: TouchEvent): void => {
    const touch = event.touches[0]
    const target = event.target instanceof Element ? event.target : null
    const isInPane = target !== null && target.closest("[data-pane]") !== null && target.closest(OWN) === null
    const isAtEdge = touch === undefined || touch.clientX < EDGE || touch.clientX > innerWidth - EDGE
    selected = selectedText()
    start = event.touches.length === 1 && isInPane && !isAtEdge && !scrollsAcross(target) ? touch : undefined
  }
  const ended = (event: TouchEvent): void => {
    const touch = event.changedTouches[0]
    if (start === undefined || touch === undefined) return
    const [across, along] = [touch.clientX - start.clientX, touch.clientY - start.clientY]
    start = undefined
    // What took the finger for its own has prevented what the browser would make of it; or the browser selected with it.
    if (event.defaultPrevented || selectedText() !== selected) return
    if (Math.abs(across) < FAR || Math.abs(across) < Math.abs(along) * STEEP) return
    const isReversed = getComputedStyle(document.documentElement).direction === "rtl"
    swiped(across < 0 === !isReversed ? 1 : -1)
  }
  document.addEventListener("touchstart", began, { passive: true })
  document.addEventListener("touchend", ended, { passive: true })
  return () => {
    document.removeEventListener("touchstart", began)
    document.removeEventListener("touchend", ended)
  }
}
