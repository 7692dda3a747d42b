/** How much of the page a phone's keyboard covers, where it does not make the page smaller by itself (Safari). */
import { useEffect, useState } from "react"

/** What is less than a keyboard is a bar of the browser, in pixels. */
const KEYBOARD = 80

/** Pixels at the bottom of the page that are covered; asked for on the phone alone. */
export function useKeyboardInset(isPhone: boolean): number {
  const [inset, setInset] = useState(0)
  useEffect(() => {
    const view = window.visualViewport
    if (view === null || !isPhone) return undefined
    const measure = (): void => {
      const covered = Math.round(window.innerHeight - view.height - view.offsetTop)
      // A page that is zoomed in is smaller too.
      setInset(view.scale > 1.01 || covered < KEYBOARD ? 0 : covered)
    }
    measure()
    view.addEventListener("resize", measure)
    view.addEventListener("scroll", measure)
    return () => {
      view.removeEventListener("resize", measure)
      view.removeEventListener("scroll", measure)
    }
  }, [isPhone])
  return isPhone ? inset : 0
}
