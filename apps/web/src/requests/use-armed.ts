/**
 * Whether a request can be answered where it stands: once it has been in sight for a moment, or the person has chosen it. What has just
 * taken the place of another one, or moved under the pointer, is not (docs/protocol/app-rules.md, APP-141).
 */
import { type FocusEvent, type PointerEvent, type RefObject, useCallback, useEffect, useState } from "react"
import { isFocusByItself } from "../app/own-focus.ts"
import { isInSight } from "../app/sight.ts"
import { isAskedKey } from "../commands/asked-keys.ts"
import { isText } from "../commands/place.ts"

/** Milliseconds in sight after which a person can have seen what is there. */
const SIGHT = 500

/** Milliseconds after the pointer went down within which a focus comes from it. */
const POINTED = 1000

let pointedAt = -Infinity
globalThis.addEventListener?.("pointerdown", ({ timeStamp }) => void (pointedAt = timeStamp), { capture: true })

/** Whether it can be answered, and what a person chooses it by. */
export interface ArmedNow {
  readonly isArmed: boolean
  readonly choosing: {
    readonly onFocusCapture: (event: FocusEvent) => void
    readonly onPointerDownCapture: (event: PointerEvent) => void
  }
}

/** Watches a request; `place` names it and where it stands: with another one it begins again. */
export function useArmed(element: RefObject<HTMLElement | null>, place: string): ArmedNow {
  const [armed, setArmed] = useState<string>()
  const isArmed = armed === place
  useEffect(() => {
    const own = element.current
    return isArmed || own === null ? undefined : afterSight(own, () => setArmed(place))
  }, [element, isArmed, place])
  const onFocusCapture = useCallback(
    ({ timeStamp }: FocusEvent): void => {
      if (!isFocusByItself() && timeStamp - pointedAt > POINTED) setArmed(place)
    },
    [place],
  )
  const onPointerDownCapture = useCallback(
    ({ target }: PointerEvent): void => {
      // A press on a button may have been meant for what was there before.
      if (target instanceof Element && target.closest("button") === null) setArmed(place)
    },
    [place],
  )
  return { isArmed, choosing: { onFocusCapture, onPointerDownCapture } }
}

/** Whether a press is one that answers, wherever it goes: who presses it means what was there before. */
function isAnswering({ key, ctrlKey, metaKey, altKey, target }: KeyboardEvent): boolean {
  const isHeld = ctrlKey || metaKey || altKey
  return !isHeld && isAskedKey(key.toLowerCase()) && !(target instanceof Element && isText(target))
}

/** Calls back once an element has been in sight for as long as it takes; gives what ends the watch. */
function afterSight(own: HTMLElement, then: () => void): () => void {
  let isThere = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const look = (): void => {
    if (isThere && document.visibilityState === "visible" && isInSight(own)) timer ??= setTimeout(then, SIGHT)
    else {
      clearTimeout(timer)
      timer = undefined
    }
  }
  const places = new IntersectionObserver((entries) => {
    isThere = entries.at(-1)?.isIntersecting ?? false
    look()
  })
  const covers = new MutationObserver(look)
  places.observe(own)
  covers.observe(document.body, { subtree: true, attributes: true, attributeFilter: ["inert", "hidden", "data-covered"] })
  document.addEventListener("visibilitychange", look)
  const pressed = (event: KeyboardEvent): void => {
    if (!isAnswering(event)) return
    clearTimeout(timer)
    timer = undefined
    look()
  }
  window.addEventListener("keydown", pressed, { capture: true })
  return () => {
    clearTimeout(timer)
    places.disconnect()
    covers.disconnect()
    window.removeEventListener("keydown", pressed, { capture: true })
    document.removeEventListener("visibilitychange", look)
  }
}
