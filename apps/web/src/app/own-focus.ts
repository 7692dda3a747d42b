/**
 * The focus where the page moves it, not the person: it is told apart from one that a person has chosen, never taken from a field, and
 * stays in its place when what had it is gone (docs/protocol/app-rules.md, APP-141). Such a place is marked with `data-neutral`.
 */
import { type RefObject, useLayoutEffect } from "react"
import { isText } from "../commands/place.ts"
import { isInSight } from "./sight.ts"

let isOwn = false

/** Whether the focus that is being moved is moved by the page. */
export function isFocusByItself(): boolean {
  return isOwn
}

/** Moves the focus without the person having asked for it. */
export function focusByItself(element: HTMLElement | null | undefined): void {
  isOwn = true
  try {
    element?.focus({ preventScroll: true })
  } finally {
    isOwn = false
  }
}

/** Moves the focus to what the person has opened, unless text is typed elsewhere. */
export function offerFocus(element: HTMLElement | null, options: FocusOptions = {}): void {
  const { activeElement } = document
  const isTyped = activeElement !== null && isText(activeElement) && isInSight(activeElement)
  if (!isTyped) element?.focus(options)
}

/** When the element goes with the focus in it, its place gets the focus, none of the buttons there. */
export function useFocusStays(element: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const own = element.current
    return () => {
      if (own?.contains(document.activeElement) === true) focusByItself(own.parentElement?.closest<HTMLElement>("[data-neutral]"))
    }
  }, [element])
}
