/** A key that repeats while it is held, as those of a keyboard do. */
import { useEffect, useRef } from "react"
import type { PointerEvent } from "react"

/** Milliseconds before the first repetition, and from one to the next. */
const FIRST = 400
const NEXT = 60

/** What a button needs for it. */
export interface HoldRepeat {
  readonly onPointerDown: (event: PointerEvent) => void
  readonly onPointerUp: () => void
  readonly onPointerCancel: () => void
  readonly onPointerLeave: () => void
  readonly onClick: () => void
}

/** Calls `press` when the button is pressed, and again and again while it is held. */
export function useHoldRepeat(press: () => void, repeats: boolean): HoldRepeat {
  const latest = useRef(press)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  /** A finger has pressed it already: the click that follows is the same press. */
  const isPressed = useRef(false)
  useEffect(() => {
    latest.current = press
  })
  const stop = (): void => clearTimeout(timer.current)
  useEffect(() => stop, [])
  const again = (): void => {
    latest.current()
    timer.current = setTimeout(again, NEXT)
  }
  return {
    onPointerDown: (event) => {
      event.preventDefault()
      isPressed.current = true
      latest.current()
      if (repeats) timer.current = setTimeout(again, FIRST)
    },
    onPointerUp: stop,
    onPointerCancel: stop,
    onPointerLeave: stop,
    onClick: () => {
      if (!isPressed.current) latest.current()
      isPressed.current = false
    },
  }
}
