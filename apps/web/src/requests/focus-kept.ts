/** The focus of what waits stays with it, whatever in it had it and is gone (docs/protocol/app-rules.md, APP-141). */
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react"
import { focusByItself } from "../app/own-focus.ts"

/** What was unfolded had the focus: it goes back to the request. */
export function useFocusBack(element: RefObject<HTMLElement | null>, isUnfolded: boolean): void {
  const before = useRef(false)
  useEffect(() => {
    if (before.current && !isUnfolded) focusByItself(element.current)
    before.current = isUnfolded
  }, [element, isUnfolded])
}

/** While it is there the request can be answered: when that is over, what had the focus in it may be gone, and the request gets it. */
export function FocusStaysHere({ element }: { readonly element: RefObject<HTMLElement | null> }): null {
  useLayoutEffect(() => {
    const own = element.current
    return () => {
      if (own?.contains(document.activeElement) === true) focusByItself(own)
    }
  }, [element])
  return null
}
