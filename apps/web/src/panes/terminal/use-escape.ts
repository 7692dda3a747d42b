/** Closes what lies over a terminal when Escape is pressed in it. */
import { useEffect, useRef } from "react"
import type { RefObject } from "react"
import { isInputMethod } from "../../ui/input-method.ts"

/** Calls `close` for Escape in an element. */
export function useEscape(element: RefObject<HTMLElement | null>, close: () => void): void {
  const latest = useRef(close)
  useEffect(() => {
    latest.current = close
  })
  useEffect(() => {
    const { current } = element
    const pressed = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && !isInputMethod(event)) latest.current()
    }
    current?.addEventListener("keydown", pressed)
    return () => current?.removeEventListener("keydown", pressed)
  }, [element])
}
